package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import java.util.Optional;

/**
 * A packet that a client sends, and is answered or not.
 *
 * @param from the address it sends from; any address of the client ranges
 * @param to what it sends to, of the same family
 * @param via the host through which the packet goes, past the router, as if the client had a route
 *     to the networks behind that host
 */
public record Probe(IpAddress from, Target to, Optional<String> via) {
  public Probe {
    requireNonNull(from, "from is null");
    requireNonNull(to, "to is null");
    requireNonNull(via, "via is null");
    if (from.family() != to.address().family()) {
      throw LabProblem.of(
          "%s and %s are not of one family".formatted(from, to.address()),
          "probe an IPv4 address from an IPv4 address, IPv6 from IPv6");
    }
  }

  public static Probe of(IpAddress from, Target to) {
    return new Probe(from, to, Optional.empty());
  }
}
