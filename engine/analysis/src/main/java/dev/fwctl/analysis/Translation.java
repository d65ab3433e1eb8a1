package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import java.util.Optional;

/**
 * What destination NAT made of where packets are bound for.
 *
 * @param address the new destination
 * @param port the new port, 0 to 65535; nothing when it stays
 */
public record Translation(IpAddress address, Optional<Integer> port) {
  public Translation {
    requireNonNull(address, "address is null");
    requireNonNull(port, "port is null");
  }
}
