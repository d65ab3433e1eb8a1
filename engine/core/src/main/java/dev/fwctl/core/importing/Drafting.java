package dev.fwctl.core.importing;

import dev.fwctl.analysis.InboundEndpoint;
import dev.fwctl.analysis.InboundReach;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.Family;
import dev.fwctl.model.Glob;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells who can reach what on one host as allows, and denies where those say too much. */
final class Drafting {
  /** How many programs a remark names. */
  private static final int MOST_PROGRAMS = 8;

  private static final InboundReach NOBODY = new InboundReach(AddressSet.none(), true);

  private static final String DOUBTFUL =
      "in part only, or not for sure: other rules of the host decide, too";

  private final HostFacts facts;
  private final Map<InboundEndpoint, InboundReach> reach = new LinkedHashMap<>();
  private final List<Permission> allow = new ArrayList<>();
  private final List<Permission> deny = new ArrayList<>();

  /**
   * Drafts it.
   *
   * @param facts the host
   * @param reach who can reach what there
   */
  Drafting(HostFacts facts, Map<InboundEndpoint, InboundReach> reach) {
    this.facts = facts;
    reach.forEach(
        (endpoint, who) -> this.reach.put(endpoint, new InboundReach(peers(who), who.certain())));
    host();
    published();
    direct();
    allow.replaceAll(this::shortened);
  }

  List<Permission> allow() {
    return List.copyOf(allow);
  }

  List<Permission> deny() {
    return List.copyOf(deny);
  }

  /** All of the host is one permission; what is treated unlike the rest is told apart from it. */
  private void host() {
    InboundReach all =
        reach.entrySet().stream()
            .filter(
                one ->
                    one.getKey() instanceof InboundEndpoint.RestOfHost
                        || one.getKey() instanceof InboundEndpoint.OtherHostProtocols)
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(NOBODY);
    List<String> remarks = new ArrayList<>();
    remarks.add("all of the host, also where nothing listens");
    remarks.addAll(listening());
    add(allow, new LocalEnd.HostItself(), new Traffic.All(), all, remarks);
    AddressSet rest = all.peers();
    Map<InboundReach, List<ProtocolPorts>> ports = new LinkedHashMap<>();
    for (Map.Entry<InboundEndpoint, InboundReach> one : reach.entrySet()) {
      InboundReach unlike = one.getValue();
      switch (one.getKey()) {
        case InboundEndpoint.HostPorts it ->
            ports.computeIfAbsent(unlike, unseen -> new ArrayList<>()).addAll(dialled(it.ports()));
        case InboundEndpoint.OtherHostPorts it ->
            ports
                .computeIfAbsent(unlike, unseen -> new ArrayList<>())
                .addAll(others(it.protocol()));
        case InboundEndpoint.HostIcmp it -> unlike(new Traffic.Icmp(it.kind()), unlike, rest);
        default -> {}
      }
    }
    for (Map.Entry<InboundReach, List<ProtocolPorts>> one : ports.entrySet()) {
      if (!one.getValue().isEmpty()) {
        unlike(
            new Traffic.Ports(one.getValue().stream().distinct().sorted().toList()),
            one.getKey(),
            rest);
      }
    }
  }

  /** Tells apart what not just those reach who reach the rest of the host. */
  private void unlike(Traffic traffic, InboundReach unlike, AddressSet rest) {
    LocalEnd host = new LocalEnd.HostItself();
    InboundReach more = new InboundReach(unlike.peers().minus(rest), unlike.certain());
    add(allow, host, traffic, more, List.of());
    AddressSet kept = rest.minus(unlike.peers());
    // Whom nothing else lets in may be denied as well, where that is told with fewer words.
    AddressSet others = unlike.peers().complement();
    boolean fewer = others.prefixes().size() < kept.prefixes().size();
    AddressSet denied = fewer && !kept.isEmpty() ? others : kept;
    add(deny, host, traffic, new InboundReach(denied, true), List.of());
  }

  /** Port 0 can't be dialled, and policies have no word for it. */
  private static List<ProtocolPorts> dialled(ProtocolPorts ports) {
    PortRange range = ports.ports();
    return range.last() == 0
        ? List.of()
        : List.of(
            new ProtocolPorts(
                ports.protocol(), new PortRange(Math.max(1, range.first()), range.last())));
  }

  /** Returns the ports of a protocol that are nobody else's and are not told of by themselves. */
  private List<ProtocolPorts> others(TransportProtocol protocol) {
    TreeMap<Integer, Integer> taken = new TreeMap<>();
    reach.keySet().stream()
        .filter(InboundEndpoint.HostPorts.class::isInstance)
        .map(it -> ((InboundEndpoint.HostPorts) it).ports())
        .filter(ports -> ports.protocol() == protocol)
        .forEach(ports -> taken.merge(ports.ports().first(), ports.ports().last(), Math::max));
    facts.docker().containers().stream()
        .flatMap(container -> container.published().stream())
        .filter(port -> port.ports().protocol() == protocol)
        .filter(port -> port.hostAddress().map(IpAddress::isUnspecified).orElse(true))
        .map(port -> port.ports().ports())
        .forEach(range -> taken.merge(range.first(), range.last(), Math::max));
    List<ProtocolPorts> others = new ArrayList<>();
    int next = 1;
    for (Map.Entry<Integer, Integer> range : taken.entrySet()) {
      if (range.getKey() > next) {
        others.add(new ProtocolPorts(protocol, new PortRange(next, range.getKey() - 1)));
      }
      next = Math.max(next, range.getValue() + 1);
    }
    if (next <= 65535) {
      others.add(new ProtocolPorts(protocol, new PortRange(next, 65535)));
    }
    return others;
  }

  private List<String> listening() {
    Map<ProtocolPorts, TreeSet<String>> programs = new TreeMap<>();
    for (Listener listener :
        facts.find(ListenerFacts.class).map(ListenerFacts::listeners).orElse(List.of())) {
      boolean outside = listener.address().map(address -> !address.isLoopback()).orElse(true);
      if (outside && !isPublished(listener.ports())) {
        programs
            .computeIfAbsent(listener.ports(), unseen -> new TreeSet<>())
            .addAll(listener.programs());
      }
    }
    if (programs.isEmpty()) {
      return List.of();
    }
    String named =
        programs.entrySet().stream()
            .limit(MOST_PROGRAMS)
            .map(one -> (String.join(" ", one.getValue()) + " " + one.getKey()).strip())
            .collect(Collectors.joining(", "));
    int more = programs.size() - MOST_PROGRAMS;
    return List.of("listening now: " + named + (more > 0 ? " and %d more".formatted(more) : ""));
  }

  private boolean isPublished(ProtocolPorts ports) {
    return facts.docker().containers().stream()
        .flatMap(container -> container.published().stream())
        .anyMatch(port -> port.ports().overlaps(ports));
  }

  /** What a container publishes at several addresses is one permission, as it is in policies. */
  private void published() {
    Map<String, Map<ProtocolPorts, InboundReach>> containers = new TreeMap<>();
    for (Map.Entry<InboundEndpoint, InboundReach> one : reach.entrySet()) {
      if (one.getKey() instanceof InboundEndpoint.Published it) {
        containers
            .computeIfAbsent(it.container(), unseen -> new TreeMap<>())
            .merge(it.ports(), one.getValue(), InboundReach::and);
      }
    }
    containers.forEach(
        (container, ports) -> {
          Map<InboundReach, List<ProtocolPorts>> alike = new LinkedHashMap<>();
          ports.forEach(
              (port, who) -> alike.computeIfAbsent(who, unseen -> new ArrayList<>()).add(port));
          alike.forEach((who, all) -> published(container, all, who));
        });
  }

  private void published(String container, List<ProtocolPorts> ports, InboundReach who) {
    LocalEnd local =
        new LocalEnd.Containers(
            new ContainerSelector(
                Optional.of(new Glob(container)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    List<ProtocolPorts> inside = new ArrayList<>();
    List<ProtocolPorts> outside = new ArrayList<>();
    for (ProtocolPorts port : ports) {
      // What Docker chooses anew at each start can only be told by the port inside.
      Optional<ProtocolPorts> inner = chosenByDocker(container, port);
      inner.ifPresentOrElse(inside::add, () -> outside.add(port));
    }
    if (!outside.isEmpty()) {
      add(allow, local, new Traffic.Ports(outside), who, List.of());
    }
    if (!inside.isEmpty()) {
      add(
          allow,
          local,
          new Traffic.ContainerPorts(inside.stream().distinct().toList()),
          who,
          List.of());
    }
  }

  private Optional<ProtocolPorts> chosenByDocker(String name, ProtocolPorts dialled) {
    for (Container container : facts.docker().containers()) {
      for (PublishedPort port : container.published()) {
        if (container.name().equals(name) && port.dynamic() && port.ports().equals(dialled)) {
          return Optional.of(new ProtocolPorts(dialled.protocol(), port.containerPorts()));
        }
      }
    }
    return Optional.empty();
  }

  private void direct() {
    InboundReach who = NOBODY;
    for (Map.Entry<InboundEndpoint, InboundReach> one : reach.entrySet()) {
      if (one.getKey() instanceof InboundEndpoint.OwnAddresses) {
        who = who.and(one.getValue());
      }
    }
    add(
        allow,
        new LocalEnd.Direct(),
        new Traffic.All(),
        who,
        List.of(
            "for neighbours who route to containers' own addresses, as far as rules of others let"
                + " them"));
  }

  /** Allows everyone and denies some, where these are fewer and nothing else is allowed them. */
  private Permission shortened(Permission allowed) {
    AddressSet others = allowed.peers().complement();
    if (others.isEmpty()
        || others.prefixes().size() >= allowed.peers().prefixes().size()
        || allow.stream().anyMatch(one -> wouldLose(one, allowed, others))) {
      return allowed;
    }
    deny.add(new Permission(allowed.local(), allowed.traffic(), others, List.of()));
    return new Permission(allowed.local(), allowed.traffic(), AddressSet.any(), allowed.remarks());
  }

  /** Tells whether something is allowed that a deny of what is allowed elsewhere would take. */
  private static boolean wouldLose(Permission one, Permission allowed, AddressSet denied) {
    boolean met =
        switch (allowed.local()) {
          // Whoever is denied a port of a container has no direct route, either.
          case LocalEnd.Containers _ -> one.local() instanceof LocalEnd.Direct;
          default ->
              one != allowed
                  && one.local().equals(allowed.local())
                  && (allowed.traffic() instanceof Traffic.All
                      || one.traffic() instanceof Traffic.All);
        };
    return met && !one.peers().intersect(denied).isEmpty();
  }

  /** On a host without IPv6 everyone is everyone. */
  private AddressSet peers(InboundReach who) {
    AddressSet peers = who.peers();
    boolean everyone = peers.of(Family.IPV4).equals(everyone(Family.IPV4));
    return everyone && !facts.network().ipv6() ? peers.union(everyone(Family.IPV6)) : peers;
  }

  private static AddressSet everyone(Family family) {
    return AddressSet.of(IpPrefix.everything(family));
  }

  private static void add(
      List<Permission> permissions,
      LocalEnd local,
      Traffic traffic,
      InboundReach who,
      List<String> remarks) {
    if (who.peers().isEmpty()) {
      return;
    }
    List<String> all = new ArrayList<>(remarks);
    if (!who.certain()) {
      all.add(DOUBTFUL);
    }
    permissions.add(new Permission(local, traffic, who.peers(), all));
  }
}
