package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.OwnAccess;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The rules for what arrives on an external interface.
 *
 * <p>They stand before Docker's address translation, so that a packet still has the address and the
 * port that its sender wrote on it, and whoever is to answer it, Docker's translation,
 * docker-proxy, a container in the host's network or the host itself, is the same to them. Every
 * packet of a connection's original direction is judged, not only the first.
 */
final class InboundRules {
  private final Family family;
  private final HostIntent intent;
  private final DockerBridges bridges;
  private final Sources sources;
  private final FamilyRules rules;

  InboundRules(
      Family family, HostIntent intent, DockerBridges bridges, Sources sources, FamilyRules rules) {
    this.family = family;
    this.intent = intent;
    this.bridges = bridges;
    this.sources = sources;
    this.rules = rules;
  }

  void write() {
    intent.inbound().filter(InboundRules::keepsAnythingOut).ifPresent(this::write);
  }

  private static boolean keepsAnythingOut(Inbound inbound) {
    return inbound.fallback() != DefaultAction.ACCEPT || !inbound.denies().isEmpty();
  }

  private void write(Inbound inbound) {
    writeSelection();
    OwnChain judged = rules.chain(OwnNames.OWN_INBOUND);
    for (Essentials.Essential essential : Essentials.inbound(family)) {
      judged.add(essential.matches(), new Target.Return(), essential.comment());
    }
    intent
        .own()
        .filter(own -> own.client().family() == family && !isAdmitted(own, inbound))
        .ifPresent(own -> writeOwn(own, judged));
    boolean apart = setsPublishedPortsApart(inbound);
    if (apart) {
      OwnChain published = rules.chain(OwnNames.OWN_PUBLISHED);
      for (List<Match> endpoint : endpoints(inbound.published())) {
        judged.add(endpoint, new Target.Goto(published.name()), Comments.PUBLISHED);
      }
      writeVerdicts(inbound, published, InboundRules::concernsPublished);
      writeVerdicts(inbound, judged, InboundRules::concernsHost);
    } else {
      writeVerdicts(inbound, judged, entry -> true);
    }
    writeDirectRoute(inbound);
    if (inbound.fallback() == DefaultAction.REJECT) {
      rules.rejectInbound();
    }
  }

  /** Finds what came from outside and is for this host, in the direction that opens connections. */
  private void writeSelection() {
    OwnChain arriving = rules.hook(OwnNames.PREROUTING, OwnNames.OWN_PREROUTING);
    for (String external : intent.external()) {
      arriving.add(
          List.of(new Match.InInterface(false, InterfaceNames.plain(external))),
          new Target.Jump(OwnNames.OWN_EXTERNAL),
          Comments.EXTERNAL);
    }
    OwnChain external = rules.chain(OwnNames.OWN_EXTERNAL);
    external.add(
        List.of(new Match.ConnectionDirection(true)), new Target.Return(), Comments.REPLIES);
    // One rule a type: for IPv6 the kernel takes several types in one match as "all of them".
    List<String> types =
        family == Family.IPV4
            ? List.of("LOCAL", "BROADCAST", "MULTICAST")
            : List.of("LOCAL", "MULTICAST", "ANYCAST");
    for (String type : types) {
      external.add(
          List.of(new Match.DestinationType(false, new TreeSet<>(List.of(type)))),
          new Target.Goto(OwnNames.OWN_INBOUND),
          Comments.TO_THIS_HOST);
    }
  }

  private void writeOwn(OwnAccess own, OwnChain chain) {
    chain.add(
        List.of(
            Match.source(own.client()),
            new Match.Protocol(false, TransportProtocol.TCP.label()),
            new Match.DestinationPort(false, PortRange.single(own.serverPort()))),
        new Target.Return(),
        Comments.OWN_CONNECTION);
  }

  private interface Concern {
    boolean includes(HostIntent.Target target);
  }

  private void writeVerdicts(Inbound inbound, OwnChain chain, Concern concern) {
    for (InboundEntry deny : inbound.denies()) {
      if (concern.includes(deny.target())) {
        writeEntry(deny, new Target.Drop(), chain);
      }
    }
    if (inbound.fallback() != DefaultAction.ACCEPT) {
      for (InboundEntry allow : inbound.allows()) {
        if (concern.includes(allow.target())) {
          writeEntry(allow, new Target.Return(), chain);
        }
      }
    }
    writeDefault(inbound, chain);
  }

  private void writeDefault(Inbound inbound, OwnChain chain) {
    String comment = Comments.ofDefault(inbound.fallbackPlace());
    switch (inbound.fallback()) {
      case ACCEPT -> {}
      case DROP -> chain.add(List.of(), new Target.Drop(), comment);
      case REJECT -> chain.add(List.of(), mark(), comment);
    }
  }

  static Target mark() {
    return new Target.SetMark(OwnNames.REJECT_MARK, OwnNames.REJECT_MARK);
  }

  private void writeEntry(InboundEntry entry, Target verdict, OwnChain chain) {
    String comment = Comments.of(entry.place(), entry.policy());
    List<List<Match>> peers = sources.alternatives(entry.from(), family, Sources.End.SOURCE);
    for (List<Match> target : alternatives(entry.target())) {
      for (List<Match> peer : peers) {
        chain.add(join(peer, target), verdict, comment);
      }
    }
  }

  /** Returns a list of matches for each way to be one of a target's packets. */
  private List<List<Match>> alternatives(HostIntent.Target target) {
    return switch (target) {
      case HostIntent.Target.Everything everything -> List.of(List.of());
      case HostIntent.Target.HostEverything everything -> List.of(List.of());
      case HostIntent.Target.AnyPorts any -> PortMatches.alternatives(any.ports());
      case HostIntent.Target.HostPorts host -> PortMatches.alternatives(host.ports());
      case HostIntent.Target.PublishedPorts published -> endpoints(published.endpoints());
      case HostIntent.Target.DirectRoute direct -> List.of();
      case HostIntent.Target.IcmpMessages messages -> icmp(messages.kind(), family);
    };
  }

  static List<List<Match>> icmp(IcmpKind kind, Family family) {
    if (!kind.existsIn(family)) {
      return List.of();
    }
    Match protocol = new Match.Protocol(false, family == Family.IPV4 ? "icmp" : "ipv6-icmp");
    return List.of(
        kind.type(family)
            .map(type -> List.of(protocol, new Match.IcmpType(false, type, -1)))
            .orElse(List.of(protocol)));
  }

  /** Returns matches for published ports of this family, those of one address together. */
  private List<List<Match>> endpoints(Collection<PublishedEndpoint> endpoints) {
    Map<Optional<IpAddress>, SortedSet<ProtocolPorts>> byAddress =
        new TreeMap<>(
            Comparator.comparing(address -> address, Comparator.comparing(InboundRules::sortKey)));
    for (PublishedEndpoint endpoint : endpoints) {
      if (isOfFamily(endpoint)) {
        byAddress
            .computeIfAbsent(endpoint.port().hostAddress(), key -> new TreeSet<>())
            .add(endpoint.port().ports());
      }
    }
    List<List<Match>> alternatives = new ArrayList<>();
    byAddress.forEach(
        (address, ports) -> {
          List<Match> destination =
              address
                  .<List<Match>>map(
                      known -> List.of(new Match.DestinationAddress(false, IpPrefix.single(known))))
                  .orElse(List.of());
          for (List<Match> port : PortMatches.alternatives(ports)) {
            alternatives.add(join(destination, port));
          }
        });
    return alternatives;
  }

  private static String sortKey(Optional<IpAddress> address) {
    return address.map(IpAddress::toString).orElse("");
  }

  private boolean isOfFamily(PublishedEndpoint endpoint) {
    return endpoint.port().hostAddress().map(address -> address.family() == family).orElse(true);
  }

  private static List<Match> join(List<Match> one, List<Match> other) {
    List<Match> joined = new ArrayList<>(one);
    joined.addAll(other);
    return joined;
  }

  /**
   * Tells whether any rule speaks of the host's ports in a way that would meet published ports, if
   * these did not go a way of their own.
   */
  private boolean setsPublishedPortsApart(Inbound inbound) {
    List<PublishedEndpoint> published =
        inbound.published().stream().filter(this::isOfFamily).toList();
    List<InboundEntry> entries = new ArrayList<>(inbound.denies());
    if (inbound.fallback() != DefaultAction.ACCEPT) {
      entries.addAll(inbound.allows());
    }
    return !published.isEmpty()
        && entries.stream().anyMatch(entry -> meets(entry.target(), published));
  }

  private static boolean meets(HostIntent.Target target, List<PublishedEndpoint> published) {
    return switch (target) {
      case HostIntent.Target.HostEverything everything -> true;
      case HostIntent.Target.HostPorts host ->
          host.ports().stream()
              .anyMatch(
                  ports ->
                      published.stream()
                          .anyMatch(endpoint -> endpoint.port().ports().overlaps(ports)));
      case HostIntent.Target.Everything everything -> false;
      case HostIntent.Target.AnyPorts any -> false;
      case HostIntent.Target.PublishedPorts ports -> false;
      case HostIntent.Target.DirectRoute direct -> false;
      case HostIntent.Target.IcmpMessages messages -> false;
    };
  }

  private static boolean concernsPublished(HostIntent.Target target) {
    return switch (target) {
      case HostIntent.Target.Everything everything -> true;
      case HostIntent.Target.AnyPorts any -> true;
      case HostIntent.Target.PublishedPorts published -> true;
      case HostIntent.Target.HostEverything everything -> false;
      case HostIntent.Target.HostPorts host -> false;
      case HostIntent.Target.DirectRoute direct -> false;
      case HostIntent.Target.IcmpMessages messages -> false;
    };
  }

  private static boolean concernsHost(HostIntent.Target target) {
    return !(target instanceof HostIntent.Target.PublishedPorts);
  }

  /**
   * Closes the way from outside to a container's own address, which passes by its published ports.
   *
   * <p>It is open to whom everything or just this way is allowed, and to nobody whom any port of a
   * container is denied: a container's address is in no rule, so one container is not told from
   * another.
   */
  private void writeDirectRoute(Inbound inbound) {
    List<InboundEntry> denies =
        inbound.denies().stream()
            .filter(deny -> concernsPublished(deny.target()) || isDirect(deny.target()))
            .toList();
    if (bridges.isEmpty() || inbound.fallback() == DefaultAction.ACCEPT && denies.isEmpty()) {
      return;
    }
    OwnChain routed = rules.hook(OwnNames.FORWARD, OwnNames.OWN_FORWARD);
    routed.add(List.of(new Match.ConnectionDirection(true)), new Target.Return(), Comments.REPLIES);
    for (String external : intent.external()) {
      routed.add(
          List.of(new Match.InInterface(false, InterfaceNames.plain(external))),
          new Target.Jump(OwnNames.OWN_DIRECT),
          Comments.EXTERNAL);
    }
    OwnChain direct = rules.chain(OwnNames.OWN_DIRECT);
    for (String bridge : bridges.foreign()) {
      direct.add(
          List.of(new Match.OutInterface(false, bridge)),
          new Target.Return(),
          Comments.NOT_DOCKERS);
    }
    direct.add(
        List.of(new Match.ConnectionState(false, new TreeSet<>(List.of("DNAT")))),
        new Target.Return(),
        Comments.BY_PUBLISHED_PORT);
    for (String bridge : bridges.names()) {
      direct.add(
          List.of(new Match.OutInterface(false, bridge)),
          new Target.Goto(OwnNames.OWN_UNPUBLISHED),
          Comments.TO_CONTAINER);
    }
    OwnChain judged = rules.chain(OwnNames.OWN_UNPUBLISHED);
    List<InboundEntry> allows =
        inbound.fallback() == DefaultAction.ACCEPT
            ? List.of()
            : inbound.allows().stream()
                .filter(
                    allow ->
                        allow.target() instanceof HostIntent.Target.Everything
                            || isDirect(allow.target()))
                .toList();
    if (inbound.fallback() != DefaultAction.DROP || !allows.isEmpty()) {
      denies.forEach(deny -> writeDirect(deny, new Target.Drop(), judged));
    }
    allows.forEach(allow -> writeDirect(allow, new Target.Return(), judged));
    writeDefault(inbound, judged);
  }

  private static boolean isDirect(HostIntent.Target target) {
    return target instanceof HostIntent.Target.DirectRoute;
  }

  private void writeDirect(InboundEntry entry, Target verdict, OwnChain chain) {
    String comment = Comments.of(entry.place(), entry.policy());
    for (List<Match> peer : sources.alternatives(entry.from(), family, Sources.End.SOURCE)) {
      chain.add(peer, verdict, comment);
    }
  }

  /** Tells whether the policy lets our own connection through without a rule for it. */
  private static boolean isAdmitted(OwnAccess own, Inbound inbound) {
    boolean denied =
        inbound.denies().stream().anyMatch(deny -> speaksOf(deny, own, inbound.published(), true));
    boolean allowed =
        inbound.fallback() == DefaultAction.ACCEPT
            || inbound.allows().stream()
                .anyMatch(allow -> speaksOf(allow, own, inbound.published(), false));
    return allowed && !denied;
  }

  /** Tells whether an entry is about a connection; where that is not sure, answers as told. */
  private static boolean speaksOf(
      InboundEntry entry, OwnAccess own, List<PublishedEndpoint> published, boolean whenUnsure) {
    if (!entry.from().addresses().contains(own.client())) {
      return false;
    }
    ProtocolPorts port =
        new ProtocolPorts(TransportProtocol.TCP, PortRange.single(own.serverPort()));
    boolean isPublished =
        published.stream().anyMatch(endpoint -> endpoint.port().ports().contains(port));
    return switch (entry.target()) {
      case HostIntent.Target.Everything everything -> true;
      case HostIntent.Target.AnyPorts any -> contains(any.ports(), port);
      case HostIntent.Target.HostEverything everything -> isPublished ? whenUnsure : true;
      case HostIntent.Target.HostPorts host ->
          contains(host.ports(), port) && (isPublished ? whenUnsure : true);
      case HostIntent.Target.PublishedPorts ports -> isPublished && whenUnsure;
      case HostIntent.Target.DirectRoute direct -> false;
      case HostIntent.Target.IcmpMessages messages -> false;
    };
  }

  private static boolean contains(List<ProtocolPorts> ports, ProtocolPorts port) {
    return ports.stream().anyMatch(candidate -> candidate.contains(port));
  }
}
