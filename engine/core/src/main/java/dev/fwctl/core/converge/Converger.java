package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.HostPool;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.transaction.Order;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.core.transaction.Outcome.NotBegun.Reason;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries orders out on many hosts: in waves, in parallel within a wave, until too many fail. */
public final class Converger {
  private final Function<Order, Outcome> transaction;
  private final Duration limit;
  private final Rollout rollout;
  private volatile @Nullable Reason stop;

  /**
   * Creates a converger.
   *
   * @param transaction carries an order out on its host; called by many threads at once
   * @param limit the longest time that this takes
   */
  public Converger(Function<Order, Outcome> transaction, Duration limit, Rollout rollout) {
    this.transaction = requireNonNull(transaction, "transaction is null");
    this.limit = requireNonNull(limit, "limit is null");
    this.rollout = requireNonNull(rollout, "rollout is null");
  }

  /**
   * Carries orders out; returns when every host is done.
   *
   * @param orders gives the order of each host, which is asked for when the host's turn comes:
   *     those of all hosts together are more than there is memory for
   * @return what became of each host, in the order of the orders
   */
  public SequencedMap<Host, Outcome> apply(
      SequencedMap<Host, Supplier<Order>> orders, HostWork.Listener<Outcome> listener) {
    AtomicInteger failures = new AtomicInteger();
    SequencedMap<Host, Outcome> outcomes = new LinkedHashMap<>();
    List<List<Host>> waves = rollout.split(List.copyOf(orders.sequencedKeySet()));
    int budget = rollout.budget(orders.size());
    for (int wave = 0; wave < waves.size(); wave++) {
      // The first of several waves is there to find out; no failure in it is passed over.
      int most = wave == 0 && waves.size() > 1 ? 1 : budget;
      outcomes.putAll(
          new HostPool(rollout.parallelism(), limit)
              .run(waves.get(wave), new Work(orders, failures, most), begun(listener)));
    }
    return outcomes;
  }

  /** Begins no further host; those that are begun come to their end. */
  public void stop() {
    stop(Reason.STOPPED);
  }

  /** Returns why the run began no further host, if it stopped. */
  public Optional<Reason> stopped() {
    return Optional.ofNullable(stop);
  }

  private synchronized void stop(Reason reason) {
    if (stop == null) {
      stop = reason;
    }
  }

  /** Hears of hosts that are begun, and not of those that a stop came before. */
  private HostWork.Listener<Outcome> begun(HostWork.Listener<Outcome> listener) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        if (stop == null) {
          listener.started(host);
        }
      }

      @Override
      public void finished(Host host, Outcome outcome) {
        listener.finished(host, outcome);
      }
    };
  }

  private final class Work implements HostWork<Outcome> {
    private final Map<Host, Supplier<Order>> orders;
    private final AtomicInteger failures;
    private final int most;

    /**
     * Creates the work of a wave.
     *
     * @param failures how many hosts have failed in this run
     * @param most with how many the run stops
     */
    Work(Map<Host, Supplier<Order>> orders, AtomicInteger failures, int most) {
      this.orders = orders;
      this.failures = failures;
      this.most = most;
    }

    @Override
    public Outcome on(Host host) {
      Reason stopped = stop;
      return stopped == null
          ? counted(
              transaction.apply(requireNonNull(orders.get(host), "a host without an order").get()))
          : new Outcome.NotBegun(stopped);
    }

    /** What was thrown was thrown in the midst of things, so that nothing is known of the host. */
    @Override
    public Outcome failed(Host host, FwctlException failure, Duration after) {
      return counted(new Outcome.Lost(failure.problems().getFirst()));
    }

    private Outcome counted(Outcome outcome) {
      switch (outcome) {
        case Outcome.Applied applied -> {}
        case Outcome.Unconfirmed unconfirmed -> {}
        case Outcome.NotBegun notBegun -> {}
        case Outcome.Lost lost -> stop(Reason.LOST);
        case Outcome.Unchanged unchanged -> count();
        case Outcome.RolledBack rolledBack -> count();
      }
      return outcome;
    }

    private void count() {
      if (failures.incrementAndGet() >= most) {
        stop(Reason.BUDGET);
      }
    }
  }
}
