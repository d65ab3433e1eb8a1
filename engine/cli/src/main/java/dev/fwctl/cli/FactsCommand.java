package dev.fwctl.cli;

import dev.fwctl.core.facts.FactsJson;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.report.FactsText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what the plugins learnt of each host. */
@Command(
    name = "facts",
    description = "Shows what the plugins learnt of each host. Changes nothing.",
    mixinStandardHelpOptions = true)
final class FactsCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  FactsCommand(Context context) {
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
      Map<Host, HostReading> readings =
          FleetFacts.askAll(session, hosts.parallelism(), terminal, output.json());
      if (output.json()) {
        readings.forEach((host, reading) -> tell(events, host.name(), reading));
      } else {
        FactsText text = new FactsText(terminal.style(output), new ProblemText(context.base()));
        readings.forEach(
            (host, reading) -> terminal.out().print(text.reading(host.name(), reading)));
      }
      long incomplete =
          readings.values().stream()
              .filter(
                  reading ->
                      switch (reading) {
                        case HostReading.Failed _ -> true;
                        case HostReading.Gathered gathered -> !gathered.obstacles().isEmpty();
                      })
              .count();
      return hosts.tolerance().bears(Math.toIntExact(incomplete), asked.size())
          ? 0
          : PlanCommand.INCOMPLETE;
    }
  }

  private static void tell(Output events, String host, HostReading reading) {
    switch (reading) {
      case HostReading.Failed failed ->
          failed.problems().forEach(problem -> events.events().error(problem, Optional.of(host)));
      case HostReading.Gathered gathered -> {
        events.events().facts(host, new FactsJson().facts(gathered.facts()));
        for (Problem problem : gathered.obstacles()) {
          events.events().error(problem, Optional.of(host));
        }
        for (Problem problem : gathered.warnings()) {
          events.events().warning(problem, Optional.of(host));
        }
      }
    }
  }
}
