package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the same probes again and again until it is closed, and remembers what came of each. */
public final class Prober implements AutoCloseable {
  private final Lab lab;
  private final List<Probe> probes;
  private final Duration limit;
  private final Duration pause;
  private final List<Sighting> sightings = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;

  /**
   * What came of a probe.
   *
   * @param sent before it was sent, as {@link System#nanoTime} counts
   * @param ended after its answer came, or no longer was waited for
   */
  public record Sighting(Probe probe, Outcome outcome, long sent, long ended) {
    public Sighting {
      requireNonNull(probe, "probe is null");
      requireNonNull(outcome, "outcome is null");
    }
  }

  private Prober(Lab lab, List<Probe> probes, Duration limit, Duration pause) {
    this.lab = lab;
    this.probes = List.copyOf(probes);
    this.limit = limit;
    this.pause = pause;
  }

  /**
   * Begins to probe.
   *
   * @param limit how long each probe waits for its answer
   * @param pause how long it rests after all have ended and before it sends them again
   * @param atOnce how many rows of probes are on their way at once, begun one after the other
   *     within the time that an unanswered one takes: what is open for a moment is met by one of
   *     them
   */
  public static Prober start(
      Lab lab, List<Probe> probes, Duration limit, Duration pause, int atOnce) {
    Prober prober = new Prober(lab, probes, limit, pause);
    for (int i = 0; i < atOnce; i++) {
      Duration delay = limit.multipliedBy(i).dividedBy(atOnce);
      prober.threads.add(Thread.ofVirtual().start(() -> prober.run(delay)));
    }
    return prober;
  }

  private void run(Duration delay) {
    try {
      Thread.sleep(delay);
      while (!closed) {
        long sent = System.nanoTime();
        List<Outcome> outcomes = lab.probe(probes, limit);
        long ended = System.nanoTime();
        synchronized (sightings) {
          for (int i = 0; i < probes.size(); i++) {
            sightings.add(new Sighting(probes.get(i), outcomes.get(i), sent, ended));
          }
        }
        Thread.sleep(pause);
      }
    } catch (InterruptedException interruption) {
      // nothing but close() interrupts, and it ends us anyhow
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /**
   * Ends it and returns all that came, in the order in which it ended.
   *
   * @throws dev.fwctl.model.FwctlException when probes could not be sent
   */
  public List<Sighting> stop() {
    close();
    if (failure != null) {
      throw failure;
    }
    synchronized (sightings) {
      return sightings.stream().sorted(Comparator.comparingLong(Sighting::ended)).toList();
    }
  }

  /** Ends it when the probes that are on their way have ended. */
  @Override
  public void close() {
    closed = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }
}
