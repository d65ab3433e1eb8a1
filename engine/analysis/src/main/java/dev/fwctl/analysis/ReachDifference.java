package dev.fwctl.analysis;

import static java.util.stream.Collectors.joining;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.ReachChange.Direction;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Tells who can reach what after a change of fwctl's rules, and could not before, and the reverse;
 * whom rules of others keep out all the same is not told.
 *
 * <p>Asked are the published ports of all containers, every port of the host that a rule names and
 * one that none names, ping, the direct route to containers' own addresses, and what containers and
 * the host can reach themselves. Safe for use by many threads; questions about the same rules, on
 * hosts that the rules do not tell apart, are answered once.
 */
public final class ReachDifference {
  /** How many answers are kept; more than a fleet has kinds of hosts. */
  private static final int KEPT_ANSWERS = 1_000;

  private static final List<TransportProtocol> COMMON_PROTOCOLS =
      List.of(TransportProtocol.TCP, TransportProtocol.UDP);

  /** Nobody dials such an address from afar. */
  private static final AddressSet LINK_LOCAL =
      AddressSet.of(
          new IpPrefix(IpAddress.of("169.254.0.0"), 16), new IpPrefix(IpAddress.of("fe80::"), 10));

  private final Map<Kind, List<ReachChange>> answers = new ConcurrentHashMap<>();
  private final Map<Same, Mentioned> mentioned = new ConcurrentHashMap<>();

  /**
   * Compares what fwctl owns on a host with what it is to own.
   *
   * @param before what it owns now
   * @param after what it will own
   * @param intent what the policies come to; nothing when no policy speaks of the host
   * @param others the host without rules of ours
   * @param shape its shape
   */
  public List<ReachChange> compare(
      OwnedRules before,
      OwnedRules after,
      Optional<HostIntent> intent,
      PredictedHost others,
      Shape shape) {
    Surroundings surroundings =
        Surroundings.of(
            others.external(), intent, others.facts(), mentioned(before).and(mentioned(after)));
    Kind kind = new Kind(new Same(before), new Same(after), surroundings.published(), shape);
    List<ReachChange> known = answers.get(kind);
    if (known != null) {
      return known;
    }
    List<ReachChange> answer =
        new Comparison(before, after, surroundings, new Obstruction(others)).changes();
    if (answers.size() < KEPT_ANSWERS && isSame(answer, shape)) {
      answers.put(kind, answer);
    }
    return answer;
  }

  /** Tells whether hosts of one shape have this answer in common, with the addresses in it. */
  private static boolean isSame(List<ReachChange> answer, Shape shape) {
    return answer.stream()
        .allMatch(change -> shape.tells(change.opened()) && shape.tells(change.closed()));
  }

  private Mentioned mentioned(OwnedRules rules) {
    Same same = new Same(rules);
    Mentioned known = mentioned.get(same);
    if (known != null) {
      return known;
    }
    Mentioned found = Mentioned.by(rules);
    if (mentioned.size() < KEPT_ANSWERS) {
      mentioned.put(same, found);
    }
    return found;
  }

  /**
   * What is the same for hosts that have an answer in common.
   *
   * @param published what containers publish, of which an answer may name the address
   */
  private record Kind(Same before, Same after, List<PublishedEndpoint> published, Shape shape) {}

  /**
   * The addresses that rules speak of; what is none of them is alike on all hosts.
   *
   * @param sources those that packets may come from
   * @param destinations those that packets may go to, but for link-local ones
   */
  private record Mentioned(AddressSet sources, AddressSet destinations) {
    static Mentioned by(OwnedRules rules) {
      Set<AddressRange> sources = new HashSet<>();
      Set<AddressRange> destinations = new HashSet<>();
      for (OwnedTable table : rules.tables()) {
        for (Chain chain : table.chains()) {
          for (Rule rule : chain.rules()) {
            for (Match match : rule.matches()) {
              switch (match) {
                case Match.SourceAddress it -> sources.add(AddressRange.of(it.prefix()));
                case Match.DestinationAddress it -> destinations.add(AddressRange.of(it.prefix()));
                case Match.OriginalDestination it -> destinations.add(AddressRange.of(it.prefix()));
                case Match.SourceInSet it -> sources.addAll(members(rules, it.set()));
                case Match.DestinationInSet it -> destinations.addAll(members(rules, it.set()));
                default -> {}
              }
            }
          }
        }
      }
      return new Mentioned(
          AddressSet.ofRanges(sources), AddressSet.ofRanges(destinations).minus(LINK_LOCAL));
    }

    private static List<AddressRange> members(OwnedRules rules, String name) {
      return rules.sets().stream()
          .filter(set -> set.name().equals(name))
          .findFirst()
          .map(set -> set.members().ranges())
          .orElse(AddressSet.any().ranges());
    }

    Mentioned and(Mentioned other) {
      return new Mentioned(sources.union(other.sources), destinations.union(other.destinations));
    }
  }

  /**
   * What of a host bears on the answer.
   *
   * @param external the interfaces that face the world
   * @param families the families that the kernel speaks
   * @param addresses the host's own addresses that can be dialled from afar, those of bridges
   *     apart; any others than rules speak of, where rules speak of none of them
   * @param published what containers publish to the world
   * @param bridges the bridge networks that have containers
   */
  private record Surroundings(
      SortedSet<String> external,
      Set<Family> families,
      AddressSet addresses,
      List<PublishedEndpoint> published,
      List<Bridge> bridges) {

    static Surroundings of(
        SortedSet<String> external,
        Optional<HostIntent> intent,
        HostFacts facts,
        Mentioned mentioned) {
      Set<String> bridgeNames = facts.docker().bridges();
      List<IpPrefix> addresses = new ArrayList<>();
      for (NetworkInterface one : facts.network().interfaces()) {
        if (!bridgeNames.contains(one.name()) && !one.name().equals("lo")) {
          for (InterfaceAddress address : one.addresses()) {
            addresses.add(IpPrefix.single(address.address()));
          }
        }
      }
      Set<PublishedEndpoint> published = new LinkedHashSet<>();
      for (Container container : facts.docker().containers()) {
        for (PublishedPort port : container.published()) {
          published.add(new PublishedEndpoint(container.name(), port));
        }
      }
      intent.flatMap(HostIntent::inbound).ifPresent(it -> published.addAll(it.published()));
      published.removeIf(
          endpoint -> endpoint.port().hostAddress().map(IpAddress::isLoopback).orElse(false));
      return new Surroundings(
          external,
          facts.network().ipv6() ? EnumSet.allOf(Family.class) : EnumSet.of(Family.IPV4),
          distinguishing(AddressSet.ofPrefixes(addresses), mentioned.destinations()),
          List.copyOf(published),
          bridges(facts, mentioned.sources()));
    }

    /** Keeps addresses that rules tell from others; hosts without such are then alike. */
    private static AddressSet distinguishing(AddressSet addresses, AddressSet mentioned) {
      AddressSet dialled = addresses.minus(LINK_LOCAL);
      AddressSet others = AddressSet.any().minus(LINK_LOCAL).minus(mentioned);
      AddressSet kept = AddressSet.none();
      for (Family family : Family.values()) {
        AddressSet known = dialled.of(family);
        boolean plain = known.intersect(mentioned).isEmpty();
        kept = kept.union(plain ? others.of(family) : known);
      }
      return kept;
    }

    private static List<Bridge> bridges(HostFacts facts, AddressSet mentioned) {
      Map<String, List<Member>> members = new HashMap<>();
      for (Container container : facts.docker().containers()) {
        for (Container.Attachment attachment : container.attachments()) {
          List<IpPrefix> addresses = new ArrayList<>();
          attachment.addresses().forEach(address -> addresses.add(IpPrefix.single(address)));
          attachment.fixedAddresses().forEach(address -> addresses.add(IpPrefix.single(address)));
          members
              .computeIfAbsent(attachment.network(), unseen -> new ArrayList<>())
              .add(new Member(container.name(), AddressSet.ofPrefixes(addresses)));
        }
      }
      List<Bridge> bridges = new ArrayList<>();
      for (ContainerNetwork network : facts.docker().networks()) {
        List<Member> here = members.get(network.name());
        if (here != null && network.bridge().isPresent()) {
          AddressSet subnets = AddressSet.ofPrefixes(network.subnets());
          bridges.add(
              new Bridge(
                  network.name(),
                  network.bridge().get(),
                  subnets,
                  subnets.intersect(mentioned).isEmpty()
                      ? here.stream().map(Member::withoutAddresses).toList()
                      : here));
        }
      }
      return bridges;
    }
  }

  /**
   * A bridge network with containers.
   *
   * @param network its name
   * @param name its interface
   * @param subnets its addresses
   * @param members its containers
   */
  private record Bridge(String network, String name, AddressSet subnets, List<Member> members) {}

  /**
   * A container in a network.
   *
   * @param container its name
   * @param addresses its addresses there, as far as they are known and rules speak of them
   */
  private record Member(String container, AddressSet addresses) {
    Member withoutAddresses() {
      return new Member(container, AddressSet.none());
    }
  }

  /**
   * What changes for one endpoint.
   *
   * @param opened the peers that newly get through
   * @param closed the peers that no longer do
   * @param certain whether every rule was understood
   */
  private record Delta(AddressSet opened, AddressSet closed, boolean certain) {
    private static final Delta NOTHING = new Delta(AddressSet.none(), AddressSet.none(), true);

    boolean isEmpty() {
      return opened.isEmpty() && closed.isEmpty();
    }

    Delta and(Delta other) {
      return new Delta(
          opened.union(other.opened), closed.union(other.closed), certain && other.certain);
    }
  }

  private static final class Comparison {
    private final Surroundings surroundings;
    private final Side before;
    private final Side after;
    private final Obstruction others;
    private final List<ReachChange> changes = new ArrayList<>();
    private final Map<Family, AddressSet> hostAddresses = new EnumMap<>(Family.class);

    Comparison(OwnedRules before, OwnedRules after, Surroundings surroundings, Obstruction others) {
      this.surroundings = surroundings;
      this.before = new Side(before);
      this.after = new Side(after);
      this.others = others;
      for (Family family : surroundings.families()) {
        hostAddresses.put(family, surroundings.addresses().of(family));
      }
    }

    List<ReachChange> changes() {
      published();
      host();
      ping();
      directRoute();
      fromHost();
      fromContainers();
      return List.copyOf(changes);
    }

    private void add(Direction direction, String endpoint, Delta delta) {
      if (!delta.isEmpty()) {
        changes.add(
            new ReachChange(direction, endpoint, delta.opened(), delta.closed(), delta.certain()));
      }
    }

    /** Compares packets of some kinds that lead to or from the same endpoint in one family. */
    private Delta compare(Collection<PacketKind> kinds) {
      AddressSet could = AddressSet.none();
      AddressSet can = AddressSet.none();
      AddressSet doubtful = AddressSet.none();
      boolean certain = true;
      for (PacketKind kind : kinds) {
        Passage was = before.of(kind);
        Passage is = after.of(kind);
        AddressSet might = was.through().union(was.unsure());
        AddressSet may = is.through().union(is.unsure());
        if (might.equals(may)) {
          could = could.union(might);
          can = can.union(may);
        } else {
          Obstruction.Blocked blocked = others.of(kind);
          could = could.union(might.minus(blocked.surely()));
          can = can.union(may.minus(blocked.surely()));
          doubtful = doubtful.union(blocked.partly());
        }
        certain &= was.unsure().isEmpty() && is.unsure().isEmpty();
      }
      AddressSet opened = can.minus(could);
      AddressSet closed = could.minus(can);
      AddressSet changed = opened.union(closed);
      return new Delta(opened, closed, certain && changed.intersect(doubtful).isEmpty());
    }

    private Delta inEveryFamily(Function<Family, Collection<PacketKind>> kinds) {
      Delta delta = Delta.NOTHING;
      for (Family family : surroundings.families()) {
        delta = delta.and(compare(kinds.apply(family)));
      }
      return delta;
    }

    private List<PacketKind> inbound(
        Family family, Path path, Optional<String> out, Payload payload, AddressSet near) {
      return surroundings.external().stream()
          .map(in -> new PacketKind(family, path, Optional.of(in), out, payload, near))
          .toList();
    }

    private AddressSet hostAddresses(Family family) {
      return hostAddresses.getOrDefault(family, AddressSet.none());
    }

    private List<PacketKind> toHost(Family family, Payload payload) {
      return inbound(family, Path.TO_HOST, Optional.empty(), payload, hostAddresses(family));
    }

    /** Returns the port ranges that rules speak of, before or after, for packets of some kinds. */
    private Set<PortRange> named(Function<Family, Collection<PacketKind>> kinds) {
      Set<PortRange> named = new HashSet<>(others.ports());
      for (Family family : surroundings.families()) {
        for (PacketKind kind : kinds.apply(family)) {
          named.addAll(before.ports(kind));
          named.addAll(after.ports(kind));
        }
      }
      return named;
    }

    private void published() {
      Map<TransportProtocol, Set<PortRange>> cuts = new EnumMap<>(TransportProtocol.class);
      for (PublishedEndpoint endpoint : surroundings.published()) {
        PublishedPort port = endpoint.port();
        TransportProtocol protocol = port.ports().protocol();
        Set<PortRange> cut =
            cuts.computeIfAbsent(
                protocol,
                unseen -> named(family -> toPublished(family, Optional.empty(), protocol, 0)));
        Optional<IpAddress> address =
            port.hostAddress().filter(candidate -> !candidate.isUnspecified());
        String where = address.map(it -> " on " + it).orElse("");
        Optional<Family> only = port.hostAddress().map(IpAddress::family);
        ports(
            cut(port.ports().ports(), cut),
            number ->
                inEveryFamily(
                    family ->
                        only.isPresent() && only.get() != family
                            ? List.of()
                            : toPublished(family, address, protocol, number)),
            (range, delta) ->
                add(
                    Direction.INBOUND,
                    endpoint.container() + " " + new ProtocolPorts(protocol, range) + where,
                    delta));
      }
    }

    private List<PacketKind> toPublished(
        Family family, Optional<IpAddress> address, TransportProtocol protocol, int port) {
      AddressSet near =
          address
              .map(it -> AddressSet.of(IpPrefix.single(it)))
              .orElseGet(() -> hostAddresses(family));
      return inbound(
          family, Path.TO_PUBLISHED, Optional.empty(), new Payload.Dialled(protocol, port), near);
    }

    private void host() {
      Map<String, Delta> others = new LinkedHashMap<>();
      for (TransportProtocol protocol : TransportProtocol.values()) {
        Set<PortRange> named = named(family -> toHost(family, new Payload.Dialled(protocol, 0)));
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
        Function<Integer, Delta> toPort =
            port -> inEveryFamily(family -> toHost(family, new Payload.Dialled(protocol, port)));
        Set<PortRange> spokenOf = new HashSet<>(named);
        spokenOf.addAll(taken);
        Delta other = outside(spokenOf).map(toPort).orElse(Delta.NOTHING);
        others.put("other " + protocol.label() + " ports", other);
        List<PortRange> own =
            cut(PortRange.ALL, spokenOf).stream()
                .filter(range -> isIn(named, range) && !isIn(taken, range))
                .toList();
        ports(
            own,
            toPort,
            (range, delta) -> {
              if (!delta.equals(other)) {
                add(Direction.INBOUND, "host " + new ProtocolPorts(protocol, range), delta);
              }
            });
      }
      others.put("other protocols", inEveryFamily(family -> toHost(family, new Payload.Other())));
      if (others.values().stream().distinct().count() == 1) {
        add(Direction.INBOUND, "host (all other ports)", others.values().iterator().next());
      } else {
        others.forEach((what, delta) -> add(Direction.INBOUND, "host (" + what + ")", delta));
      }
    }

    private void ping() {
      Delta delta =
          inEveryFamily(
              family ->
                  IcmpKind.ECHO_REQUEST
                      .type(family)
                      .map(type -> toHost(family, new Payload.Icmp(type)))
                      .orElse(List.of()));
      add(Direction.INBOUND, "host icmp " + IcmpKind.ECHO_REQUEST.label(), delta);
    }

    private void directRoute() {
      Map<Delta, List<String>> networks = new LinkedHashMap<>();
      for (Bridge bridge : surroundings.bridges()) {
        Delta delta =
            inEveryFamily(
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
        networks.computeIfAbsent(delta, unseen -> new ArrayList<>()).add(bridge.network());
      }
      networks.forEach(
          (delta, names) ->
              add(
                  Direction.INBOUND,
                  names.size() == surroundings.bridges().size()
                      ? "containers' own addresses (direct route)"
                      : "own addresses of containers in %s (direct route)"
                          .formatted(String.join(" and ", names)),
                  delta));
    }

    private void fromHost() {
      outbound(
          "host",
          (family, payload) ->
              surroundings.external().stream()
                  .map(
                      out ->
                          new PacketKind(
                              family,
                              Path.FROM_HOST,
                              Optional.empty(),
                              Optional.of(out),
                              payload,
                              hostAddresses(family)))
                  .toList());
    }

    private void fromContainers() {
      for (Bridge bridge : surroundings.bridges()) {
        // Where the whole network is treated alike there is no need to look at each container.
        List<Labelled> alike =
            outbound((family, payload) -> fromBridge(bridge, bridge.subnets(), family, payload));
        if (alike.stream().allMatch(one -> one.delta().certain())) {
          String subject =
              bridge.members().size() <= 3
                  ? bridge.members().stream().map(Member::container).collect(joining(", "))
                  : "all containers in " + bridge.network();
          alike.forEach(one -> add(Direction.OUTBOUND, one.label(subject), one.delta()));
          continue;
        }
        Map<Labelled, List<String>> containers = new LinkedHashMap<>();
        for (Member member : bridge.members()) {
          for (Labelled one :
              outbound(
                  (family, payload) -> fromBridge(bridge, member.addresses(), family, payload))) {
            containers.computeIfAbsent(one, unseen -> new ArrayList<>()).add(member.container());
          }
        }
        containers.forEach(
            (one, names) ->
                add(Direction.OUTBOUND, one.label(String.join(", ", names)), one.delta()));
      }
    }

    private List<PacketKind> fromBridge(
        Bridge bridge, AddressSet addresses, Family family, Payload payload) {
      if (bridge.subnets().of(family).isEmpty()) {
        return List.of();
      }
      return surroundings.external().stream()
          .map(
              out ->
                  new PacketKind(
                      family,
                      Path.FROM_CONTAINER,
                      Optional.of(bridge.name()),
                      Optional.of(out),
                      payload,
                      addresses.of(family)))
          .toList();
    }

    private void outbound(String subject, Sender sender) {
      outbound(sender).forEach(one -> add(Direction.OUTBOUND, one.label(subject), one.delta()));
    }

    private List<Labelled> outbound(Sender sender) {
      List<Labelled> found = new ArrayList<>();
      List<Labelled> others = new ArrayList<>();
      for (TransportProtocol protocol : TransportProtocol.values()) {
        Set<PortRange> named =
            named(family -> sender.send(family, new Payload.Dialled(protocol, 0)));
        if (named.isEmpty() && !COMMON_PROTOCOLS.contains(protocol)) {
          continue;
        }
        Function<Integer, Delta> toPort =
            port ->
                inEveryFamily(family -> sender.send(family, new Payload.Dialled(protocol, port)));
        Delta other = outside(named).map(toPort).orElse(Delta.NOTHING);
        others.add(new Labelled("other " + protocol.label() + " ports", other));
        ports(
            cut(PortRange.ALL, named).stream().filter(range -> isIn(named, range)).toList(),
            toPort,
            (range, delta) -> {
              if (!delta.equals(other)) {
                found.add(new Labelled(new ProtocolPorts(protocol, range).toString(), delta));
              }
            });
      }
      others.add(
          new Labelled(
              "other protocols",
              inEveryFamily(family -> sender.send(family, new Payload.Other()))));
      if (others.stream().map(Labelled::delta).distinct().count() == 1) {
        found.add(
            new Labelled(found.isEmpty() ? "" : "all other ports", others.getFirst().delta()));
      } else {
        found.addAll(others);
      }
      found.removeIf(one -> one.delta().isEmpty() && one.delta().certain());
      return found;
    }

    /** Makes the packets that something on the host sends. */
    @FunctionalInterface
    private interface Sender {
      List<PacketKind> send(Family family, Payload payload);
    }

    private record Labelled(String ports, Delta delta) {
      String label(String subject) {
        return ports.isEmpty() ? subject : "%s (to %s)".formatted(subject, ports);
      }
    }

    /** Takes a change of ports that are alike and lie next to each other. */
    @FunctionalInterface
    private interface RangeSink {
      void accept(PortRange range, Delta delta);
    }

    private static void ports(
        List<PortRange> ranges, Function<Integer, Delta> compare, RangeSink sink) {
      Optional<PortRange> pending = Optional.empty();
      Delta last = Delta.NOTHING;
      for (PortRange range : ranges) {
        Delta delta = compare.apply(range.first());
        if (pending.isPresent()
            && pending.get().last() + 1 == range.first()
            && delta.equals(last)) {
          pending = Optional.of(new PortRange(pending.get().first(), range.last()));
        } else {
          if (pending.isPresent()) {
            sink.accept(pending.get(), last);
          }
          pending = Optional.of(range);
          last = delta;
        }
      }
      if (pending.isPresent()) {
        sink.accept(pending.get(), last);
      }
    }

    /** Returns a range in pieces, each wholly inside or wholly outside each of the others. */
    private static List<PortRange> cut(PortRange whole, Set<PortRange> by) {
      TreeSet<Integer> starts = new TreeSet<>();
      starts.add(whole.first());
      for (PortRange range : by) {
        if (range.overlaps(whole)) {
          starts.add(Math.max(range.first(), whole.first()));
          if (range.last() < whole.last()) {
            starts.add(range.last() + 1);
          }
        }
      }
      List<PortRange> pieces = new ArrayList<>(starts.size());
      for (int start : starts) {
        Integer next = starts.higher(start);
        pieces.add(new PortRange(start, next == null ? whole.last() : next - 1));
      }
      return pieces;
    }

    private static boolean isIn(Set<PortRange> ranges, PortRange piece) {
      return ranges.stream().anyMatch(range -> range.contains(piece));
    }

    /** Returns a port from 1 that is in none of the ranges. */
    private static Optional<Integer> outside(Set<PortRange> ranges) {
      return cut(new PortRange(1, 65535), ranges).stream()
          .filter(piece -> !isIn(ranges, piece))
          .findFirst()
          .map(PortRange::first);
    }
  }

  /** One side of the comparison; each question about it is answered once. */
  private static final class Side {
    private final Optional<Reach> reach;
    private final Map<PacketKind, Passage> passages = new HashMap<>();

    Side(OwnedRules rules) {
      this.reach = rules.isEmpty() ? Optional.empty() : Optional.of(new Reach(rules));
    }

    Passage of(PacketKind kind) {
      if (reach.isEmpty()) {
        return new Passage(Reach.everyone(kind.family()), AddressSet.none(), List.of());
      }
      return passages.computeIfAbsent(kind, reach.get()::of);
    }

    Set<PortRange> ports(PacketKind kind) {
      return reach.map(it -> it.ports(kind)).orElse(Set.of());
    }
  }
}
