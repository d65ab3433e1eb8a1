package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Tries over and over to get in, while hosts go through something, and tells what got in. */
final class Watch implements AutoCloseable {
  /** Short, so that a door that is open for a moment only is tried in that moment. */
  private static final Duration LIMIT = Duration.ofMillis(200);

  private static final int AT_ONCE = 2;

  private final ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
  private final Set<String> gotIn = ConcurrentHashMap.newKeySet();
  private final List<Future<?>> watchers;
  private volatile boolean ended;

  /** Starts to send probes, none of which is to get in. */
  Watch(Lab lab, List<Probe> probes) {
    this.watchers =
        IntStream.range(0, AT_ONCE)
            .<Future<?>>mapToObj(_ -> executor.submit(() -> watch(lab, probes)))
            .toList();
  }

  private void watch(Lab lab, List<Probe> probes) {
    while (!ended) {
      List<Outcome> outcomes = lab.probe(probes, LIMIT);
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i) == Outcome.OPEN) {
          gotIn.add(probes.get(i).toString());
        }
      }
    }
  }

  /** Ends the watch; nothing may have got in since its start. */
  void nothingGotIn() {
    close();
    for (Future<?> watcher : watchers) {
      try {
        watcher.get();
      } catch (ExecutionException | InterruptedException problem) {
        throw new AssertionError("the watch ended early", problem);
      }
    }
    assertThat(gotIn).as("what got in").isEmpty();
  }

  @Override
  public void close() {
    ended = true;
    executor.close();
  }
}
