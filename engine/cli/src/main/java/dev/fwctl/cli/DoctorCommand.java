package dev.fwctl.cli;

import dev.fwctl.core.doctor.Diagnosis;
import dev.fwctl.core.doctor.Examination;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.report.DoctorText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.CounterFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what of hosts' rules is needless or broken. */
@Command(
    name = "doctor",
    description = {
      "Shows rules that never apply, and allowed sources that nothing uses.",
      "Also chains that nothing leads to, and jumps that lead nowhere. Needs no policy.",
      "Changes nothing."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--detailed-exitcode", description = "Exit with 2 when something was found.")
  private boolean detailedExitCode;

  @Option(
      names = "--unused-for",
      paramLabel = "TIME",
      converter = RolloutOptions.WaitConverter.class,
      description = {
        "For how long nothing must have come from an allowed source, as in 90s, 10m, 1h.",
        "Default: 24h."
      })
  private Duration unusedFor = Examination.UNUSED_FOR;

  private final Context context;

  DoctorCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    SortedMap<String, Diagnosis> diagnoses = new ConcurrentSkipListMap<>();
    SortedMap<String, List<Problem>> unread = new ConcurrentSkipListMap<>();
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Map<Host, HostReading> readings =
          FleetFacts.askAll(session, hosts.parallelism(), terminal, output.json());
      Instant now = Instant.now();
      readings.entrySet().parallelStream()
          .forEach(
              entry -> {
                String name = entry.getKey().name();
                try {
                  diagnoses.put(name, examine(name, entry.getValue(), now));
                } catch (FwctlException e) {
                  unread.put(name, e.problems());
                }
              });
    }
    report(List.copyOf(diagnoses.values()), unread);
    if (!hosts.tolerance().bears(unread.size(), diagnoses.size() + unread.size())) {
      return PlanCommand.INCOMPLETE;
    }
    boolean found = diagnoses.values().stream().anyMatch(one -> !one.findings().isEmpty());
    return detailedExitCode && found ? PlanCommand.CHANGES : 0;
  }

  private Diagnosis examine(String name, HostReading reading, Instant now) {
    KnownHost host = KnownHost.of(name, reading);
    Optional<HostFacts> facts =
        reading instanceof HostReading.Gathered gathered
            ? Optional.of(gathered.facts())
            : Optional.empty();
    return Examination.examine(
        host,
        facts.flatMap(known -> known.find(CounterFacts.class)),
        facts.flatMap(HostFacts::receipt),
        unusedFor,
        now);
  }

  private void report(List<Diagnosis> diagnoses, SortedMap<String, List<Problem>> unread) {
    if (output.json()) {
      Output events = context.output();
      events.events().version(VersionProvider.version());
      diagnoses.forEach(events.events()::diagnosis);
      unread.forEach(
          (host, why) -> why.forEach(problem -> events.events().error(problem, Optional.of(host))));
      events.events().doctorSummary(diagnoses, unread.size());
    } else {
      Terminal terminal = context.terminal();
      terminal
          .out()
          .print(
              new DoctorText(terminal.style(output), new ProblemText(context.base()))
                  .report(diagnoses, unread));
    }
  }
}
