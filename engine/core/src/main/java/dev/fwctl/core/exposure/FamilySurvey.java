package dev.fwctl.core.exposure;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.analysis.Translation;
import dev.fwctl.core.exposure.Candidates.Door;
import dev.fwctl.core.exposure.Way.Path;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Finds out by which ways packets of one family come in. */
final class FamilySurvey {
  private final Family family;
  private final Candidates candidates;
  private final Outside outside;
  private final PacketSpace space;
  private final Journeys journeys;
  private final Reasons reasons;

  /** Where the host's addresses are, and others that its rules translate. */
  private final AddressSet named;

  /** Packets whose way hangs on a target or on routes that are not understood. */
  private final PacketSet undecided;

  /** Packets for addresses for which routers elsewhere send the host packets. */
  private final PacketSet aimed;

  private final Map<AddressSet, PacketSet> toOwn = new HashMap<>();
  private final Map<ProtocolPorts, PacketSet> toPorts = new HashMap<>();
  private final Map<Door, PacketSet> arriving = new LinkedHashMap<>();
  private final Map<Door, PacketSet> doubtful = new LinkedHashMap<>();

  FamilySurvey(
      KnownHost host, NetworkFacts network, Outside outside, Candidates candidates, Family family) {
    this.family = family;
    this.candidates = candidates;
    this.outside = outside;
    List<Table> tables = host.rules().getOrDefault(family, List.of());
    this.named = translated(tables);
    SymbolicTraversal traversal = new SymbolicTraversal(family, tables, host.sets(), network);
    this.space = traversal.space();
    this.aimed = space.to(fromAfar());
    this.journeys = traversal.of(attempts());
    this.undecided = journeys.ending(EnumSet.of(Ending.UNDECIDED));
    this.reasons = new Reasons(family, tables, host.sets(), network);
  }

  /** Returns the addresses that rules translate by their name. */
  private static AddressSet translated(List<Table> tables) {
    List<IpPrefix> named = new ArrayList<>();
    for (Table table : tables) {
      if (table.name().equals("nat")) {
        for (Chain chain : table.chains()) {
          for (Rule rule : chain.rules()) {
            if (rule.target().filter(Target.DestinationNat.class::isInstance).isPresent()) {
              rule.matches().stream()
                  .filter(Match.DestinationAddress.class::isInstance)
                  .map(Match.DestinationAddress.class::cast)
                  .filter(match -> !match.negated())
                  .forEach(match -> named.add(match.prefix()));
            }
          }
        }
      }
    }
    return AddressSet.ofPrefixes(named);
  }

  /** Returns the packets by which somebody outside may open a connection to what is here. */
  private PacketSet attempts() {
    AddressSet containers =
        AddressSet.ofPrefixes(
            candidates.byAddress().keySet().stream()
                .filter(address -> address.family() == family)
                .map(IpPrefix::single)
                .toList());
    // From which addresses is asked of the answer, as that is simpler than the question.
    PacketSet coming = space.arrivingByAny(outside.sources(family).keySet());
    AddressSet targets = outside.local(family).union(named).union(containers);
    return coming.and(space.to(targets)).and(space.attempts());
  }

  /** Returns the ways in, by the endpoint that they lead to, those that nobody can go left out. */
  Map<Door, List<Way>> ways() {
    PacketSet sent = space.none();
    PacketSet delivered = space.none();
    for (End end : journeys.ends()) {
      if (!Ending.THROUGH.contains(end.ending())) {
        continue;
      }
      if (end.translation().isPresent()) {
        translated(end, end.translation().get());
      } else if (end.ending() == Ending.SENT) {
        sent = sent.or(end.packets());
      } else {
        delivered = delivered.or(end.packets());
      }
    }
    published();
    direct(sent);
    listening(delivered);
    Map<Door, List<Way>> ways = new LinkedHashMap<>();
    for (Door door : doors()) {
      ways.put(door, ways(door));
    }
    return ways;
  }

  private Set<Door> doors() {
    Map<Door, PacketSet> all = new LinkedHashMap<>(arriving);
    all.putAll(doubtful);
    return all.keySet();
  }

  private void translated(End end, Translation translation) {
    for (TransportProtocol protocol : TransportProtocol.values()) {
      PacketSet packets = end.packets().and(space.ofProtocol(protocol.label()));
      if (packets.isEmpty()) {
        continue;
      }
      List<PortRange> dialled = packets.destinationPorts();
      if (translation.port().isPresent()) {
        PortRange port = PortRange.single(translation.port().get());
        translated(end, translation.address(), new ProtocolPorts(protocol, port), dialled, packets);
      } else {
        for (PortRange range : dialled) {
          translated(
              end,
              translation.address(),
              new ProtocolPorts(protocol, range),
              List.of(range),
              packets.and(space.toPorts(range)));
        }
      }
    }
  }

  private void translated(
      End end, IpAddress address, ProtocolPorts ports, List<PortRange> dialled, PacketSet packets) {
    if (end.ending() == Ending.SENT) {
      Door door =
          candidates
              .at(address)
              .map(container -> Candidates.translated(container, ports, dialled))
              .orElseGet(() -> Candidates.translated(new Endpoint.Behind(address, ports), dialled));
      arriving.merge(door, packets, PacketSet::or);
      return;
    }
    candidates
        .listeners()
        .forEach(
            (door, sockets) -> {
              if (sockets.stream()
                  .anyMatch(one -> ports.contains(one.ports()) && one.takes(address))) {
                arriving.merge(
                    Candidates.translated(door.endpoint(), dialled), packets, PacketSet::or);
              }
            });
  }

  /** Sees to it that every published port is told of, and of what is not known of it. */
  private void published() {
    for (Container container : candidates.containers()) {
      for (PublishedPort published : container.published()) {
        Door door =
            new Door(
                Candidates.inside(container, published),
                Path.DNAT,
                List.of(published.ports()),
                Optional.empty());
        AddressSet at =
            published
                .hostAddress()
                .map(address -> AddressSet.of(IpPrefix.single(address)))
                .orElseGet(() -> outside.local(family));
        PacketSet bound =
            undecided.isEmpty()
                ? undecided
                : undecided.and(space.to(at)).and(bound(published.ports()));
        doubtful.merge(door, bound, PacketSet::or);
      }
    }
  }

  private PacketSet bound(ProtocolPorts ports) {
    PacketSet known = toPorts.get(ports);
    if (known == null) {
      known = space.ofProtocol(ports.protocol().label()).and(space.toPorts(ports.ports()));
      toPorts.put(ports, known);
    }
    return known;
  }

  /** Sees who reaches containers at their own addresses. */
  private void direct(PacketSet sent) {
    candidates
        .byAddress()
        .forEach(
            (address, container) -> {
              if (address.family() == family) {
                PacketSet to = space.to(AddressSet.of(IpPrefix.single(address)));
                direct(container, sent.and(to), arriving);
                direct(container, undecided.and(to), doubtful);
              }
            });
  }

  private void direct(Container container, PacketSet packets, Map<Door, PacketSet> found) {
    PacketSet rest = packets;
    for (ProtocolPorts ports : Candidates.knownPorts(container)) {
      if (rest.isEmpty()) {
        return;
      }
      PacketSet bound = bound(ports);
      direct(container, ports, rest.and(bound), found);
      rest = rest.minus(bound);
    }
    for (TransportProtocol protocol : TransportProtocol.values()) {
      PacketSet others = rest.and(space.ofProtocol(protocol.label()));
      for (PortRange range : others.destinationPorts()) {
        direct(container, new ProtocolPorts(protocol, range), others, found);
      }
    }
  }

  private void direct(
      Container container, ProtocolPorts ports, PacketSet packets, Map<Door, PacketSet> found) {
    PacketSet bound = packets.and(bound(ports));
    if (!bound.isEmpty()) {
      Endpoint endpoint = new Endpoint.InContainer(container.name(), ports, false);
      found.merge(
          new Door(endpoint, Path.DIRECT, List.of(ports), Optional.empty()), bound, PacketSet::or);
    }
  }

  private void listening(PacketSet delivered) {
    candidates
        .listeners()
        .forEach(
            (door, sockets) -> {
              PacketSet bound = space.none();
              for (Listener socket : sockets) {
                if (!at(socket).isEmpty()) {
                  bound = bound.or(bound(socket));
                }
              }
              arriving.merge(door, delivered.and(bound), PacketSet::or);
              doubtful.merge(door, undecided.and(bound), PacketSet::or);
            });
  }

  /** Returns the addresses of the host at which a socket takes packets. */
  private AddressSet at(Listener socket) {
    AddressSet local = outside.local(family);
    if (socket.address().isEmpty()) {
      return local;
    }
    IpAddress address = socket.address().get();
    if (address.isUnspecified()) {
      return address.family() == family ? local : AddressSet.none();
    }
    return local.intersect(AddressSet.of(IpPrefix.single(address)));
  }

  private PacketSet bound(Listener socket) {
    PacketSet bound = toOwn.computeIfAbsent(at(socket), space::to).and(bound(socket.ports()));
    return socket.interfaceName().isEmpty()
        ? bound
        : bound.and(space.arrivingBy(socket.interfaceName()));
  }

  private List<Way> ways(Door door) {
    PacketSet arrives = arriving.getOrDefault(door, space.none());
    PacketSet doubts = doubtful.getOrDefault(door, space.none());
    List<Way> ways = new ArrayList<>();
    Through afar = through(door, arrives.and(aimed), doubts.and(aimed));
    if (!afar.isEmpty()) {
      ways.add(way(door, afar, false));
    }
    if (afar.sure().equals(outside.all(family))) {
      return ways;
    }
    Through near = through(door, arrives.minus(aimed), doubts.minus(aimed));
    if (!near.isPartOf(afar)) {
      ways.add(way(door, near, true));
    }
    return ways;
  }

  /**
   * Packets that get through.
   *
   * @param certain those that do so for sure
   * @param possible those that may, these among them
   * @param sure who sends the former
   * @param perhaps who else sends the latter
   */
  private record Through(
      PacketSet certain, PacketSet possible, AddressSet sure, AddressSet perhaps) {
    boolean isEmpty() {
      return sure.isEmpty() && perhaps.isEmpty();
    }

    boolean isPartOf(Through other) {
      return sure.minus(other.sure).isEmpty()
          && perhaps.minus(other.sure).minus(other.perhaps).isEmpty();
    }
  }

  private Through through(Door door, PacketSet arrives, PacketSet doubts) {
    PacketSet certain = door.assumed().isPresent() ? space.none() : arrives.certain();
    PacketSet possible = arrives.or(doubts).possible();
    AddressSet sure = sources(certain);
    return new Through(
        certain,
        possible,
        sure,
        possible.equals(certain) ? AddressSet.none() : sources(possible).minus(sure));
  }

  /** Returns the addresses for which routers elsewhere send the host packets. */
  private AddressSet fromAfar() {
    List<IpPrefix> containers =
        candidates.byAddress().keySet().stream()
            .filter(address -> address.family() == family && Outside.isPublic(address))
            .map(IpPrefix::single)
            .toList();
    AddressSet others = named.minus(outside.local(family)).minus(outside.routing().ending(family));
    return outside.own(family).union(others).union(AddressSet.ofPrefixes(containers));
  }

  /** Returns the addresses that packets come from, as far as they do come from there. */
  private AddressSet sources(PacketSet packets) {
    if (packets.isEmpty()) {
      return AddressSet.none();
    }
    SortedMap<String, AddressSet> interfaces = outside.sources(family);
    AddressSet sources = AddressSet.none();
    for (Map.Entry<String, AddressSet> one : interfaces.entrySet()) {
      PacketSet here =
          interfaces.size() == 1
              ? packets
              : packets.and(space.arrivingBy(Optional.of(one.getKey())));
      sources = sources.union(here.sources().intersect(one.getValue()));
    }
    return sources;
  }

  private Way way(Door door, Through through, boolean byRoute) {
    AddressSet perhaps = through.perhaps();
    List<String> unknowns = new ArrayList<>();
    Map<Family, List<Step>> dependsOn = Map.of();
    if (!perhaps.isEmpty()) {
      door.assumed().ifPresent(unknowns::add);
      PacketSet open = through.possible().minus(through.certain()).and(space.from(perhaps));
      if (journeys.always(open, Ending.THROUGH) instanceof Answer.Depends depends) {
        dependsOn = Map.of(family, depends.rules());
        for (Set<String> names : depends.interfaces()) {
          unknowns.add("which route is taken: by " + String.join(" or ", new TreeSet<>(names)));
        }
      }
    }
    AddressSet destinations = through.possible().destinations();
    AddressSet sure = outside.shortened(through.sure(), family);
    return new Way(
        door.path(),
        door.dialled(),
        destinations.equals(outside.own(family)) ? AddressSet.none() : destinations,
        byRoute,
        sure,
        perhaps.isEmpty()
            ? perhaps
            : outside.shortened(through.sure().union(perhaps), family).minus(sure),
        reasons.of(through.certain(), outside),
        dependsOn,
        unknowns);
  }
}
