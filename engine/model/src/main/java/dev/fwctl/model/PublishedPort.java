package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Ports that a container publishes on its host, or on which a container with host networking
 * listens.
 *
 * @param ports the ports of the host
 * @param hostAddress the host's address that they are published on; nothing for every address
 * @param containerPorts the ports inside, as many as {@code ports} has
 * @param dynamic whether Docker chose the host's port and will choose anew when the container
 *     starts again
 */
public record PublishedPort(
    ProtocolPorts ports,
    Optional<IpAddress> hostAddress,
    PortRange containerPorts,
    boolean dynamic) {
  public PublishedPort {
    requireNonNull(ports, "ports is null");
    requireNonNull(hostAddress, "hostAddress is null");
    requireNonNull(containerPorts, "containerPorts is null");
    if (ports.ports().size() != containerPorts.size()) {
      throw new IllegalArgumentException(
          "ranges differ in size: " + ports + " and " + containerPorts);
    }
  }

  /** Returns the port map as {@code docker run -p} takes it, such as {@code 8081->8080/tcp}. */
  @Override
  public String toString() {
    return hostAddress
            .map(address -> address.withPort(ports.ports()))
            .orElseGet(() -> ports.ports().toString())
        + "->"
        + containerPorts
        + "/"
        + ports.protocol();
  }
}
