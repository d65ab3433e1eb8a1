package dev.fwctl.cli;

import dev.fwctl.core.converge.Share;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.ProblemText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what would change. */
@Command(
    name = "plan",
    description = {
      "Shows what would change, host by host, equal changes together.",
      "Changes nothing."
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  static final int CHANGES = 2;
  static final int INCOMPLETE = 4;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--detailed-exitcode", description = "Exit with 2 when there are changes.")
  private boolean detailedExitCode;

  @Option(
      names = "--all-rules",
      description = "Show every rule, also those that are alike on all hosts.")
  private boolean allRules;

  private final Context context;

  PlanCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    Output events = new Output(terminal);
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Plan plan = FleetPlan.make(session, hosts, terminal, output.json());
      if (output.json()) {
        events.events().plan(plan);
      } else {
        terminal
            .out()
            .print(
                new PlanText(terminal.style(output), new ProblemText(context.base()), allRules)
                    .plan(plan));
      }
      return exitCode(plan, detailedExitCode, hosts.tolerance());
    }
  }

  static int exitCode(Plan plan, boolean detailed, Share tolerance) {
    if (!tolerance.bears(plan.notPlannable().size(), plan.hosts().size())) {
      return INCOMPLETE;
    }
    return detailed && plan.hasChanges() ? CHANGES : 0;
  }
}
