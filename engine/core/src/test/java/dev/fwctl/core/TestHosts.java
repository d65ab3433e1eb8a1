package dev.fwctl.core;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Hosts of which only the name and the way to reach them matter. */
public final class TestHosts {
  private TestHosts() {}

  /** Returns a host in group {@code all} that is reached by a plugin under its own name. */
  public static Host named(String name, String connection) {
    return new Host(
        name,
        new TreeSet<>(List.of("all")),
        new ConnectionSettings(
            connection,
            name,
            22,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            0,
            Optional.empty(),
            Map.of()),
        new Place("hosts.yml", 1, 1));
  }
}
