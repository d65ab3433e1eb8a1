package dev.fwctl.cli;

import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what was changed by hand. */
@Command(
    name = "drift",
    description = "Shows what on the hosts no longer is as it was applied. Changes nothing.",
    mixinStandardHelpOptions = true)
final class DriftCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--detailed-exitcode", description = "Exit with 2 when something drifted.")
  private boolean detailedExitCode;

  private final Context context;

  DriftCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    Output events = context.output();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      List<Host> asked = session.hosts();
      Planner planner = FleetPlan.planner(session, Proofs.withoutAssertions());
      Map<Host, HostReading> readings =
          FleetFacts.ask(session, hosts, terminal, "reading rules", output.json());
      Map<String, Drift> drifts = new TreeMap<>();
      List<HostPlan.NotPlannable> unread = new ArrayList<>();
      readings.forEach(
          (host, reading) -> {
            List<Problem> problems =
                switch (reading) {
                  case HostReading.Failed failed -> failed.problems();
                  case HostReading.Gathered gathered -> gathered.obstacles();
                };
            if (!problems.isEmpty()) {
              unread.add(new HostPlan.NotPlannable(host, problems, List.of()));
            } else if (reading instanceof HostReading.Gathered gathered) {
              planner.drift(gathered.facts()).ifPresent(drift -> drifts.put(host.name(), drift));
            }
          });
      report(events, drifts, unread, asked.size());
      if (!hosts.tolerance().bears(unread.size(), asked.size())) {
        return PlanCommand.INCOMPLETE;
      }
      return detailedExitCode && !drifts.isEmpty() ? PlanCommand.CHANGES : 0;
    }
  }

  private void report(
      Output events, Map<String, Drift> drifts, List<HostPlan.NotPlannable> unread, int hosts) {
    if (output.json()) {
      drifts.forEach(events.events()::drift);
      for (HostPlan.NotPlannable host : unread) {
        host.problems()
            .forEach(problem -> events.events().error(problem, Optional.of(host.host().name())));
      }
      events.events().driftSummary(drifts.size(), hosts, unread.size());
    } else {
      context
          .terminal()
          .out()
          .print(
              new PlanText(context.terminal().style(output), new ProblemText(context.base()), true)
                  .drift(drifts, unread, hosts));
    }
  }
}
