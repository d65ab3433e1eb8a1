package dev.fwctl.analysis;

import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.Table;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Tells who can't reach what whatever our rules say: because of rules of others, or as the host has
 * no address that they could dial.
 *
 * <p>Not safe for use by several threads.
 */
final class Obstruction {
  private static final Set<Ending> OTHERS =
      EnumSet.of(Ending.DELIVERED, Ending.SENT, Ending.NO_ROUTE);

  private final PredictedHost host;
  private final Set<PortRange> ports;
  private final Map<Family, Optional<Journeys>> journeys = new EnumMap<>(Family.class);
  private final Map<PacketKind, Blocked> known = new HashMap<>();
  private final Set<Family> entangled = EnumSet.noneOf(Family.class);
  private final Function<Family, SymbolicTraversal> evaluator;

  /**
   * Creates it.
   *
   * @param host the host without rules of ours
   */
  Obstruction(PredictedHost host) {
    this(host, host::symbolic);
  }

  /** Creates one that takes packets through a host by other means. */
  Obstruction(PredictedHost host, Function<Family, SymbolicTraversal> evaluator) {
    this.host = host;
    this.evaluator = evaluator;
    this.ports = portsOf(host);
  }

  /**
   * Far ends that rules of others keep out.
   *
   * @param surely those of which no packet gets through
   * @param partly those of which some may, and some may not
   */
  record Blocked(AddressSet surely, AddressSet partly) {
    static final Blocked NOBODY = new Blocked(AddressSet.none(), AddressSet.none());
  }

  /** Returns the port ranges that rules of others speak of. */
  Set<PortRange> ports() {
    return ports;
  }

  private static Set<PortRange> portsOf(PredictedHost host) {
    Set<PortRange> ports = new HashSet<>();
    host.tables().values().stream()
        .flatMap(List::stream)
        .flatMap(table -> table.chains().stream())
        .flatMap(chain -> chain.rules().stream())
        .flatMap(rule -> rule.matches().stream())
        .forEach(
            match -> {
              switch (match) {
                case Match.DestinationPort it -> ports.add(it.ports());
                case Match.DestinationPorts it -> ports.addAll(it.ports());
                case Match.EitherPort it -> ports.addAll(it.ports());
                case Match.OriginalDestinationPort it -> ports.add(it.ports());
                default -> {}
              }
            });
    return ports;
  }

  /** Returns the far ends that packets of a kind don't get through from, or to when they go out. */
  Blocked of(PacketKind kind) {
    return known.computeIfAbsent(kind, this::findIfPossible);
  }

  /** Where rules of others are too many to follow, it is not known of anybody. */
  private Blocked findIfPossible(PacketKind kind) {
    if (!entangled.contains(kind.family())) {
      try {
        return find(kind);
      } catch (FwctlException e) {
        if (e.problems().stream().anyMatch(it -> it.code() != ErrorCode.LIMIT_EXCEEDED)) {
          throw e;
        }
        entangled.add(kind.family());
      }
    }
    return new Blocked(AddressSet.none(), Reach.everyone(kind.family()));
  }

  private Blocked find(PacketKind kind) {
    if (isForHost(kind.path()) && own(kind.family()).isEmpty()) {
      return new Blocked(Reach.everyone(kind.family()), AddressSet.none());
    }
    Optional<Journeys> ways =
        journeys.computeIfAbsent(
            kind.family(),
            family -> hasRules(family) ? Optional.of(journeys(family)) : Optional.empty());
    if (ways.isEmpty()) {
      return Blocked.NOBODY;
    }
    PacketSpace space = ways.get().space();
    PacketSet asked = packets(space, kind);
    PacketSet must = ways.get().ending(OTHERS).and(asked).certain();
    PacketSet doubtful = asked.minus(must);
    if (doubtful.isEmpty()) {
      return Blocked.NOBODY;
    }
    PacketSet may = asked.minus(ways.get().ending(Ending.KEPT_OUT).certain());
    AddressSet surely = peers(kind, asked).minus(peers(kind, may));
    return new Blocked(
        surely,
        // Some ports of containers are open and others closed; that is no doubt.
        kind.path() == Path.TO_CONTAINER ? AddressSet.none() : peers(kind, doubtful).minus(surely));
  }

  private static boolean isForHost(Path path) {
    return path == Path.TO_HOST || path == Path.TO_PUBLISHED;
  }

  private static AddressSet peers(PacketKind kind, PacketSet packets) {
    return kind.path().isInbound() ? packets.sources() : packets.destinations();
  }

  private boolean hasRules(Family family) {
    return host.tables().getOrDefault(family, List.<Table>of()).stream().anyMatch(Table::decides);
  }

  private Journeys journeys(Family family) {
    SymbolicTraversal traversal = evaluator.apply(family);
    PacketSpace space = traversal.space();
    PacketSet asked =
        Stream.concat(host.external().stream(), docker().bridges().stream())
            .map(Optional::of)
            .map(space::arrivingBy)
            .reduce(space.arrivingBy(Optional.empty()), PacketSet::or);
    return traversal.of(asked.and(opening(space)));
  }

  private static PacketSet opening(PacketSpace space) {
    PacketSet tcp = space.ofProtocol("tcp");
    PacketSet withPorts = space.toPorts(PortRange.ALL);
    return space
        .opening()
        .and(space.in(Set.of(State.NEW)))
        .and(space.withFlags(Set.of(TcpFlag.SYN)).or(tcp.complement()))
        .and(space.fromPorts(PortRange.OF_CLIENTS).or(withPorts.complement()));
  }

  private DockerFacts docker() {
    return host.facts().find(DockerFacts.class).orElseGet(DockerFacts::absent);
  }

  private PacketSet packets(PacketSpace space, PacketKind kind) {
    Family family = kind.family();
    PacketSet payload =
        switch (kind.payload()) {
          case Payload.Dialled _ when kind.path() == Path.TO_CONTAINER ->
              space.ofProtocol(TransportProtocol.TCP.label());
          case Payload.Dialled it ->
              space
                  .ofProtocol(it.protocol().label())
                  .and(space.toPorts(PortRange.single(it.port())));
          case Payload.Icmp it -> space.ofIcmpType(it.type());
          case Payload.Other _ -> space.ofUnnamedProtocols();
        };
    PacketSet asked = payload.and(opening(space)).and(space.arrivingBy(kind.in()));
    Routing routing = new Routing(host.facts().network());
    return switch (kind.path()) {
      case TO_HOST -> asked.and(space.to(own(family).minus(published(kind.payload()))));
      case TO_PUBLISHED -> {
        AddressSet one = kind.near().intersect(own(family));
        boolean single = kind.near().ranges().size() == 1 && kind.near().equals(one);
        yield asked.and(space.to(single ? one : own(family)));
      }
      case TO_CONTAINER -> asked.and(space.to(members(kind.out().orElse(""), family)));
      case FROM_CONTAINER ->
          asked
              .and(
                  space.from(
                      kind.near().isEmpty() ? subnets(kind.in().orElse(""), family) : kind.near()))
              .and(space.to(routing.answeredBy(kind.out().orElse(""), family)));
      case FROM_HOST ->
          asked
              .and(space.from(own(family)))
              .and(space.to(routing.answeredBy(kind.out().orElse(""), family)));
    };
  }

  /** Returns the host's addresses on external interfaces that can be dialled from afar. */
  private AddressSet own(Family family) {
    return host.facts().network().interfaces().stream()
        .filter(one -> host.external().contains(one.name()))
        .map(one -> one.dialledFromAfar(family))
        .reduce(AddressSet.none(), AddressSet::union);
  }

  /** Returns the single addresses of the host at which containers answer in its place. */
  private AddressSet published(Payload payload) {
    return payload instanceof Payload.Dialled dialled
        ? AddressSet.ofPrefixes(
            docker().containers().stream()
                .flatMap(container -> container.published().stream())
                .filter(port -> port.ports().protocol() == dialled.protocol())
                .filter(port -> port.ports().ports().contains(dialled.port()))
                .flatMap(port -> port.hostAddress().stream())
                .map(IpPrefix::single)
                .toList())
        : AddressSet.none();
  }

  private Stream<ContainerNetwork> behind(String bridge) {
    return docker().networks().stream()
        .filter(network -> network.bridge().equals(Optional.of(bridge)));
  }

  private AddressSet subnets(String bridge, Family family) {
    return AddressSet.ofPrefixes(
            behind(bridge).flatMap(network -> network.subnets().stream()).toList())
        .of(family);
  }

  private AddressSet members(String bridge, Family family) {
    Set<String> networks = new HashSet<>(behind(bridge).map(ContainerNetwork::name).toList());
    AddressSet members =
        AddressSet.ofPrefixes(
                docker().containers().stream()
                    .map(Container::attachments)
                    .flatMap(List::stream)
                    .filter(attachment -> networks.contains(attachment.network()))
                    .flatMap(attachment -> attachment.addresses().stream())
                    .map(IpPrefix::single)
                    .toList())
            .of(family);
    return members.isEmpty() ? subnets(bridge, family) : members;
  }
}
