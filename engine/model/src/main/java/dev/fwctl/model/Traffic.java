package dev.fwctl.model;

import java.util.List;
import java.util.stream.Collectors;

/** What kind of packets a rule is about. */
public sealed interface Traffic {
  /** Every protocol and port that the target has. */
  record All() implements Traffic {
    @Override
    public String toString() {
      return "all ports";
    }
  }

  /**
   * Ports as a client dials them.
   *
   * @param ports at least one
   */
  record Ports(List<ProtocolPorts> ports) implements Traffic {
    public Ports {
      ports = List.copyOf(ports);
      if (ports.isEmpty()) {
        throw new IllegalArgumentException("no ports");
      }
    }

    @Override
    public String toString() {
      return ports.stream().map(ProtocolPorts::toString).collect(Collectors.joining(", "));
    }
  }

  /**
   * Ports as a container listens on them, to be resolved through a host's port map.
   *
   * @param ports at least one
   */
  record ContainerPorts(List<ProtocolPorts> ports) implements Traffic {
    public ContainerPorts {
      ports = List.copyOf(ports);
      if (ports.isEmpty()) {
        throw new IllegalArgumentException("no ports");
      }
    }

    @Override
    public String toString() {
      return "container port "
          + ports.stream().map(ProtocolPorts::toString).collect(Collectors.joining(", "));
    }
  }

  /** ICMP messages of a kind, in both families. */
  record Icmp(IcmpKind kind) implements Traffic {
    @Override
    public String toString() {
      return kind == IcmpKind.ANY ? "icmp" : "icmp " + kind;
    }
  }
}
