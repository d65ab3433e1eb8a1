package dev.fwctl.core.transaction;

import static dev.fwctl.core.transaction.Status.BROKEN;
import static dev.fwctl.core.transaction.Status.DONE;
import static dev.fwctl.core.transaction.Status.GONE;
import static dev.fwctl.core.transaction.Status.LOCKED;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.Script;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One host on its way from what it holds to what is wanted, or back. */
final class Transaction {
  /** The longest wait for one script; a lock of Docker's is held for seconds at most. */
  private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(120);

  /** More than any ruleset that a host can work with. */
  private static final int OUTPUT_LIMIT = 32 << 20;

  /**
   * How long after its time a host may take to go back: whoever changes rules comes to an end
   * first, the old rules wait for a lock, and the host may be booting.
   */
  static final Duration RETURN_MARGIN = Duration.ofSeconds(90);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Order order;
  private final Terms terms;
  private final Author author;
  private final Connections connections;
  private final FactGatherer gatherer;
  private final Scripts scripts;
  private final String token;
  private final InstantSource clock;
  private final Instant begun;
  private final BooleanSupplier stopped;

  /** Whether a script that changes something was sent. */
  private boolean sent;

  /** When the host has gone back, by {@link System#nanoTime()}, unless the change was kept. */
  private long backBy;

  /** How much longer it may take than that, because the host was told to wait for the user. */
  private Duration soaking = Duration.ZERO;

  Transaction(
      Order order,
      Terms terms,
      Author author,
      Connections connections,
      FactGatherer gatherer,
      HostFolders folders,
      Names names,
      InstantSource clock,
      BooleanSupplier stopped) {
    this.order = order;
    this.terms = terms;
    this.author = author;
    this.connections = connections;
    this.gatherer = gatherer;
    this.token = names.token();
    this.scripts = new Scripts(folders, names.id(), token);
    this.clock = clock;
    this.begun = clock.instant();
    this.stopped = stopped;
  }

  /**
   * Carries the order out and returns what became of the host; never throws for the host's sake.
   */
  Outcome run() {
    Execution first;
    try (Connection connection = connections.any(order.host())) {
      first = begin(connection);
    } catch (FwctlException e) {
      if (sent && mayHaveRun(e)) {
        return afterSilence(e.problems().getFirst());
      }
      return Thread.currentThread().isInterrupted()
          ? new Outcome.NotBegun(Outcome.NotBegun.Reason.STOPPED)
          : new Outcome.Unchanged(e.problems().getFirst());
    }
    Optional<Status> status = Status.of(first.exitStatus());
    if (status.filter(DONE::equals).isEmpty()) {
      return status.filter(BROKEN::equals).isPresent() || status.isEmpty()
          ? afterSilence(Remarks.problem(first, status))
          : new Outcome.Unchanged(Remarks.problem(first, status));
    }
    Optional<ReadBack> held = ReadBack.of(first, token, order, gatherer);
    if (held.isEmpty() || !held.get().lines().equals(order.wanted())) {
      return goBack(
          Problem.of(
              ErrorCode.APPLY_FAILED,
              held.isEmpty()
                  ? "the host did not tell what it holds after the change"
                  : "what the host holds after the change is not what was wanted",
              "if nobody else changes rules there, this is a fault of fwctl: report it with the"
                  + " output of 'fwctl facts --json'"));
    }
    return comeFromOutside(held.get().digest());
  }

  private Execution begin(Connection connection) {
    String script =
        scripts.begin(
            order,
            gatherer,
            author.name()
                + " (run "
                + author.run()
                + ") since "
                + begun.truncatedTo(ChronoUnit.SECONDS),
            receipt(),
            terms.goesBackAfter());
    long patience = System.nanoTime() + terms.lockTimeout().toNanos();
    while (true) {
      backBy = System.nanoTime() + terms.goesBackAfter().plus(RETURN_MARGIN).toNanos();
      sent = true;
      Execution execution = connection.execute(script(script));
      if (Status.of(execution.exitStatus()).filter(LOCKED::equals).isEmpty()
          || System.nanoTime() >= patience
          || stopped.getAsBoolean()) {
        return execution;
      }
      pause();
      if (Thread.currentThread().isInterrupted()) {
        return execution;
      }
    }
  }

  /** Tells whether a script may have run all the same that ended in this. */
  private static boolean mayHaveRun(FwctlException e) {
    return switch (e.problems().getFirst().code()) {
      case UNREACHABLE, LIMIT_EXCEEDED, INTERRUPTED -> true;
      default -> false;
    };
  }

  private Receipt receipt() {
    return new Receipt(
        begun.truncatedTo(ChronoUnit.SECONDS),
        author.name(),
        author.run(),
        author.revision().commit(),
        author.revision().dirty(),
        order.artifact(),
        order.wanted());
  }

  /** The new rules must let a new connection in, which is what lets the change stay. */
  private Outcome comeFromOutside(String digest) {
    long end = backBy - RETURN_MARGIN.toNanos();
    String script =
        terms
            .soak()
            .map(soak -> scripts.soak(order.backend(), digest, soak))
            .orElseGet(() -> scripts.keep(order.backend(), digest));
    Problem seen;
    do {
      Connection connection;
      try {
        connection = connections.fresh(order.host());
      } catch (FwctlException e) {
        seen = e.problems().getFirst();
        pause();
        continue;
      }
      Execution execution;
      try (connection) {
        soaking = terms.soak().orElse(Duration.ZERO);
        execution = connection.execute(script(script));
      } catch (FwctlException e) {
        return afterSilence(e.problems().getFirst());
      }
      return kept(execution);
    } while (System.nanoTime() < end && !Thread.currentThread().isInterrupted());
    return afterSilence(seen);
  }

  private Outcome kept(Execution execution) {
    Optional<Status> status = Status.of(execution.exitStatus());
    if (status.filter(DONE::equals).isPresent()) {
      Duration time = Duration.between(begun, clock.instant());
      return terms
          .soak()
          .<Outcome>map(soak -> new Outcome.Unconfirmed(time, begun.plus(time).plus(soak)))
          .orElseGet(() -> new Outcome.Applied(time, Remarks.of(execution)));
    }
    Problem problem = Remarks.problem(execution, status);
    return status.filter(GONE::equals).isPresent() ? afterSilence(problem) : goBack(problem);
  }

  /** Takes the host back now; it would also go by itself, but later. */
  private Outcome goBack(Problem problem) {
    try (Connection connection = connections.any(order.host())) {
      connection.execute(script(scripts.back(gatherer)));
    } catch (FwctlException silent) {
      // Then its guard takes it back, and it is asked all the same.
    }
    return afterSilence(problem);
  }

  /** Nobody knows what became of the host: asks until it tells, or until it must have gone back. */
  private Outcome afterSilence(Problem problem) {
    Problem seen = problem;
    do {
      try (Connection connection = connections.fresh(order.host())) {
        Execution execution = connection.execute(script(scripts.look(gatherer)));
        Optional<Outcome> outcome = outcome(execution, problem);
        if (outcome.isPresent()) {
          return outcome.get();
        }
        if (word(execution).equals("pending")) {
          connection.execute(script(scripts.back(gatherer)));
          continue;
        }
      } catch (FwctlException e) {
        seen = e.problems().getFirst();
      }
      pause();
    } while (System.nanoTime() < backBy && !Thread.currentThread().isInterrupted());
    if (Thread.currentThread().isInterrupted()) {
      return new Outcome.Abandoned(
          Duration.ofNanos(Math.max(0, backBy - System.nanoTime())).plus(soaking));
    }
    return new Outcome.Lost(
        Problem.of(
            ErrorCode.HOST_LOST,
            "the host did not tell within its time what became of it: " + seen.message(),
            "it goes back by itself; look at it, 'fwctl plan' tells what it holds"));
  }

  private static String word(Execution execution) {
    return execution.output().lines().findFirst().orElse("");
  }

  /** Tells what became of the host, or nothing while that is not decided. */
  private Optional<Outcome> outcome(Execution execution, Problem problem) {
    Optional<ReadBack> held = ReadBack.of(execution, token, order, gatherer);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    boolean isBefore =
        held.get().lines().equals(order.before())
            // What was kept last, which is loaded at boot; it was not in force if it had drifted.
            || order
                .facts()
                .receipt()
                .filter(it -> it.rules().equals(held.get().lines()))
                .isPresent();
    boolean isWanted = held.get().lines().equals(order.wanted());
    return switch (word(execution)) {
      case "kept" ->
          Optional.of(
              isWanted
                  ? new Outcome.Applied(Duration.between(begun, clock.instant()), List.of())
                  : neither());
      case "back" -> Optional.of(isBefore ? new Outcome.RolledBack(problem) : neither());
      // It never began, or the host was booted since, and with it came what was kept last.
      case "unknown" ->
          isBefore
              ? Optional.of(new Outcome.Unchanged(problem))
              : isWanted
                  ? Optional.of(
                      new Outcome.Applied(Duration.between(begun, clock.instant()), List.of()))
                  : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Outcome neither() {
    return new Outcome.Lost(
        Problem.of(
            ErrorCode.HOST_LOST,
            "the host holds neither the old rules nor the new: somebody else changed them",
            "look at the host; 'fwctl plan' tells what it holds"));
  }

  private static Script script(String text) {
    return new Script(text, SCRIPT_LIMIT, OUTPUT_LIMIT);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
