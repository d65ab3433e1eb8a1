package dev.fwctl.cli;

import dev.fwctl.core.facts.FactLimits;
import dev.fwctl.core.facts.HostPool;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.transaction.Order;
import dev.fwctl.core.transaction.Return;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Asks hosts for the way back to the receipt before the last. */
final class FleetReturn {
  private final Context context;
  private final Session session;
  private final OutputOptions output;
  private final int parallelism;

  FleetReturn(Context context, Session session, OutputOptions output, int parallelism) {
    this.context = context;
    this.session = session;
    this.output = output;
    this.parallelism = parallelism;
  }

  /**
   * What hosts told.
   *
   * @param ways the ways back of those that have one
   * @param failed why the others did not tell
   */
  record Ways(SequencedMap<Host, Return.Way> ways, SequencedMap<Host, List<Problem>> failed) {
    SequencedMap<Host, Supplier<Order>> orders() {
      SequencedMap<Host, Supplier<Order>> orders = new LinkedHashMap<>();
      ways.forEach((host, way) -> orders.put(host, way::order));
      return orders;
    }
  }

  /** What one host told. */
  private sealed interface Told {}

  /** The way back, if there is one. */
  private record Found(Optional<Return.Way> way) implements Told {}

  /** Why there was no answer. */
  private record Silent(List<Problem> problems) implements Told {}

  /**
   * Asks hosts, with progress on the terminal.
   *
   * @param wanted which receipts are to be gone back from
   */
  Ways ask(Collection<Host> hosts, Predicate<Receipt> wanted) {
    Return back =
        new Return(
            session,
            session.reader(session.extensions().gatherers()),
            session.extensions().backends(),
            wanted);
    HostWork<Told> work =
        new HostWork<>() {
          @Override
          public Told on(Host host) {
            return new Found(back.of(host));
          }

          @Override
          public Told failed(Host host, FwctlException failure, Duration after) {
            return new Silent(failure.problems());
          }
        };
    SequencedMap<Host, Return.Way> ways = new LinkedHashMap<>();
    SequencedMap<Host, List<Problem>> failed = new LinkedHashMap<>();
    try (Progress progress =
        new Progress(
            context.terminal(), "asking for the way back", hosts.size(), Clock.systemUTC())) {
      new HostPool(parallelism, FactLimits.DEFAULT.host())
          .run(hosts, work, output.json() ? HostWork.Listener.silent() : tell(progress))
          .forEach(
              (host, told) -> {
                switch (told) {
                  case Found it -> it.way().ifPresent(way -> ways.put(host, way));
                  case Silent it -> failed.put(host, it.problems());
                }
              });
    }
    return new Ways(ways, failed);
  }

  private static HostWork.Listener<Told> tell(Progress progress) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, Told told) {
        progress.finished(
            Printable.text(host.name()),
            told instanceof Found,
            switch (told) {
              case Found it -> it.way().isPresent() ? "way back found" : "nothing to take back";
              case Silent it -> Printable.text(it.problems().getFirst().message());
            });
      }
    };
  }

  /** Reports the hosts that did not tell. */
  void complain(Output events, Ways ways) {
    ProblemText problems = new ProblemText(context.base());
    ways.failed()
        .forEach(
            (host, reasons) -> {
              for (Problem problem : reasons) {
                if (output.json()) {
                  events.events().error(problem, Optional.of(host.name()));
                } else {
                  context.terminal().out().println("! " + Printable.text(host.name()) + ":");
                  context.terminal().out().print(problems.error(problem));
                }
              }
            });
  }
}
