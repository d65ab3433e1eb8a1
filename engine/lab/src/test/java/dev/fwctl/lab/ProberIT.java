package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnLab
final class ProberIT {
  private static final Duration LIMIT = Duration.ofMillis(300);

  @Test
  void seesWhenAHostBeginsAndCeasesToAnswer() throws InterruptedException {
    try (Lab lab = Lab.up(LabSpec.of(LabNames.fresh(), HostSpec.plain("web", "bookworm")))) {
      lab.serve("web", "tcp/7");
      Probe probe = lab.probeOf("203.0.113.5", "web:7");
      Prober prober = Prober.start(lab, List.of(probe), LIMIT, Duration.ofMillis(20), 2);
      Thread.sleep(1000);
      long closing = System.nanoTime();
      lab.run("web", "iptables", "-A", "INPUT", "-p", "tcp", "--dport", "7", "-j", "DROP");
      long closed = System.nanoTime();
      Thread.sleep(2000);
      long opening = System.nanoTime();
      lab.run("web", "iptables", "-F", "INPUT");
      long open = System.nanoTime();
      Thread.sleep(1000);
      List<Prober.Sighting> sightings = prober.stop();

      assertThat(sightings).isSortedAccordingTo(Comparator.comparingLong(Prober.Sighting::ended));
      assertThat(sightings).allMatch(sighting -> sighting.probe().equals(probe));
      assertThat(sightings)
          .filteredOn(sighting -> sighting.ended() < closing || sighting.sent() > open)
          .isNotEmpty()
          .allMatch(sighting -> sighting.outcome() == Outcome.OPEN);
      assertThat(sightings)
          .filteredOn(sighting -> sighting.sent() > closed && sighting.ended() < opening)
          .isNotEmpty()
          .allMatch(sighting -> sighting.outcome() == Outcome.TIMEOUT);
      int seen = sightings.size();
      Thread.sleep(100);
      assertThat(prober.stop()).hasSize(seen);
    }
  }
}
