package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * Ports of one transport protocol, written {@code 80/tcp} or {@code 8000-8010/udp}.
 *
 * @param protocol the transport protocol
 * @param ports the ports
 */
public record ProtocolPorts(TransportProtocol protocol, PortRange ports)
    implements Comparable<ProtocolPorts> {
  public ProtocolPorts {
    requireNonNull(protocol, "protocol is null");
    requireNonNull(ports, "ports is null");
  }

  public boolean contains(ProtocolPorts other) {
    return protocol == other.protocol && ports.contains(other.ports);
  }

  public boolean overlaps(ProtocolPorts other) {
    return protocol == other.protocol && ports.overlaps(other.ports);
  }

  @Override
  public int compareTo(ProtocolPorts other) {
    int byPorts = ports.compareTo(other.ports);
    return byPorts != 0 ? byPorts : protocol.compareTo(other.protocol);
  }

  @Override
  public String toString() {
    return ports + "/" + protocol.label();
  }
}
