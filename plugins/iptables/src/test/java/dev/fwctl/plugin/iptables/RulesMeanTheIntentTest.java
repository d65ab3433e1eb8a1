package dev.fwctl.plugin.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Interpreter;
import dev.fwctl.analysis.Interpreter.Outcome;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Packet;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.Outbound;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/**
 * For intents and packets of every kind, what the rules do with a packet is what a plain reading of
 * the intent says.
 *
 * <p>The reading here shares nothing with the rules: it takes the sentences of the policy one after
 * the other. Addresses, ports and interfaces are few, so that rules and packets meet.
 */
class RulesMeanTheIntentTest {
  private static final HostFacts HOST = Hosts.docker();
  private static final List<Integer> PORTS =
      List.of(22, 53, 80, 81, 443, 8080, 8081, 8082, 9000, 9005);
  private static final List<IpAddress> HOST_ADDRESSES =
      addresses("192.0.2.11", "192.0.2.12", "2001:db8::11", "2001:db8::12");
  private static final List<IpAddress> FAR =
      addresses(
          "203.0.113.5",
          "203.0.113.200",
          "198.51.100.66",
          "10.0.0.9",
          "2001:db8:7::5",
          "2001:db8:7:ffff::1",
          "2001:db8:9::66",
          "fe80::9");
  private static final List<IpAddress> CONTAINERS =
      addresses("172.17.0.2", "172.18.0.9", "fd00::2", "fd00::9");

  private static List<IpAddress> addresses(String... texts) {
    return Stream.of(texts).map(IpAddress::of).toList();
  }

  // What is asked.

  @Provide
  Arbitrary<HostIntent> intents() {
    return published()
        .flatMap(
            published ->
                Combinators.combine(
                        Arbitraries.of("eth0", "wan").set().ofMinSize(1),
                        inbound(published).optional(0.9),
                        outbound().optional(0.6),
                        Arbitraries.of(FAR).optional(0.5))
                    .as(
                        (external, inbound, outbound, own) ->
                            new HostIntent(
                                new TreeSet<>(external),
                                inbound,
                                outbound,
                                own.map(client -> new HostIntent.OwnAccess(client, 22)))));
  }

  private Arbitrary<List<PublishedEndpoint>> published() {
    return Combinators.combine(
            Arbitraries.of("django", "postgres"),
            ports(),
            Arbitraries.of(HOST_ADDRESSES).optional(0.3))
        .as(
            (container, ports, address) ->
                new PublishedEndpoint(
                    container, new PublishedPort(ports, address, ports.ports(), false)))
        .list()
        .ofMaxSize(4);
  }

  private Arbitrary<ProtocolPorts> ports() {
    return Combinators.combine(
            Arbitraries.of(TransportProtocol.values()),
            Arbitraries.of(
                new PortRange(22, 22),
                new PortRange(53, 53),
                new PortRange(80, 81),
                new PortRange(80, 80),
                new PortRange(8081, 8081),
                new PortRange(8081, 8082),
                new PortRange(9000, 9010),
                new PortRange(1, 65535),
                PortRange.ALL))
        .as(ProtocolPorts::new);
  }

  private Arbitrary<List<ProtocolPorts>> portLists() {
    return Arbitraries.oneOf(
        ports().list().ofMinSize(1).ofMaxSize(3),
        // More than one multiport match takes.
        Arbitraries.just(
            IntStream.range(0, 20)
                .mapToObj(
                    i -> new ProtocolPorts(TransportProtocol.TCP, PortRange.single(80 + 2 * i)))
                .toList()));
  }

  private Arbitrary<Peers> peers() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            Hosts.any(),
            Hosts.peers("203.0.113.0/24"),
            Hosts.peers("203.0.113.0/25", "2001:db8:7::/64"),
            Hosts.peers("2001:db8:7::/48"),
            Hosts.peers("198.51.100.66", "2001:db8:9::66"),
            Hosts.peers("0.0.0.0/0"),
            Hosts.peers("192.0.2.0/24", "2001:db8::/32")),
        // More than become rules.
        Arbitraries.of(
            new Peers(
                List.of("many"),
                AddressSet.ofPrefixes(
                    IntStream.range(0, 100)
                        .mapToObj(i -> IpPrefix.of("203.0.113." + 2 * i))
                        .toList())),
            new Peers(
                List.of("many"),
                AddressSet.ofPrefixes(
                    IntStream.range(0, 100)
                        .mapToObj(i -> IpPrefix.of("2001:db8:7:0:" + 2 * i + "::/80"))
                        .toList()))));
  }

  private Arbitrary<Inbound> inbound(List<PublishedEndpoint> published) {
    Arbitrary<Target> targets =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.of(new Target.Everything())),
            Tuple.of(2, portLists().map(Target.AnyPorts::new)),
            Tuple.of(2, Arbitraries.of(new Target.HostEverything())),
            Tuple.of(1, Arbitraries.of(new Target.DirectRoute())),
            Tuple.of(3, portLists().map(Target.HostPorts::new)),
            Tuple.of(
                3,
                published.isEmpty()
                    ? Arbitraries.of(new Target.PublishedPorts(List.of()))
                    : Arbitraries.of(published)
                        .list()
                        .ofMaxSize(2)
                        .map(Target.PublishedPorts::new)),
            Tuple.of(1, Arbitraries.of(IcmpKind.values()).map(Target.IcmpMessages::new)));
    Arbitrary<List<InboundEntry>> entries =
        Combinators.combine(targets, peers(), Arbitraries.integers().between(1, 99))
            .as((target, from, line) -> Hosts.entry(line, target, from))
            .list()
            .ofMaxSize(4);
    return Combinators.combine(Arbitraries.of(DefaultAction.values()), entries, entries)
        .as(
            (fallback, allows, denies) ->
                new Inbound(
                    fallback,
                    Optional.of(new Place("policies/shop.yml", 9, 1)),
                    published,
                    allows,
                    denies));
  }

  private Arbitrary<Outbound> outbound() {
    Arbitrary<Origin> origins =
        Arbitraries.of(
            new Origin.Everything(),
            new Origin.HostItself(),
            new Origin.Containers(List.of("worker"), List.of("br-0123456789ab"), List.of()),
            new Origin.Containers(
                List.of("worker"), List.of(), List.of(CONTAINERS.get(1), CONTAINERS.get(3))));
    Arbitrary<Traffic> traffic =
        Arbitraries.oneOf(
            Arbitraries.of(new Traffic.All()),
            portLists().map(Traffic.Ports::new),
            Arbitraries.of(IcmpKind.values()).map(Traffic.Icmp::new));
    Arbitrary<List<OutboundEntry>> entries =
        Combinators.combine(origins, traffic, peers(), Arbitraries.integers().between(1, 99))
            .as((origin, what, to, line) -> Hosts.entry(line, origin, what, to))
            .list()
            .ofMaxSize(4);
    return Combinators.combine(Arbitraries.of(DefaultAction.values()), entries, entries)
        .as(
            (fallback, allows, denies) ->
                new Outbound(
                    fallback, Optional.of(new Place("policies/shop.yml", 29, 1)), allows, denies));
  }

  /**
   * A packet that arrives or is sent, and what is to become of it if nobody minds.
   *
   * @param packet the packet as its sender made it
   * @param way where it goes
   */
  record Trip(Packet packet, Way way) {}

  enum Way {
    TO_HOST,
    TO_CONTAINER_DIRECTLY,
    THROUGH,
    FROM_CONTAINER,
    FROM_HOST
  }

  @Provide
  Arbitrary<Trip> trips() {
    return Arbitraries.of(Way.values())
        .flatMap(
            way ->
                Combinators.combine(
                        Arbitraries.of(Family.values()),
                        Arbitraries.of("eth0", "eth0", "wan", "lan"),
                        Arbitraries.of(
                            "docker0", "br-0123456789ab", "docker_gwbridge", "br-lan", "lan"),
                        payloads(),
                        Arbitraries.of(Packet.State.values()),
                        Arbitraries.of(false, false, true),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 1))
                    .as(
                        (family, outside, inside, payload, state, reply, far, near) ->
                            trip(way, family, outside, inside, payload, state, reply, far, near)));
  }

  private static Trip trip(
      Way way,
      Family family,
      String outside,
      String inside,
      Packet.Payload payload,
      Packet.State state,
      boolean reply,
      int far,
      int near) {
    IpAddress peer = of(FAR, family).get(far);
    IpAddress host = of(HOST_ADDRESSES, family).get(near);
    IpAddress container = of(CONTAINERS, family).get(near);
    return switch (way) {
      case TO_HOST ->
          new Trip(
              packet(
                  Optional.of(outside),
                  Optional.empty(),
                  peer,
                  host,
                  payload,
                  state,
                  reply,
                  "LOCAL"),
              way);
      case TO_CONTAINER_DIRECTLY ->
          new Trip(
              packet(
                  Optional.of(outside),
                  Optional.of(inside),
                  peer,
                  container,
                  payload,
                  state,
                  reply,
                  "UNICAST"),
              way);
      case THROUGH ->
          new Trip(
              packet(
                  Optional.of(outside),
                  Optional.of("lan"),
                  peer,
                  container,
                  payload,
                  state,
                  reply,
                  "UNICAST"),
              way);
      case FROM_CONTAINER ->
          new Trip(
              packet(
                  Optional.of(inside),
                  Optional.of(outside),
                  container,
                  peer,
                  payload,
                  state,
                  reply,
                  "UNICAST"),
              way);
      case FROM_HOST ->
          new Trip(
              packet(
                  Optional.empty(),
                  Optional.of(outside),
                  host,
                  peer,
                  payload,
                  state,
                  reply,
                  "UNICAST"),
              way);
    };
  }

  private static List<IpAddress> of(List<IpAddress> addresses, Family family) {
    return addresses.stream().filter(address -> address.family() == family).toList();
  }

  private static Packet packet(
      Optional<String> in,
      Optional<String> out,
      IpAddress source,
      IpAddress destination,
      Packet.Payload payload,
      Packet.State state,
      boolean reply,
      String type) {
    boolean tracked = state != Packet.State.INVALID && state != Packet.State.UNTRACKED;
    int port = payload instanceof Packet.Payload.Ports ports ? ports.destination() : 0;
    return new Packet(
        in,
        out,
        source,
        destination,
        payload,
        new Packet.Tracking(
            state, tracked && reply, false, false, tracked ? destination : source, port),
        Set.of(type),
        0);
  }

  private static Arbitrary<Packet.Payload> payloads() {
    Arbitrary<Integer> ports = Arbitraries.of(PORTS);
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.of("tcp", "udp", "sctp"), ports)
            .as((protocol, port) -> new Packet.Payload.Ports(protocol, 40000, port)),
        Arbitraries.of(
            new Packet.Payload.Ports("udp", 67, 68),
            new Packet.Payload.Ports("udp", 68, 67),
            new Packet.Payload.Ports("udp", 547, 546),
            new Packet.Payload.Ports("udp", 546, 547),
            new Packet.Payload.Other("gre"),
            new Packet.Payload.Other("igmp")),
        Combinators.combine(
                Arbitraries.of(0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 128, 129, 130, 134, 135, 137, 143),
                Arbitraries.of(0, 4))
            .as(Packet.Payload.Icmp::new));
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void everyPacketMeetsWhatThePolicySays(
      @ForAll("intents") HostIntent intent, @ForAll @Size(50) List<@From("trips") Trip> trips) {
    OwnedRules rules = new IptablesBackend().lower(intent, HOST);
    for (Trip trip : trips) {
      Verdict wanted = reading(intent, trip);
      for (Outcome outcome : outcomes(rules, intent, trip)) {
        assertThat(outcome.verdict()).as("%s by %s", trip, outcome.trace()).isEqualTo(wanted);
      }
    }
  }

  // What the rules do.

  /** Walks the packet; a published port is tried both ways, by Docker's NAT and by its proxy. */
  private static List<Outcome> outcomes(OwnedRules rules, HostIntent intent, Trip trip) {
    Packet packet = trip.packet();
    Interpreter interpreter = new Interpreter(tables(rules, packet.family()), rules.sets());
    if (trip.way() == Way.FROM_HOST) {
      return List.of(interpreter.walk(packet, Interpreter.SENT));
    }
    Outcome arrived = interpreter.walk(beforeRouting(packet), Interpreter.ARRIVING);
    if (arrived.verdict() != Verdict.ACCEPTED) {
      return List.of(arrived);
    }
    if (trip.way() != Way.TO_HOST) {
      return List.of(
          interpreter.walk(routed(packet, arrived.packet().mark()), Interpreter.FORWARDED));
    }
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.add(interpreter.walk(arrived.packet(), Interpreter.DELIVERED));
    if (packet.tracking().state() == Packet.State.NEW
        && intent.inbound().isPresent()
        && isPublished(intent.inbound().get().published(), packet)) {
      outcomes.add(interpreter.walk(translated(arrived.packet()), Interpreter.FORWARDED));
    }
    return outcomes;
  }

  private static Packet beforeRouting(Packet packet) {
    return new Packet(
        packet.in(),
        Optional.empty(),
        packet.source(),
        packet.destination(),
        packet.payload(),
        packet.tracking(),
        packet.destinationTypes(),
        0);
  }

  private static Packet routed(Packet packet, long mark) {
    return new Packet(
        packet.in(),
        packet.out(),
        packet.source(),
        packet.destination(),
        packet.payload(),
        packet.tracking(),
        packet.destinationTypes(),
        mark);
  }

  private static Packet translated(Packet packet) {
    Packet.Payload.Ports ports = (Packet.Payload.Ports) packet.payload();
    Packet.Tracking before = packet.tracking();
    return new Packet(
        packet.in(),
        Optional.of("br-0123456789ab"),
        packet.source(),
        of(CONTAINERS, packet.family()).getFirst(),
        new Packet.Payload.Ports(ports.protocol(), ports.source(), 7000),
        new Packet.Tracking(
            before.state(),
            before.reply(),
            false,
            true,
            before.originalDestination(),
            before.originalPort()),
        Set.of("UNICAST"),
        packet.mark());
  }

  private static List<Table> tables(OwnedRules rules, Family family) {
    List<Table> tables = new ArrayList<>();
    for (OwnedTable table : rules.tables()) {
      if (table.family() == family) {
        Map<String, Chain> chains = new TreeMap<>();
        table.chains().forEach(chain -> chains.put(chain.name(), chain));
        for (Hook hook : table.hooks()) {
          chains.put(
              hook.chain(), new Chain(hook.chain(), Optional.of("ACCEPT"), List.of(hook.rule())));
        }
        tables.add(new Table(table.name(), List.copyOf(chains.values())));
      }
    }
    return tables;
  }

  // What the policy says.

  private static Verdict reading(HostIntent intent, Trip trip) {
    Packet packet = trip.packet();
    if (packet.tracking().reply()) {
      return Verdict.ACCEPTED;
    }
    return switch (trip.way()) {
      case TO_HOST ->
          isOutside(intent, packet.in()) && intent.inbound().isPresent()
              ? toHost(intent, intent.inbound().get(), packet)
              : Verdict.ACCEPTED;
      case TO_CONTAINER_DIRECTLY ->
          isOutside(intent, packet.in()) && isDockers(packet.out()) && intent.inbound().isPresent()
              ? direct(intent.inbound().get(), packet)
              : Verdict.ACCEPTED;
      case THROUGH -> Verdict.ACCEPTED;
      case FROM_CONTAINER ->
          isOutside(intent, packet.out()) && isDockers(packet.in()) && intent.outbound().isPresent()
              ? out(intent.outbound().get(), packet, true)
              : Verdict.ACCEPTED;
      case FROM_HOST ->
          isOutside(intent, packet.out()) && intent.outbound().isPresent()
              ? out(intent.outbound().get(), packet, false)
              : Verdict.ACCEPTED;
    };
  }

  private static boolean isOutside(HostIntent intent, Optional<String> name) {
    return intent.external().contains(name.orElse(""));
  }

  /** The facts of these tests know of no bridge that begins with br- and is not Docker's. */
  private static boolean isDockers(Optional<String> name) {
    return name.filter(known -> known.startsWith("docker") || known.startsWith("br-")).isPresent();
  }

  private static Verdict toHost(HostIntent intent, Inbound inbound, Packet packet) {
    boolean own =
        intent
            .own()
            .filter(
                connection ->
                    connection.client().equals(packet.source())
                        && packet.payload() instanceof Packet.Payload.Ports ports
                        && ports.protocol().equals("tcp")
                        && ports.destination() == connection.serverPort())
            .isPresent();
    if (own || isEssential(packet, true)) {
      return Verdict.ACCEPTED;
    }
    if (inbound.denies().stream().anyMatch(deny -> isAbout(deny, inbound, packet))) {
      return Verdict.DROPPED;
    }
    if (inbound.allows().stream().anyMatch(allow -> isAbout(allow, inbound, packet))) {
      return Verdict.ACCEPTED;
    }
    return verdict(inbound.fallback());
  }

  private static Verdict direct(Inbound inbound, Packet packet) {
    for (InboundEntry deny : inbound.denies()) {
      boolean ofContainers =
          deny.target() instanceof Target.Everything
              || deny.target() instanceof Target.AnyPorts
              || deny.target() instanceof Target.PublishedPorts
              || deny.target() instanceof Target.DirectRoute;
      if (ofContainers && deny.from().addresses().contains(packet.source())) {
        return Verdict.DROPPED;
      }
    }
    for (InboundEntry allow : inbound.allows()) {
      boolean direct =
          allow.target() instanceof Target.Everything
              || allow.target() instanceof Target.DirectRoute;
      if (direct && allow.from().addresses().contains(packet.source())) {
        return Verdict.ACCEPTED;
      }
    }
    return verdict(inbound.fallback());
  }

  private static Verdict out(Outbound outbound, Packet packet, boolean container) {
    if (container ? isError(packet) : isEssential(packet, false)) {
      return Verdict.ACCEPTED;
    }
    if (outbound.denies().stream().anyMatch(deny -> isAbout(deny, packet, container))) {
      return Verdict.DROPPED;
    }
    if (outbound.allows().stream().anyMatch(allow -> isAbout(allow, packet, container))) {
      return Verdict.ACCEPTED;
    }
    return verdict(outbound.fallback());
  }

  private static Verdict verdict(DefaultAction action) {
    return switch (action) {
      case ACCEPT -> Verdict.ACCEPTED;
      case DROP -> Verdict.DROPPED;
      case REJECT -> Verdict.REJECTED;
    };
  }

  private static boolean isAbout(InboundEntry entry, Inbound inbound, Packet packet) {
    if (!entry.from().addresses().contains(packet.source())) {
      return false;
    }
    boolean published = isPublished(inbound.published(), packet);
    return switch (entry.target()) {
      case Target.Everything everything -> true;
      case Target.AnyPorts any -> isTo(any.ports(), packet);
      case Target.HostEverything everything -> !published;
      case Target.HostPorts host -> !published && isTo(host.ports(), packet);
      case Target.PublishedPorts ports -> isPublished(ports.endpoints(), packet);
      case Target.DirectRoute direct -> false;
      case Target.IcmpMessages messages -> isIcmp(messages.kind(), packet);
    };
  }

  private static boolean isAbout(OutboundEntry entry, Packet packet, boolean container) {
    boolean from =
        switch (entry.origin()) {
          case Origin.Everything everything -> true;
          case Origin.HostItself host -> !container;
          case Origin.Containers some ->
              container
                  && (some.bridges().contains(packet.in().orElse(""))
                      || some.addresses().contains(packet.source()));
        };
    boolean what =
        switch (entry.traffic()) {
          case Traffic.All all -> true;
          case Traffic.Ports ports -> isTo(ports.ports(), packet);
          case Traffic.Icmp icmp -> isIcmp(icmp.kind(), packet);
          case Traffic.ContainerPorts ports -> false;
        };
    return from && what && entry.to().addresses().contains(packet.destination());
  }

  private static boolean isPublished(List<PublishedEndpoint> endpoints, Packet packet) {
    return endpoints.stream()
        .anyMatch(
            endpoint ->
                isTo(List.of(endpoint.port().ports()), packet)
                    && endpoint
                        .port()
                        .hostAddress()
                        .map(address -> address.equals(packet.destination()))
                        .orElse(true));
  }

  private static boolean isTo(List<ProtocolPorts> ports, Packet packet) {
    return packet.payload() instanceof Packet.Payload.Ports dialled
        && ports.stream()
            .anyMatch(
                candidate ->
                    candidate.protocol().label().equals(dialled.protocol())
                        && candidate.ports().contains(PortRange.single(dialled.destination())));
  }

  private static boolean isIcmp(IcmpKind kind, Packet packet) {
    if (!(packet.payload() instanceof Packet.Payload.Icmp icmp)) {
      return false;
    }
    return switch (kind) {
      case ANY -> true;
      case ECHO_REQUEST -> icmp.type() == (packet.family() == Family.IPV4 ? 8 : 128);
      case TIMESTAMP_REQUEST -> packet.family() == Family.IPV4 && icmp.type() == 13;
    };
  }

  private static boolean isError(Packet packet) {
    Set<Integer> types = packet.family() == Family.IPV4 ? Set.of(3, 11, 12) : Set.of(1, 2, 3, 4);
    return packet.payload() instanceof Packet.Payload.Icmp icmp && types.contains(icmp.type());
  }

  private static boolean isEssential(Packet packet, boolean inbound) {
    boolean four = packet.family() == Family.IPV4;
    return isError(packet)
        || switch (packet.payload()) {
          case Packet.Payload.Icmp icmp ->
              !four && Set.of(130, 131, 132, 133, 134, 135, 136, 143).contains(icmp.type());
          case Packet.Payload.Other other -> four && other.protocol().equals("igmp");
          case Packet.Payload.Ports ports ->
              ports.protocol().equals("udp")
                  && (four
                      ? ports.source() == (inbound ? 67 : 68)
                          && ports.destination() == (inbound ? 68 : 67)
                      : inbound
                          ? ports.destination() == 546
                              && packet.source().isLinkLocal()
                              && packet.destination().isLinkLocal()
                          : ports.source() == 546
                              && ports.destination() == 547
                              && packet.source().isLinkLocal());
        };
  }
}
