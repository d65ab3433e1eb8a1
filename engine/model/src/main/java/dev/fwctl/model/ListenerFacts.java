package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Where programs on a host wait for packets, docker-proxy and containers with the host's network
 * among them.
 *
 * @param known whether the host could tell: it has the command ss, which answered
 * @param listeners the sockets of TCP that listen and those of UDP that are not connected
 */
public record ListenerFacts(boolean known, List<Listener> listeners) implements Fact {
  public ListenerFacts {
    listeners = List.copyOf(listeners);
  }

  /**
   * A socket.
   *
   * @param protocol its protocol
   * @param address the local address; nothing for every address of both families, unspecified for
   *     every address of one
   * @param interfaceName the one interface that it takes packets from, if it is bound to one
   * @param port its port, 1 to 65535
   * @param programs the names of the processes that hold it, as far as the host tells
   */
  public record Listener(
      TransportProtocol protocol,
      Optional<IpAddress> address,
      Optional<String> interfaceName,
      int port,
      List<String> programs) {
    public Listener {
      requireNonNull(protocol, "protocol is null");
      requireNonNull(address, "address is null");
      requireNonNull(interfaceName, "interfaceName is null");
      programs = List.copyOf(programs);
    }

    public ProtocolPorts ports() {
      return new ProtocolPorts(protocol, PortRange.single(port));
    }

    /** Tells whether packets to an address of the host may come to this socket. */
    public boolean takes(IpAddress destination) {
      return address
          .map(
              own ->
                  own.equals(destination)
                      || own.isUnspecified() && own.family() == destination.family())
          .orElse(true);
    }
  }
}
