package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Works on many hosts at a time: a virtual thread a host, so many of them at work, each within a
 * time limit.
 *
 * @param parallelism how many hosts are worked on at a time, at least 1
 * @param limit the longest time for one host, from when its work begins
 */
public record HostPool(int parallelism, Duration limit) {
  /** How long interrupted work may take to close its connections. */
  private static final Duration CLOSING = Duration.ofSeconds(3);

  public HostPool {
    requireNonNull(limit, "limit is null");
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism is not positive: " + parallelism);
    }
  }

  /**
   * Works on all hosts and returns what came of each, in the order of the hosts.
   *
   * <p>Work that does not end in time is interrupted, counts as failed and is waited for no longer,
   * so that a hung host costs no other host its place.
   *
   * @throws FwctlException with code INTERRUPTED when the calling thread is interrupted; no work is
   *     begun after that, and what runs is interrupted and given a moment to close its connections
   */
  public <R> SequencedMap<Host, R> run(
      Collection<Host> hosts, HostWork<R> work, HostWork.Listener<R> listener) {
    Semaphore places = new Semaphore(parallelism, true);
    AtomicBoolean stopping = new AtomicBoolean();
    List<Task<R>> tasks = new ArrayList<>(hosts.size());
    for (Host host : hosts) {
      tasks.add(new Task<>(host, work, listener, places, stopping, limit));
    }
    try {
      for (Task<R> task : tasks) {
        task.keeper.start();
      }
      SequencedMap<Host, R> results = new LinkedHashMap<>();
      for (Task<R> task : tasks) {
        task.keeper.join();
        results.put(task.host, task.outcome.join());
      }
      return results;
    } catch (InterruptedException e) {
      stopping.set(true);
      tasks.forEach(task -> task.keeper.interrupt());
      long end = System.nanoTime() + CLOSING.toNanos();
      tasks.forEach(task -> task.closeUntil(end));
      throw new FwctlException(
          Problem.of(ErrorCode.INTERRUPTED, "interrupted; what was not begun was left alone"), e);
    }
  }

  /** One host: a worker, which may hang, and its keeper, which does not. */
  private static final class Task<R> {
    private final Host host;
    private final HostWork<R> work;
    private final HostWork.Listener<R> listener;
    private final Semaphore places;
    private final AtomicBoolean stopping;
    private final Duration limit;
    private final CompletableFuture<R> outcome = new CompletableFuture<>();
    private final Thread keeper;
    private final Thread worker;
    private volatile long start;

    Task(
        Host host,
        HostWork<R> work,
        HostWork.Listener<R> listener,
        Semaphore places,
        AtomicBoolean stopping,
        Duration limit) {
      this.host = host;
      this.work = work;
      this.listener = listener;
      this.places = places;
      this.stopping = stopping;
      this.limit = limit;
      this.keeper = Thread.ofVirtual().name("keeper of " + host.name()).unstarted(this::keep);
      this.worker = Thread.ofVirtual().name("host " + host.name()).unstarted(this::work);
    }

    private void keep() {
      try {
        places.acquire();
        try {
          if (stopping.get()) {
            return;
          }
          listener.started(host);
          start = System.nanoTime();
          worker.start();
          if (!worker.join(limit)) {
            worker.interrupt();
            fail(
                new FwctlException(
                    Problem.of(
                        ErrorCode.LIMIT_EXCEEDED,
                        "not done within " + limit.toSeconds() + " seconds")));
          }
        } finally {
          places.release();
        }
        listener.finished(host, outcome.join());
      } catch (InterruptedException e) {
        worker.interrupt();
        outcome.completeExceptionally(e);
      } catch (RuntimeException | Error mistake) {
        outcome.completeExceptionally(mistake);
      }
    }

    private void work() {
      try {
        outcome.complete(work.on(host));
      } catch (FwctlException e) {
        fail(e);
      } catch (RuntimeException | StackOverflowError e) {
        // One host must not cost the others their answer, not even by a mistake of ours.
        fail(
            new FwctlException(
                Problem.of(
                    ErrorCode.UNREACHABLE,
                    "given up by a mistake in fwctl or in a plugin: " + e,
                    "run with --debug and report it"),
                e));
      } catch (Error mistake) {
        outcome.completeExceptionally(mistake);
      }
    }

    private void fail(FwctlException failure) {
      if (!outcome.isDone()) {
        outcome.complete(work.failed(host, failure, Duration.ofNanos(System.nanoTime() - start)));
      }
    }

    private void closeUntil(long end) {
      try {
        // A worker that was never begun has nothing to close.
        if (worker.getState() != Thread.State.NEW) {
          worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
