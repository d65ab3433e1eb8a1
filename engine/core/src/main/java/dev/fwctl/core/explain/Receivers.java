package dev.fwctl.core.explain;

import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Packet;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells who takes a packet at the end of its way, as far as the facts go. */
final class Receivers {
  private final KnownHost host;

  Receivers(KnownHost host) {
    this.host = host;
  }

  /** Returns what is known, a sentence each. */
  List<String> of(Journey journey) {
    Packet packet = journey.packet();
    return switch (journey.ending()) {
      case DELIVERED -> atHost(packet);
      case SENT -> behind(packet);
      case DROPPED, REJECTED, NO_ROUTE, UNDECIDED -> List.of();
    };
  }

  private List<String> behind(Packet packet) {
    List<String> words = new ArrayList<>();
    for (Container container : containers()) {
      container.attachments().stream()
          .filter(attachment -> attachment.addresses().contains(packet.destination()))
          .forEach(
              attachment ->
                  words.add(
                      "that is container '%s' in network '%s'"
                          .formatted(container.name(), attachment.network())));
    }
    return words;
  }

  private List<String> atHost(Packet packet) {
    Optional<ProtocolPorts> asked = port(packet);
    if (asked.isEmpty()) {
      return List.of();
    }
    List<String> words = new ArrayList<>();
    int port = asked.get().ports().first();
    IpAddress address = packet.destination();
    boolean sshd =
        asked.get().protocol() == TransportProtocol.TCP
            && host.ssh().stream()
                .flatMap(ssh -> ssh.listening().stream())
                .anyMatch(socket -> socket.port() == port && listensAt(socket.address(), address));
    if (sshd) {
      words.add("sshd listens there");
    }
    for (Container container : containers()) {
      if (!container.running()) {
        continue;
      }
      if (container.networking() == Networking.HOST) {
        container.exposed().stream()
            .filter(exposed -> exposed.contains(asked.get()))
            .forEach(
                exposed ->
                    words.add(
                        "container '%s' has the host's network and exposes that port"
                            .formatted(container.name())));
        continue;
      }
      for (PublishedPort published : container.published()) {
        if (published.ports().contains(asked.get())
            && published.hostAddress().map(own -> listensAt(own, address)).orElse(true)) {
          int inner = published.containerPorts().first() + port - published.ports().ports().first();
          words.add(
              ("container '%s' publishes that port: docker-proxy takes it to port %d inside,"
                      + " where Docker runs it for %s")
                  .formatted(container.name(), inner, address.family().label()));
        }
      }
    }
    if (words.isEmpty()) {
      words.add("the facts do not tell whether anybody listens there");
    }
    return words;
  }

  private static boolean listensAt(IpAddress socket, IpAddress address) {
    return socket.equals(address)
        || socket.isUnspecified()
            && (socket.family() == address.family() || socket.family() == Family.IPV6);
  }

  private List<Container> containers() {
    return host.docker().map(DockerFacts::containers).orElse(List.of());
  }

  private static Optional<ProtocolPorts> port(Packet packet) {
    return packet.payload() instanceof Packet.Payload.Ports ports
        ? TransportProtocol.parse(ports.protocol())
            .map(protocol -> new ProtocolPorts(protocol, PortRange.single(ports.destination())))
        : Optional.empty();
  }
}
