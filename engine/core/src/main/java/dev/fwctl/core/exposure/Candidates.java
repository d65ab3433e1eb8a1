package dev.fwctl.core.exposure;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.exposure.Way.Path;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Who on a host might take packets, as far as its facts tell. */
final class Candidates {
  private static final String DOCKER_PROXY = "docker-proxy";

  private final List<Container> containers;
  private final Map<IpAddress, Container> byAddress = new HashMap<>();
  private final Map<Door, List<Listener>> listeners = new LinkedHashMap<>();

  /**
   * Where packets come to an endpoint.
   *
   * @param endpoint the endpoint
   * @param path the path that they have taken then
   * @param dialled the ports that they were bound for when they came
   * @param assumed what is taken for granted if packets get through there, if anything
   */
  record Door(Endpoint endpoint, Path path, List<ProtocolPorts> dialled, Optional<String> assumed) {
    Door {
      requireNonNull(endpoint, "endpoint is null");
      requireNonNull(path, "path is null");
      dialled = List.copyOf(dialled);
      requireNonNull(assumed, "assumed is null");
    }
  }

  Candidates(KnownHost host) {
    this.containers =
        host.docker().map(DockerFacts::containers).orElse(List.of()).stream()
            .filter(Container::running)
            .toList();
    for (Container container : containers) {
      container
          .attachments()
          .forEach(one -> one.addresses().forEach(address -> byAddress.put(address, container)));
    }
    Optional<ListenerFacts> known = host.listeners();
    if (known.isPresent()) {
      known.get().listeners().forEach(this::add);
    } else {
      host.ssh().stream()
          .flatMap(ssh -> ssh.listening().stream())
          .map(
              socket ->
                  new Listener(
                      TransportProtocol.TCP,
                      Optional.of(socket.address()),
                      Optional.empty(),
                      socket.port(),
                      List.of("sshd")))
          .forEach(this::add);
      containers.forEach(this::assume);
    }
  }

  private void add(Listener listener) {
    listeners.computeIfAbsent(door(listener), unseen -> new ArrayList<>()).add(listener);
  }

  private Door door(Listener listener) {
    boolean proxy = listener.programs().contains(DOCKER_PROXY);
    for (Container container : containers) {
      if (proxy) {
        for (PublishedPort published : container.published()) {
          if (published.ports().contains(listener.ports())
              && published
                  .hostAddress()
                  .map(own -> own.equals(listener.address().orElse(own)))
                  .orElse(true)) {
            return new Door(
                inside(container, published),
                Path.PROXY,
                List.of(published.ports()),
                Optional.empty());
          }
        }
      } else if (container.networking() == Networking.HOST
          && container.exposed().stream().anyMatch(one -> one.contains(listener.ports()))) {
        return atHost(new Endpoint.InContainer(container.name(), listener.ports(), true));
      }
    }
    return atHost(new Endpoint.AtHost(listener.programs(), listener.ports()));
  }

  private static Door atHost(Endpoint endpoint) {
    return new Door(endpoint, Path.HOST, List.of(endpoint.ports()), Optional.empty());
  }

  /** Takes for granted what listens for a container where the host does not tell. */
  private void assume(Container container) {
    for (PublishedPort published : container.published()) {
      Door door =
          new Door(
              inside(container, published),
              Path.PROXY,
              List.of(published.ports()),
              Optional.of("whether docker-proxy listens there"));
      assume(door, published.ports(), published.hostAddress());
    }
    if (container.networking() == Networking.HOST) {
      for (ProtocolPorts exposed : container.exposed()) {
        Door door =
            new Door(
                new Endpoint.InContainer(container.name(), exposed, true),
                Path.HOST,
                List.of(exposed),
                Optional.of("whether the container listens there"));
        assume(door, exposed, Optional.empty());
      }
    }
  }

  private void assume(Door door, ProtocolPorts ports, Optional<IpAddress> address) {
    List<Listener> assumed = listeners.computeIfAbsent(door, unseen -> new ArrayList<>());
    for (int port = ports.ports().first(); port <= ports.ports().last(); port++) {
      assumed.add(
          new Listener(ports.protocol(), address, Optional.empty(), port, List.of(DOCKER_PROXY)));
    }
  }

  /** Returns the containers that run. */
  List<Container> containers() {
    return containers;
  }

  Optional<Container> at(IpAddress address) {
    return Optional.ofNullable(byAddress.get(address));
  }

  Map<IpAddress, Container> byAddress() {
    return Map.copyOf(byAddress);
  }

  /** Returns the sockets that listen, by where packets come to by them. */
  Map<Door, List<Listener>> listeners() {
    return listeners;
  }

  static Endpoint inside(Container container, PublishedPort published) {
    return new Endpoint.InContainer(
        container.name(),
        new ProtocolPorts(published.ports().protocol(), published.containerPorts()),
        false);
  }

  /** Returns the ports at which a container is known to take packets. */
  static SortedSet<ProtocolPorts> knownPorts(Container container) {
    SortedSet<ProtocolPorts> known = new TreeSet<>();
    container.published().forEach(published -> known.add(inside(container, published).ports()));
    container.exposed().stream()
        .filter(exposed -> known.stream().noneMatch(other -> other.overlaps(exposed)))
        .toList()
        .forEach(known::add);
    return known;
  }

  /**
   * Returns what packets come to that were translated for a container.
   *
   * @param ports the container's ports
   * @param dialled the ports that they were bound for before
   */
  static Door translated(Container container, ProtocolPorts ports, List<PortRange> dialled) {
    for (PublishedPort published : container.published()) {
      Endpoint inside = inside(container, published);
      if (inside.ports().contains(ports)
          && dialled.stream().allMatch(published.ports().ports()::contains)) {
        return new Door(inside, Path.DNAT, List.of(published.ports()), Optional.empty());
      }
    }
    ProtocolPorts known =
        knownPorts(container).stream().filter(one -> one.contains(ports)).findFirst().orElse(ports);
    return translated(new Endpoint.InContainer(container.name(), known, false), dialled);
  }

  static Door translated(Endpoint endpoint, List<PortRange> dialled) {
    return new Door(
        endpoint,
        Path.DNAT,
        dialled.stream()
            .map(range -> new ProtocolPorts(endpoint.ports().protocol(), range))
            .toList(),
        Optional.empty());
  }
}
