package dev.fwctl.lab;

import dev.fwctl.model.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** Those who want something from the hosts: runs the probe program in their namespace. */
final class Clients {
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Layout layout;
  private final ToIntFunction<String> hostNumbers;

  /**
   * Sets up the clients of a lab that is up.
   *
   * @param hostNumbers the number of a host, by which packets that go through it are marked
   */
  Clients(Layout layout, ToIntFunction<String> hostNumbers) {
    this.layout = layout;
    this.hostNumbers = hostNumbers;
  }

  List<Outcome> probe(List<Probe> probes, Duration limit) {
    StringBuilder lines = new StringBuilder();
    for (Probe probe : probes) {
      lines.append(
          "%s %d %d %s\n"
              .formatted(
                  source(probe.from()),
                  mark(probe.via()),
                  limit.toMillis(),
                  probe.to().argument()));
    }
    String output =
        Command.check(
            command("batch"), lines.toString().getBytes(StandardCharsets.UTF_8), limit.plus(GRACE));
    List<Outcome> outcomes = output.lines().map(Outcome::parse).toList();
    if (outcomes.size() != probes.size()) {
      throw new IllegalStateException(
          "%d answers to %d probes".formatted(outcomes.size(), probes.size()));
    }
    return outcomes;
  }

  HeldConnection hold(Probe probe) {
    try {
      return new HeldConnection(
          Command.builder(
                  command(
                      "hold",
                      source(probe.from()),
                      Integer.toString(mark(probe.via())),
                      probe.to().argument()))
              .start());
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Returns how many of the bytes asked for arrived. */
  long fetch(Probe probe, long bytes, Duration limit) {
    String output =
        Command.check(
            command(
                "fetch",
                source(probe.from()),
                Integer.toString(mark(probe.via())),
                Long.toString(limit.toMillis()),
                probe.to().argument(),
                Long.toString(bytes)),
            limit.plus(GRACE));
    return Long.parseLong(output.strip());
  }

  private List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("perl", layout.layer().resolve("usr/local/bin/probe").toString()));
    Stream.of(arguments).forEach(command::add);
    return Namespaces.enter(layout, Layout.CLIENTS, command);
  }

  private static String source(IpAddress from) {
    if (!AddressPlan.isClient(from)) {
      throw LabProblem.of(
          "no client of the lab has the address " + from,
          "send from %s, %s or %s"
              .formatted(
                  String.join(", ", AddressPlan.CLIENT_RANGES),
                  String.join(", ", AddressPlan.NARROW_RANGES),
                  "as a neighbour from " + AddressPlan.NEIGHBOUR_IPV4));
    }
    return from.toString();
  }

  private int mark(Optional<String> via) {
    return via.map(hostNumbers::applyAsInt).orElse(0);
  }
}
