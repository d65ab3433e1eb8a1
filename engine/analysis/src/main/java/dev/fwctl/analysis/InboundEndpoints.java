package dev.fwctl.analysis;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.analysis.Surroundings.Bridge;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/**
 * Puts a question to everything on a host that can be reached from outside: the published ports of
 * all containers, every port of the host that a rule names and one that none names, ping, and the
 * direct route to containers' own addresses.
 *
 * @param <T> the answer
 */
final class InboundEndpoints<T> {
  static final List<TransportProtocol> COMMON_PROTOCOLS =
      List.of(TransportProtocol.TCP, TransportProtocol.UDP);

  private final Surroundings surroundings;
  private final Inquiry<T> inquiry;
  private final BiConsumer<InboundEndpoint, T> answers;

  private InboundEndpoints(
      Surroundings surroundings, Inquiry<T> inquiry, BiConsumer<InboundEndpoint, T> answers) {
    this.surroundings = surroundings;
    this.inquiry = inquiry;
    this.answers = answers;
  }

  /** Asks of everything, and tells the answers one by one. */
  static <T> void ask(
      Surroundings surroundings, Inquiry<T> inquiry, BiConsumer<InboundEndpoint, T> answers) {
    InboundEndpoints<T> endpoints = new InboundEndpoints<>(surroundings, inquiry, answers);
    endpoints.published();
    endpoints.host();
    endpoints.ping();
    endpoints.directRoute();
  }

  private List<PacketKind> inbound(
      Family family, Path path, Optional<String> out, Payload payload, AddressSet near) {
    return surroundings.external().stream()
        .map(in -> new PacketKind(family, path, Optional.of(in), out, payload, near))
        .toList();
  }

  private List<PacketKind> toHost(Family family, Payload payload) {
    return inbound(family, Path.TO_HOST, Optional.empty(), payload, surroundings.addresses(family));
  }

  private List<PacketKind> toPublished(
      Family family, Optional<IpAddress> address, TransportProtocol protocol, int port) {
    AddressSet near =
        address
            .map(it -> AddressSet.of(IpPrefix.single(it)))
            .orElseGet(() -> surroundings.addresses(family));
    return inbound(
        family, Path.TO_PUBLISHED, Optional.empty(), new Payload.Dialled(protocol, port), near);
  }

  private void published() {
    Map<TransportProtocol, Set<PortRange>> cuts = new EnumMap<>(TransportProtocol.class);
    for (PublishedEndpoint endpoint : surroundings.published()) {
      PublishedPort port = endpoint.port();
      TransportProtocol protocol = port.ports().protocol();
      Set<PortRange> cut =
          cuts.computeIfAbsent(
              protocol,
              unseen ->
                  inquiry.named(family -> toPublished(family, Optional.empty(), protocol, 0)));
      Optional<IpAddress> address =
          port.hostAddress().filter(candidate -> !candidate.isUnspecified());
      Optional<Family> only = port.hostAddress().map(IpAddress::family);
      PortPieces.tell(
          PortPieces.cut(port.ports().ports(), cut),
          number ->
              inquiry.inEveryFamily(
                  family ->
                      only.isPresent() && only.get() != family
                          ? List.of()
                          : toPublished(family, address, protocol, number)),
          (range, answer) ->
              answers.accept(
                  new InboundEndpoint.Published(
                      endpoint.container(), new ProtocolPorts(protocol, range), address),
                  answer));
    }
  }

  private void host() {
    Map<InboundEndpoint, T> others = new LinkedHashMap<>();
    for (TransportProtocol protocol : TransportProtocol.values()) {
      Set<PortRange> named =
          inquiry.named(family -> toHost(family, new Payload.Dialled(protocol, 0)));
      if (named.isEmpty() && !COMMON_PROTOCOLS.contains(protocol)) {
        continue;
      }
      Set<PortRange> taken = new HashSet<>();
      for (PublishedEndpoint endpoint : surroundings.published()) {
        PublishedPort port = endpoint.port();
        if (port.ports().protocol() == protocol
            && port.hostAddress().map(IpAddress::isUnspecified).orElse(true)) {
          taken.add(port.ports().ports());
        }
      }
      IntFunction<T> toPort =
          port ->
              inquiry.inEveryFamily(family -> toHost(family, new Payload.Dialled(protocol, port)));
      Set<PortRange> spokenOf = new HashSet<>(named);
      spokenOf.addAll(taken);
      T other = PortPieces.outside(spokenOf).map(toPort::apply).orElseGet(() -> inquiry.nothing());
      others.put(new InboundEndpoint.OtherHostPorts(protocol), other);
      List<PortRange> own =
          PortPieces.cut(PortRange.ALL, spokenOf).stream()
              .filter(range -> PortPieces.isIn(named, range) && !PortPieces.isIn(taken, range))
              .toList();
      PortPieces.tell(
          own,
          toPort,
          (range, answer) -> {
            if (!answer.equals(other)) {
              answers.accept(
                  new InboundEndpoint.HostPorts(new ProtocolPorts(protocol, range)), answer);
            }
          });
    }
    others.put(
        new InboundEndpoint.OtherHostProtocols(),
        inquiry.inEveryFamily(family -> toHost(family, new Payload.Other())));
    if (others.values().stream().distinct().count() == 1) {
      answers.accept(new InboundEndpoint.RestOfHost(), others.values().iterator().next());
    } else {
      others.forEach(answers);
    }
  }

  private void ping() {
    answers.accept(
        new InboundEndpoint.HostIcmp(IcmpKind.ECHO_REQUEST),
        inquiry.inEveryFamily(
            family ->
                IcmpKind.ECHO_REQUEST
                    .type(family)
                    .map(type -> toHost(family, new Payload.Icmp(type)))
                    .orElse(List.of())));
  }

  private void directRoute() {
    Map<T, List<String>> networks = new LinkedHashMap<>();
    for (Bridge bridge : surroundings.bridges()) {
      T answer =
          inquiry.inEveryFamily(
              family -> {
                AddressSet subnets = bridge.subnets().of(family);
                return subnets.isEmpty()
                    ? List.of()
                    : inbound(
                        family,
                        Path.TO_CONTAINER,
                        Optional.of(bridge.name()),
                        new Payload.Dialled(TransportProtocol.TCP, 1),
                        subnets);
              });
      networks.computeIfAbsent(answer, unseen -> new ArrayList<>()).add(bridge.network());
    }
    networks.forEach(
        (answer, names) ->
            answers.accept(
                new InboundEndpoint.OwnAddresses(
                    names.size() == surroundings.bridges().size() ? List.of() : names),
                answer));
  }
}
