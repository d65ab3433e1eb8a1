package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.lab.Prober;
import java.time.Duration;
import java.util.List;

/** Tries over and over to get in, while hosts go through something, and tells what got in. */
final class Watch implements AutoCloseable {
  /** Short, so that a door that is open for a moment only is tried in that moment. */
  private static final Duration LIMIT = Duration.ofMillis(200);

  private static final int AT_ONCE = 2;

  private final Prober prober;

  /** Starts to send probes, none of which is to get in. */
  Watch(Lab lab, List<Probe> probes) {
    this.prober = Prober.start(lab, probes, LIMIT, Duration.ZERO, AT_ONCE);
  }

  /** Ends the watch; nothing may have got in since its start. */
  void nothingGotIn() {
    List<Prober.Sighting> sightings = prober.stop();
    assertThat(sightings).as("what was tried").isNotEmpty();
    assertThat(sightings.stream().filter(sighting -> sighting.outcome() == Outcome.OPEN))
        .as("what got in")
        .isEmpty();
  }

  @Override
  public void close() {
    prober.close();
  }
}
