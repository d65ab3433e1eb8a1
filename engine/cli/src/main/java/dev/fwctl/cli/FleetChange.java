package dev.fwctl.cli;

import dev.fwctl.core.converge.Converger;
import dev.fwctl.core.converge.Rollout;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.report.ApplyText;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.transaction.Author;
import dev.fwctl.core.transaction.Order;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.core.transaction.Revision;
import dev.fwctl.core.transaction.Terms;
import dev.fwctl.core.transaction.Transactions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Carries orders out on the hosts of a session, and tells how it goes. */
final class FleetChange {
  private final Context context;
  private final Session session;
  private final OutputOptions output;
  private final Output events;
  private final RolloutOptions options;
  private final int parallelism;
  private final Author author;

  FleetChange(
      Context context,
      Session session,
      OutputOptions output,
      Output events,
      RolloutOptions options,
      int parallelism) {
    this(
        context,
        session,
        output,
        events,
        options,
        parallelism,
        Revision.of(session.workspace().policies()));
  }

  /**
   * Creates a change.
   *
   * @param revision the policies that are carried out
   */
  FleetChange(
      Context context,
      Session session,
      OutputOptions output,
      Output events,
      RolloutOptions options,
      int parallelism,
      Revision revision) {
    this.context = context;
    this.session = session;
    this.output = output;
    this.events = events;
    this.options = options;
    this.parallelism = parallelism;
    this.author = new Author(userAtMachine(), revision, runName());
  }

  /** Returns the orders of plans, each made when it is asked for. */
  static SequencedMap<Host, Supplier<Order>> orders(List<HostPlan.Changed> plans) {
    SequencedMap<Host, Supplier<Order>> orders = new LinkedHashMap<>();
    plans.forEach(plan -> orders.put(plan.host(), () -> Order.of(plan)));
    return orders;
  }

  /**
   * Carries orders out, and takes the hosts back that were changed if that is what to do when the
   * run stops.
   *
   * @param title what the run does, such as {@code Apply}
   * @param soak how long hosts wait to be confirmed, if they are to
   * @return the exit code
   */
  int run(String title, SequencedMap<Host, Supplier<Order>> orders, Optional<Duration> soak) {
    return run(title, new LinkedHashMap<>(), orders, soak);
  }

  /**
   * Does the same, and reports hosts that are not begun along with the others.
   *
   * @param decided what became of those
   */
  int run(
      String title,
      SequencedMap<Host, Outcome> decided,
      SequencedMap<Host, Supplier<Order>> orders,
      Optional<Duration> soak) {
    if (output.json()) {
      decided.forEach((host, outcome) -> events.events().outcome(host.name(), outcome));
    }
    try (Interruption interruption = Interruption.listen(context.terminal())) {
      Terms terms = options.terms(soak);
      Converger converger = converger(terms, options.rollout(parallelism));
      SequencedMap<Host, Outcome> outcomes = new LinkedHashMap<>(decided);
      outcomes.putAll(carryOut(interruption, converger, "applying", orders));
      report(title, outcomes);
      int back = 0;
      boolean isStopped =
          converger
              .stopped()
              .filter(reason -> reason != Outcome.NotBegun.Reason.STOPPED)
              .isPresent();
      if (isStopped && options.onFailure() == RolloutOptions.OnFailure.ROLLBACK) {
        back = takeBack(interruption, outcomes);
      }
      return interruption.happened()
          ? ErrorCode.INTERRUPTED.exitCode()
          : Math.max(back, exitCode(outcomes.values()));
    }
  }

  /** Takes the hosts back that this run has changed; returns the exit code. */
  private int takeBack(Interruption interruption, Map<Host, Outcome> outcomes) {
    List<Host> changed =
        outcomes.entrySet().stream()
            .filter(entry -> entry.getValue() instanceof Outcome.Applied)
            .map(Map.Entry::getKey)
            .toList();
    if (changed.isEmpty()) {
      return 0;
    }
    FleetReturn back = new FleetReturn(context, session, output, parallelism);
    FleetReturn.Ways ways = back.ask(changed, receipt -> receipt.run().equals(author.run()));
    back.complain(events, ways);
    Terms terms = options.terms(Optional.empty());
    SequencedMap<Host, Outcome> returned =
        carryOut(
            interruption,
            converger(terms, Rollout.allAtOnce(parallelism)),
            "taking back",
            ways.orders());
    report("Rollback", returned);
    return Math.max(
        ways.failed().isEmpty() ? 0 : PlanCommand.INCOMPLETE, exitCode(returned.values()));
  }

  private Converger converger(Terms terms, Rollout rollout) {
    Transactions transactions =
        new Transactions(
            session, session.extensions().gatherersByName(), author, terms, Clock.systemUTC());
    return new Converger(
        transactions::carryOut, transactions.limit(), transactions.returnsWithin(), rollout);
  }

  private SequencedMap<Host, Outcome> carryOut(
      Interruption interruption,
      Converger converger,
      String work,
      SequencedMap<Host, Supplier<Order>> orders) {
    interruption.guard(converger);
    try (Progress progress =
        new Progress(context.terminal(), work, orders.size(), Clock.systemUTC())) {
      return converger.apply(orders, output.json() ? tell(events) : tell(progress));
    }
  }

  private void report(String title, SequencedMap<Host, Outcome> outcomes) {
    if (output.json()) {
      events.events().applySummary(outcomes.values());
    } else {
      Terminal terminal = context.terminal();
      terminal
          .out()
          .print(
              new ApplyText(terminal.style(output), new ProblemText(context.base()))
                  .report(title, outcomes));
      terminal.out().flush();
    }
  }

  static HostWork.Listener<Outcome> tell(Progress progress) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, Outcome outcome) {
        progress.finished(
            Printable.text(host.name()),
            outcome instanceof Outcome.Applied || outcome instanceof Outcome.Unconfirmed,
            ApplyText.words(outcome));
      }
    };
  }

  static HostWork.Listener<Outcome> tell(Output events) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        events.events().applyStart(host.name());
      }

      @Override
      public void finished(Host host, Outcome outcome) {
        events.events().outcome(host.name(), outcome);
      }
    };
  }

  /** A time, so that a person finds it, and something by chance, so that no two are the same. */
  private static String runName() {
    return DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
            .withZone(ZoneOffset.UTC)
            .format(Clock.systemUTC().instant())
        + "-"
        + HexFormat.of().toHexDigits((short) ThreadLocalRandom.current().nextInt());
  }

  /** Returns who runs this, as {@code USER@MACHINE}. */
  static String userAtMachine() {
    String machine;
    try {
      machine = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      machine = "unknown";
    }
    return System.getProperty("user.name") + "@" + machine;
  }

  /** The highest wins: lost above stopped by failures above failed above locked above stale. */
  static int exitCode(Collection<Outcome> outcomes) {
    return outcomes.stream()
        .mapToInt(
            outcome ->
                switch (outcome) {
                  case Outcome.Applied applied -> 0;
                  case Outcome.Unconfirmed unconfirmed -> 0;
                  case Outcome.Unchanged unchanged ->
                      switch (unchanged.problem().code()) {
                        case STALE, LOCKED, UNREACHABLE, HOST_KEY, AUTHENTICATION, PRIVILEGE ->
                            unchanged.problem().code().exitCode();
                        default -> ErrorCode.APPLY_FAILED.exitCode();
                      };
                  case Outcome.RolledBack rolledBack -> ErrorCode.APPLY_FAILED.exitCode();
                  case Outcome.Lost lost -> ErrorCode.HOST_LOST.exitCode();
                  case Outcome.Abandoned abandoned -> ErrorCode.INTERRUPTED.exitCode();
                  case Outcome.NotBegun notBegun ->
                      switch (notBegun.reason()) {
                        case STOPPED -> ErrorCode.INTERRUPTED.exitCode();
                        case BUDGET -> ErrorCode.TOO_MANY_FAILED.exitCode();
                        case LOST -> ErrorCode.HOST_LOST.exitCode();
                      };
                })
        .max()
        .orElse(0);
  }
}
