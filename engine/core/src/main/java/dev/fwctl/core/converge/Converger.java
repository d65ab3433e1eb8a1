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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries orders out on many hosts: in waves, in parallel within a wave, until too many fail. */
public final class Converger {
  private final BiFunction<Order, BooleanSupplier, Outcome> transaction;
  private final Duration limit;
  private final Duration returnsWithin;
  private final Rollout rollout;
  private volatile @Nullable Reason stop;
  private boolean abandoned;
  private @Nullable Thread waiting;

  /**
   * Creates a converger.
   *
   * @param transaction carries an order out on its host, and is told whether the run begins no
   *     further host; called by many threads at once
   * @param limit the longest time that this takes
   * @param returnsWithin how long it takes at most until a host has gone back that nobody waits for
   */
  public Converger(
      BiFunction<Order, BooleanSupplier, Outcome> transaction,
      Duration limit,
      Duration returnsWithin,
      Rollout rollout) {
    this.transaction = requireNonNull(transaction, "transaction is null");
    this.limit = requireNonNull(limit, "limit is null");
    this.returnsWithin = requireNonNull(returnsWithin, "returnsWithin is null");
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
    Told told = new Told(listener);
    List<List<Host>> waves = rollout.split(List.copyOf(orders.sequencedKeySet()));
    int budget = rollout.budget(orders.size());
    for (int wave = 0; wave < waves.size(); wave++) {
      // The first of several waves is there to find out; no failure in it is passed over.
      int most = wave == 0 && waves.size() > 1 ? 1 : budget;
      run(waves.get(wave), new Work(orders, failures, most), told);
    }
    SequencedMap<Host, Outcome> outcomes = new LinkedHashMap<>();
    for (Host host : orders.keySet()) {
      outcomes.put(host, requireNonNull(told.outcomes.get(host), "a host without an outcome"));
    }
    return outcomes;
  }

  private void run(List<Host> wave, Work work, Told told) {
    synchronized (this) {
      waiting = Thread.currentThread();
    }
    try {
      new HostPool(rollout.parallelism(), limit).run(wave, work, told);
    } catch (FwctlException interrupted) {
      if (!isAbandoned()) {
        throw interrupted;
      }
      wave.forEach(host -> told.finished(host, work.soFar(host)));
    } finally {
      synchronized (this) {
        waiting = null;
        if (abandoned) {
          // Meant for the wait that is over.
          Thread.interrupted();
        }
      }
    }
  }

  /** Begins no further host; those that are begun come to their end. */
  public void stop() {
    stop(Reason.STOPPED);
  }

  /** Begins no further host, and waits for none: each is kept, or goes back by itself. */
  public synchronized void abandon() {
    stop();
    abandoned = true;
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
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

  /** Passes on what became of each host, once, and of those that are begun that they are. */
  private final class Told implements HostWork.Listener<Outcome> {
    private final HostWork.Listener<Outcome> listener;
    private final Map<Host, Outcome> outcomes = new ConcurrentHashMap<>();

    Told(HostWork.Listener<Outcome> listener) {
      this.listener = listener;
    }

    @Override
    public void started(Host host) {
      if (stop == null) {
        listener.started(host);
      }
    }

    @Override
    public void finished(Host host, Outcome outcome) {
      if (outcomes.putIfAbsent(host, outcome) == null) {
        listener.finished(host, outcome);
      }
    }
  }

  private final class Work implements HostWork<Outcome> {
    private final Map<Host, Supplier<Order>> orders;
    private final AtomicInteger failures;
    private final int most;
    private final Map<Host, Outcome> begun = new ConcurrentHashMap<>();

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
      if (stopped != null) {
        return new Outcome.NotBegun(stopped);
      }
      begun.put(host, new Outcome.Abandoned(returnsWithin));
      Order order = requireNonNull(orders.get(host), "a host without an order").get();
      Outcome outcome = counted(transaction.apply(order, () -> stop != null));
      begun.put(host, outcome);
      return outcome;
    }

    /** Returns what is known of a host when nobody waits any longer. */
    Outcome soFar(Host host) {
      return begun.getOrDefault(host, new Outcome.NotBegun(Reason.STOPPED));
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
        case Outcome.Abandoned abandoned -> {}
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
