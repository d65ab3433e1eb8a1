package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends the same probes again and again until it is closed, and remembers what came of each. */
public final class Prober implements AutoCloseable {
  private final Lab lab;
  private final List<Probe> probes;
  private final Duration limit;
  private final Duration pause;
  private final List<Sighting> sightings = new ArrayList<>();
  private final Thread thread;
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
    this.thread = Thread.ofVirtual().unstarted(this::run);
  }

  /**
   * Begins to probe.
   *
   * @param limit how long each probe waits for its answer
   * @param pause how long it rests after all have ended and before it sends them again
   */
  public static Prober start(Lab lab, List<Probe> probes, Duration limit, Duration pause) {
    Prober prober = new Prober(lab, probes, limit, pause);
    prober.thread.start();
    return prober;
  }

  private void run() {
    try {
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
   * Ends it and returns all that came, in the order in which it was sent.
   *
   * @throws dev.fwctl.model.FwctlException when probes could not be sent
   */
  public List<Sighting> stop() {
    close();
    if (failure != null) {
      throw failure;
    }
    synchronized (sightings) {
      return List.copyOf(sightings);
    }
  }

  /** Ends it when the probes that are on their way have ended. */
  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
    }
  }
}
