package dev.fwctl.cli;

import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.FactLimits;
import dev.fwctl.core.facts.HostPool;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.report.ApplyText;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.UnderWay;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** What is under way on the hosts of a session, and ending it. */
final class FleetUnderWay {
  private final Context context;
  private final Session session;
  private final OutputOptions output;
  private final Output events;
  private final HostOptions options;

  FleetUnderWay(
      Context context, Session session, OutputOptions output, Output events, HostOptions options) {
    this.context = context;
    this.session = session;
    this.output = output;
    this.events = events;
    this.options = options;
  }

  /**
   * What hosts told.
   *
   * @param hosts what is under way on each that told
   * @param failed how many did not tell
   */
  record Seen(SequencedMap<Host, UnderWay> hosts, int failed) {}

  /** Asks all hosts of the session, and complains of those that do not tell. */
  Seen ask() {
    List<Host> asked = session.hosts();
    SequencedMap<Host, UnderWay> hosts = new LinkedHashMap<>();
    SequencedMap<Host, HostReading> readings;
    try (Progress progress =
        new Progress(context.terminal(), "looking", asked.size(), Clock.systemUTC())) {
      readings =
          new FactCollector(session.reader(List.of()), session::any, FactLimits.DEFAULT)
              .collect(
                  asked,
                  options.parallelism(),
                  output.json() ? HostWork.Listener.silent() : FleetFacts.tell(progress));
    }
    readings.forEach(
        (host, reading) -> {
          switch (reading) {
            case HostReading.Gathered gathered ->
                hosts.put(host, gathered.facts().find(UnderWay.class).orElse(UnderWay.NOTHING));
            case HostReading.Failed failed -> complain(host, failed.problems());
          }
        });
    return new Seen(hosts, asked.size() - hosts.size());
  }

  private void complain(Host host, List<Problem> problems) {
    ProblemText text = new ProblemText(context.base());
    for (Problem problem : problems) {
      if (output.json()) {
        events.events().error(problem, Optional.of(host.name()));
      } else {
        context.terminal().out().println("! " + Printable.text(host.name()) + ":");
        context.terminal().out().print(text.error(problem));
      }
    }
  }

  /**
   * Ends something on hosts, and reports.
   *
   * @param title what the run does, such as {@code Confirm}
   * @param decided what became of hosts on which nothing is left to be ended
   * @return the exit code
   */
  int end(
      String title,
      SequencedMap<Host, Outcome> decided,
      Collection<Host> hosts,
      Function<Host, Outcome> end) {
    if (output.json()) {
      decided.forEach((host, outcome) -> events.events().outcome(host.name(), outcome));
    }
    HostWork<Outcome> work =
        new HostWork<>() {
          @Override
          public Outcome on(Host host) {
            return end.apply(host);
          }

          @Override
          public Outcome failed(Host host, FwctlException failure, Duration after) {
            return new Outcome.Lost(failure.problems().getFirst());
          }
        };
    SequencedMap<Host, Outcome> outcomes = new LinkedHashMap<>(decided);
    try (Progress progress =
        new Progress(context.terminal(), "at work", hosts.size(), Clock.systemUTC())) {
      outcomes.putAll(
          new HostPool(options.parallelism(), FactLimits.DEFAULT.host().multipliedBy(2))
              .run(
                  hosts,
                  work,
                  output.json() ? FleetChange.tell(events) : FleetChange.tell(progress)));
    }
    if (output.json()) {
      events.events().applySummary(outcomes.values());
    } else {
      Terminal terminal = context.terminal();
      terminal
          .out()
          .print(
              new ApplyText(terminal.style(output), new ProblemText(context.base()))
                  .report(title, outcomes));
    }
    return FleetChange.exitCode(outcomes.values());
  }

  /** Returns the exit code of a run in which some hosts did not tell. */
  int incomplete(Seen seen) {
    return options.tolerance().bears(seen.failed(), session.hosts().size())
        ? 0
        : PlanCommand.INCOMPLETE;
  }
}
