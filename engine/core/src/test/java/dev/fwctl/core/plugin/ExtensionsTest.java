package dev.fwctl.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Fact;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExtensionsTest {
  private record Gatherer(String name, boolean onDemand) implements FactGatherer {
    private record Nothing() implements Fact {}

    @Override
    public String probe() {
      return "";
    }

    @Override
    public Fact parse(ProbeAnswer answer) {
      return new Nothing();
    }
  }

  @Test
  void aPlanAsksNobodyWhoWaitsToBeAsked() {
    Gatherer network = new Gatherer("network", false);
    Gatherer disks = new Gatherer("disks", true);
    Extensions extensions =
        new Extensions(
            new TreeMap<>(),
            new TreeMap<>(Map.of("network", network, "disks", disks)),
            List.of(),
            new TreeMap<>(),
            List.of(),
            () -> {});
    assertThat(extensions.gatherers()).containsExactly(network);
    assertThat(extensions.gatherersByName()).containsOnlyKeys("network", "disks");
  }
}
