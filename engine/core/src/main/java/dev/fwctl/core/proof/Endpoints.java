package dev.fwctl.core.proof;

import dev.fwctl.core.proof.Goal.Arrival;
import dev.fwctl.core.proof.Goal.Way;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds on a host what an assertion speaks of. */
final class Endpoints {
  /** Networks whose packets the host's packet filter sees. */
  private static final Set<String> FILTERED = Set.of("bridge", "host", "null", "none");

  private final Assertion assertion;
  private final DockerFacts docker;

  Endpoints(Assertion assertion, DockerFacts docker) {
    this.assertion = assertion;
    this.docker = docker;
  }

  /** Returns the containers that the assertion names; none when it names something else. */
  List<Container> containers() {
    return assertion.rule().local() instanceof LocalEnd.Containers some
        ? docker.containers().stream().filter(some.selector()::selects).toList()
        : List.of();
  }

  /**
   * Returns where packets come to that reach it; nothing when the host has no such thing.
   *
   * @throws FwctlException with code ASSERTION when the host's packet filter can't tell
   */
  Optional<Goal> goal() {
    List<Way> ways =
        switch (assertion.rule().local()) {
          case LocalEnd.HostItself _ -> host();
          case LocalEnd.Anything _ -> anything();
          case LocalEnd.Direct _ ->
              List.of(
                  new Way(Optional.empty(), new Arrival.Direct(allAddresses(), Optional.empty())));
          case LocalEnd.Published _ ->
              docker.containers().stream().flatMap(one -> published(one).stream()).toList();
          case LocalEnd.Containers _ ->
              containers().stream().flatMap(one -> container(one).stream()).toList();
        };
    return ways.isEmpty() ? Optional.empty() : Optional.of(new Goal(ways));
  }

  /**
   * Returns the ports, with the addresses that they are bound to, that clients dial to reach it.
   */
  List<PublishedPort> dialled() {
    Stream<Container> some =
        assertion.rule().local() instanceof LocalEnd.Containers
            ? containers().stream()
            : docker.containers().stream();
    return some.flatMap(
            one ->
                one.networking() == Networking.HOST
                    ? onHostNetwork(one).stream()
                        .map(
                            ports ->
                                new PublishedPort(ports, Optional.empty(), ports.ports(), false))
                    : parts(one).stream())
        .toList();
  }

  private List<Way> host() {
    return switch (assertion.rule().traffic()) {
      case Traffic.All _ -> List.of(new Way(Optional.empty(), new Arrival.AtHostItself(taken())));
      case Traffic.Ports wanted -> {
        requireOwn(wanted.ports());
        yield List.of(
            new Way(
                Optional.empty(),
                new Arrival.AtHost(Optional.empty(), Optional.of(wanted.ports()))),
            new Way(
                Optional.of(wanted.ports()),
                new Arrival.AtHost(Optional.empty(), Optional.empty())));
      }
      case Traffic.Icmp icmp -> messages(icmp);
      case Traffic.ContainerPorts _ -> throw new IllegalStateException("the host has no inside");
    };
  }

  private static List<Way> messages(Traffic.Icmp icmp) {
    return List.of(new Way(Optional.empty(), new Arrival.Messages(icmp.kind())));
  }

  private List<Way> anything() {
    if (assertion.rule().traffic() instanceof Traffic.Icmp icmp) {
      return messages(icmp);
    }
    Optional<List<ProtocolPorts>> dialled =
        assertion.rule().traffic() instanceof Traffic.Ports wanted
            ? Optional.of(wanted.ports())
            : Optional.empty();
    return List.of(
        new Way(dialled, new Arrival.AtHost(Optional.empty(), Optional.empty())),
        new Way(dialled, new Arrival.Behind(allAddresses(), Optional.empty())));
  }

  private AddressSet allAddresses() {
    return docker.containers().stream()
        .map(Endpoints::addresses)
        .reduce(AddressSet.none(), AddressSet::union);
  }

  /** Returns the ports of the host that containers answer, whatever address is dialled. */
  List<ProtocolPorts> taken() {
    return docker.containers().stream()
        .flatMap(one -> one.published().stream())
        .filter(port -> port.hostAddress().map(IpAddress::isUnspecified).orElse(true))
        .map(PublishedPort::ports)
        .toList();
  }

  /** A port of the host that is a container's is not the host's, as in rules. */
  private void requireOwn(List<ProtocolPorts> wanted) {
    for (Container container : docker.containers()) {
      for (PublishedPort port : container.published()) {
        if (port.hostAddress().map(IpAddress::isUnspecified).orElse(true)
            && wanted.stream().anyMatch(port.ports()::overlaps)) {
          throw refusal(
              "%s is not the host's own: container %s answers it"
                  .formatted(port.ports(), container.name()),
              "write 'to: {container: %s}', or 'to: any'".formatted(container.name()));
        }
      }
    }
  }

  private List<Way> published(Container container) {
    List<Way> ways = new ArrayList<>();
    for (PublishedPort part : parts(container)) {
      Optional<List<ProtocolPorts>> dialled = Optional.of(List.of(part.ports()));
      ways.add(new Way(dialled, new Arrival.Behind(addresses(container), Optional.empty())));
      ways.add(new Way(dialled, atHost(part)));
      ways.add(
          new Way(
              Optional.empty(),
              new Arrival.Direct(addresses(container), Optional.of(List.of(inner(part))))));
    }
    return ways;
  }

  private List<Way> container(Container container) {
    requireFiltered(container);
    return switch (container.networking()) {
      case NONE -> List.of();
      case CONTAINER ->
          throw refusal(
              "container %s uses the network of another container".formatted(container.name()),
              "name that container");
      case HOST ->
          onHostNetwork(container).stream()
              .map(
                  ports ->
                      new Way(
                          Optional.empty(),
                          new Arrival.AtHost(Optional.empty(), Optional.of(List.of(ports)))))
              .toList();
      case NETWORKS -> attached(container);
    };
  }

  private List<Way> attached(Container container) {
    List<Way> ways = new ArrayList<>(published(container));
    AddressSet addresses = addresses(container);
    switch (assertion.rule().traffic()) {
      case Traffic.All _ ->
          ways.add(new Way(Optional.empty(), new Arrival.Behind(addresses, Optional.empty())));
      case Traffic.Ports wanted ->
          ways.add(
              new Way(
                  Optional.of(wanted.ports()), new Arrival.Behind(addresses, Optional.empty())));
      case Traffic.ContainerPorts inside ->
          ways.add(
              new Way(
                  Optional.empty(), new Arrival.Behind(addresses, Optional.of(inside.ports()))));
      case Traffic.Icmp _ -> throw new IllegalStateException("a container takes no message");
    }
    return ways;
  }

  private static Arrival atHost(PublishedPort port) {
    return new Arrival.AtHost(
        port.hostAddress().filter(address -> !address.isUnspecified()),
        Optional.of(List.of(port.ports())));
  }

  private static ProtocolPorts inner(PublishedPort port) {
    return new ProtocolPorts(port.ports().protocol(), port.containerPorts());
  }

  /** Returns what a container publishes of what the assertion speaks of. */
  private List<PublishedPort> parts(Container container) {
    return switch (assertion.rule().traffic()) {
      case Traffic.Ports wanted ->
          container.published().stream()
              .flatMap(port -> wanted.ports().stream().flatMap(it -> dialled(port, it).stream()))
              .toList();
      case Traffic.ContainerPorts wanted ->
          container.published().stream()
              .flatMap(port -> wanted.ports().stream().flatMap(it -> inside(port, it).stream()))
              .toList();
      case Traffic.All _, Traffic.Icmp _ -> container.published();
    };
  }

  private static Optional<PublishedPort> dialled(PublishedPort port, ProtocolPorts wanted) {
    return port.ports().overlaps(wanted)
        ? Optional.of(part(port, port.ports().ports().first(), wanted.ports()))
        : Optional.empty();
  }

  private static Optional<PublishedPort> inside(PublishedPort port, ProtocolPorts wanted) {
    return inner(port).overlaps(wanted)
        ? Optional.of(part(port, port.containerPorts().first(), wanted.ports()))
        : Optional.empty();
  }

  /**
   * Returns a part of a port map.
   *
   * @param first the first of the ports, dialled or inside, of which some are wanted
   */
  private static PublishedPort part(PublishedPort port, int first, PortRange wanted) {
    int from = Math.max(0, wanted.first() - first);
    int to = Math.min(port.containerPorts().size() - 1, wanted.last() - first);
    int dialled = port.ports().ports().first();
    int inside = port.containerPorts().first();
    return new PublishedPort(
        new ProtocolPorts(port.ports().protocol(), new PortRange(dialled + from, dialled + to)),
        port.hostAddress(),
        new PortRange(inside + from, inside + to),
        port.dynamic());
  }

  /** Returns the ports of a container in the host's network that the assertion speaks of. */
  private List<ProtocolPorts> onHostNetwork(Container container) {
    return switch (assertion.rule().traffic()) {
      case Traffic.Ports wanted -> wanted.ports();
      case Traffic.ContainerPorts wanted -> wanted.ports();
      case Traffic.All _, Traffic.Icmp _ -> {
        if (container.exposed().isEmpty()) {
          throw refusal(
              "container %s has host networking and does not say which ports it listens on"
                  .formatted(container.name()),
              "name the port in the assertion");
        }
        yield container.exposed();
      }
    };
  }

  private void requireFiltered(Container container) {
    for (Container.Attachment attachment : container.attachments()) {
      Optional<ContainerNetwork> network = docker.network(attachment.network());
      if (network.isPresent() && !FILTERED.contains(network.get().driver())) {
        throw refusal(
            "container %s is on network %s with driver %s, which goes past the host's packet filter"
                .formatted(container.name(), network.get().name(), network.get().driver()),
            "put it on a bridge network, or leave it out of the assertion");
      }
    }
  }

  private static AddressSet addresses(Container container) {
    return AddressSet.ofPrefixes(
        container.attachments().stream()
            .flatMap(
                attachment ->
                    Stream.concat(
                        attachment.addresses().stream(), attachment.fixedAddresses().stream()))
            .map(IpPrefix::single)
            .toList());
  }

  private FwctlException refusal(String why, String hint) {
    Policy.Rule rule = assertion.rule();
    return new FwctlException(
        Problem.at(
            rule.place(),
            ErrorCode.ASSERTION,
            "assertion '%s' can't be proved: %s".formatted(assertion.name(), why),
            hint));
  }
}
