package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import java.util.List;
import java.util.Optional;

/** What on a host can be reached from outside; its text is what reports call it. */
public sealed interface InboundEndpoint {
  /**
   * Ports that a container publishes.
   *
   * @param container its name
   * @param ports the ports that clients dial
   * @param address the one address of the host that they are published on, if it is one
   */
  record Published(String container, ProtocolPorts ports, Optional<IpAddress> address)
      implements InboundEndpoint {
    public Published {
      requireNonNull(container, "container is null");
      requireNonNull(ports, "ports is null");
      requireNonNull(address, "address is null");
    }

    @Override
    public String toString() {
      return container + " " + ports + address.map(it -> " on " + it).orElse("");
    }
  }

  /**
   * Ports of the host itself that are treated unlike its other ports.
   *
   * @param ports the ports
   */
  record HostPorts(ProtocolPorts ports) implements InboundEndpoint {
    public HostPorts {
      requireNonNull(ports, "ports is null");
    }

    @Override
    public String toString() {
      return "host " + ports;
    }
  }

  /**
   * Every other port of the host for one protocol.
   *
   * @param protocol the protocol
   */
  record OtherHostPorts(TransportProtocol protocol) implements InboundEndpoint {
    public OtherHostPorts {
      requireNonNull(protocol, "protocol is null");
    }

    @Override
    public String toString() {
      return "host (other " + protocol.label() + " ports)";
    }
  }

  /** Protocols of the host that no rule names. */
  record OtherHostProtocols() implements InboundEndpoint {
    @Override
    public String toString() {
      return "host (other protocols)";
    }
  }

  /** Every other port of the host and every protocol that no rule names, all alike. */
  record RestOfHost() implements InboundEndpoint {
    @Override
    public String toString() {
      return "host (all other ports)";
    }
  }

  /**
   * The host, by messages of ICMP.
   *
   * @param kind which
   */
  record HostIcmp(IcmpKind kind) implements InboundEndpoint {
    public HostIcmp {
      requireNonNull(kind, "kind is null");
    }

    @Override
    public String toString() {
      return "host icmp " + kind.label();
    }
  }

  /**
   * Containers' own addresses, for those who can send the host packets for them.
   *
   * @param networks the containers' networks; none for all of the host's
   */
  record OwnAddresses(List<String> networks) implements InboundEndpoint {
    public OwnAddresses {
      networks = List.copyOf(networks);
    }

    @Override
    public String toString() {
      return networks.isEmpty()
          ? "containers' own addresses (direct route)"
          : "own addresses of containers in %s (direct route)"
              .formatted(String.join(" and ", networks));
    }
  }
}
