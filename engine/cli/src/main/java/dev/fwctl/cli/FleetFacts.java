package dev.fwctl.cli;

import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.report.Printable;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Asks the hosts of a session, with progress on the terminal. */
final class FleetFacts {
  private FleetFacts() {}

  /** Asks for the facts that a plan needs. */
  static Map<Host, HostReading> ask(
      Session session, HostOptions options, Terminal terminal, String work, boolean quiet) {
    return ask(session, session.collector(), options.parallelism(), terminal, work, quiet);
  }

  /** Asks for all facts, so many hosts at once. */
  static Map<Host, HostReading> askAll(
      Session session, int parallelism, Terminal terminal, boolean quiet) {
    return ask(
        session, session.thoroughCollector(), parallelism, terminal, "gathering facts", quiet);
  }

  private static Map<Host, HostReading> ask(
      Session session,
      FactCollector collector,
      int parallelism,
      Terminal terminal,
      String work,
      boolean quiet) {
    try (Progress progress =
        new Progress(terminal, work, session.hosts().size(), Clock.systemUTC())) {
      return collector.collect(
          session.hosts(), parallelism, quiet ? HostWork.Listener.silent() : tell(progress));
    }
  }

  /** Returns a listener that shows which hosts have answered. */
  static HostWork.Listener<HostReading> tell(Progress progress) {
    return tell(progress, FleetFacts::failure);
  }

  private static Optional<Problem> failure(HostReading reading) {
    return switch (reading) {
      case HostReading.Gathered _ -> Optional.empty();
      case HostReading.Failed failed -> Optional.of(failed.problems().getFirst());
    };
  }

  /**
   * Returns a listener that shows which hosts have answered.
   *
   * @param failure why what became of a host is a failure, if it is
   */
  static <R> HostWork.Listener<R> tell(Progress progress, Function<R, Optional<Problem>> failure) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, R result) {
        Optional<Problem> problem = failure.apply(result);
        progress.finished(
            Printable.text(host.name()),
            problem.isEmpty(),
            problem.map(it -> Printable.text(it.message())).orElse("facts gathered"));
      }
    };
  }
}
