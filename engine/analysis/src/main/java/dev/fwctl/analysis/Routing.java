package dev.fwctl.analysis;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Where a host sends packets, as far as its addresses and routes say. */
public final class Routing {
  private static final IpPrefix MULTICAST_IPV4 = IpPrefix.of("224.0.0.0/4");
  private static final IpPrefix MULTICAST_IPV6 = IpPrefix.of("ff00::/8");
  private static final IpAddress BROADCAST = IpAddress.of("255.255.255.255");

  private final NetworkFacts network;

  public Routing(NetworkFacts network) {
    this.network = network;
  }

  /**
   * Returns what an address is to the host, by the names of iptables.
   *
   * <p>Of IPv6 an address has a type by its form and may have one by the routes. Source:
   * inet_addr_type and ipv6_addr_type of the kernel.
   */
  Set<String> types(IpAddress address) {
    if (address.family() == Family.IPV4) {
      // Of the loopback network, too, the last address is for all.
      return Set.of(
          isOwn(address)
              ? "LOCAL"
              : isBroadcast(address)
                  ? "BROADCAST"
                  : isLocal(address)
                      ? "LOCAL"
                      : MULTICAST_IPV4.contains(address) ? "MULTICAST" : "UNICAST");
    }
    if (MULTICAST_IPV6.contains(address)) {
      return Set.of("MULTICAST");
    }
    return isLocal(address) ? Set.of("LOCAL", "UNICAST") : Set.of("UNICAST");
  }

  /** Tells whether packets for an address end in the host, whoever listens. */
  boolean endsHere(IpAddress address) {
    Set<String> types = types(address);
    return types.contains("LOCAL") || types.contains("BROADCAST") || types.contains("MULTICAST");
  }

  /**
   * Addresses that are the same to the host.
   *
   * @param addresses the addresses
   * @param types what they are, as {@link #types} says
   */
  record Region(AddressSet addresses, Set<String> types) {}

  /** Returns all addresses of a family by what they are to the host. */
  List<Region> regions(Family family) {
    AddressSet rest = AddressSet.of(IpPrefix.everything(family));
    AddressSet own = own(family);
    AddressSet local = local(family);
    AddressSet multicast = AddressSet.of(family == Family.IPV4 ? MULTICAST_IPV4 : MULTICAST_IPV6);
    List<AddressSet> kinds =
        family == Family.IPV4
            ? List.of(own, broadcast(), local, multicast, rest)
            : List.of(multicast, local, rest);
    List<Region> regions = new ArrayList<>();
    for (AddressSet kind : kinds) {
      AddressSet here = kind.intersect(rest);
      rest = rest.minus(here);
      if (!here.isEmpty()) {
        regions.add(new Region(here, types(here.ranges().getFirst().first())));
      }
    }
    return regions;
  }

  /** Returns the addresses of a family that are the host's own, as {@link #isLocal} says. */
  public AddressSet local(Family family) {
    return own(family).union(AddressSet.loopback().of(family));
  }

  private AddressSet own(Family family) {
    return AddressSet.ofPrefixes(
        own()
            .map(InterfaceAddress::address)
            .filter(address -> address.family() == family)
            .map(IpPrefix::single)
            .toList());
  }

  private AddressSet broadcast() {
    List<IpPrefix> broadcast = new ArrayList<>();
    broadcast.add(IpPrefix.single(BROADCAST));
    broadcasts().forEach(address -> broadcast.add(IpPrefix.single(address)));
    return AddressSet.ofPrefixes(broadcast);
  }

  /**
   * Returns the addresses of a family for which packets end in the host, and to which nobody can
   * connect: those of groups. Source: tcp_v4_conn_request and tcp_v6_conn_request of the kernel.
   */
  public AddressSet groups(Family family) {
    return ending(family).minus(local(family));
  }

  /** Returns the addresses of a family for which packets end in the host, whoever listens. */
  public AddressSet ending(Family family) {
    return regions(family).stream()
        .map(Region::addresses)
        .filter(region -> endsHere(region.ranges().getFirst().first()))
        .reduce(AddressSet.none(), AddressSet::union);
  }

  /**
   * Returns all addresses of a family by the interfaces that packets for them leave by, as {@link
   * #interfacesTowards} says.
   */
  public Map<Set<String>, AddressSet> towards(Family family) {
    Map<IpPrefix, Set<String>> names = new HashMap<>();
    for (Route route : network.routes()) {
      if (route.destination().family() == family) {
        names
            .computeIfAbsent(route.destination(), key -> new TreeSet<>())
            .add(route.interfaceName());
      }
    }
    AddressSet rest = AddressSet.of(IpPrefix.everything(family));
    Map<Set<String>, AddressSet> towards = new LinkedHashMap<>();
    for (AddressSet whole : apart(family)) {
      AddressSet here = whole.intersect(rest);
      rest = rest.minus(here);
      towards.merge(interfacesTowards(whole.ranges().getFirst().first()), here, AddressSet::union);
    }
    List<IpPrefix> longestFirst =
        names.keySet().stream().sorted(Comparator.comparing(IpPrefix::length).reversed()).toList();
    for (IpPrefix prefix : longestFirst) {
      AddressSet here = AddressSet.of(prefix).intersect(rest);
      rest = rest.minus(here);
      towards.merge(names.getOrDefault(prefix, Set.of()), here, AddressSet::union);
    }
    towards.merge(Set.of(), rest, AddressSet::union);
    return towards;
  }

  /** Returns sets of addresses each of which has its interfaces from no route that is known. */
  private List<AddressSet> apart(Family family) {
    return family == Family.IPV4
        ? broadcasts().distinct().map(address -> AddressSet.of(IpPrefix.single(address))).toList()
        : List.of(AddressSet.of(MULTICAST_IPV6));
  }

  /**
   * Returns the interfaces that packets for an address leave by: none if no route leads there,
   * several if it is not known which of these routes the kernel takes.
   *
   * <p>What goes to all in a network leaves by the interface that is in it; for IPv6 groups the
   * kernel has a route by each interface.
   */
  public Set<String> interfacesTowards(IpAddress address) {
    Set<String> names = new TreeSet<>();
    if (MULTICAST_IPV6.contains(address)) {
      network.interfaces().stream()
          .filter(link -> link.up() && !link.name().equals("lo"))
          .forEach(link -> names.add(link.name()));
      return names;
    }
    network.interfaces().stream()
        .filter(link -> link.up() && broadcasts(link).anyMatch(address::equals))
        .forEach(link -> names.add(link.name()));
    if (!names.isEmpty()) {
      return names;
    }
    int longest = -1;
    for (Route route : network.routes()) {
      int length = route.destination().length();
      if (route.destination().contains(address) && length >= longest) {
        if (length > longest) {
          names.clear();
        }
        longest = length;
        names.add(route.interfaceName());
      }
    }
    return names;
  }

  /** Returns the addresses of a family that routes may lead to by an interface, but our own. */
  public AddressSet answeredBy(String name, Family family) {
    return towards(family).entrySet().stream()
        .filter(entry -> entry.getKey().contains(name))
        .map(Map.Entry::getValue)
        .reduce(AddressSet.none(), AddressSet::union)
        .minus(ending(family));
  }

  /** Returns the address to which the kernel redirects what comes in by an interface. */
  Optional<IpAddress> redirectionBehind(String name, Family family) {
    return network.interfaces().stream()
        .filter(candidate -> candidate.name().equals(name))
        .flatMap(candidate -> candidate.addresses().stream())
        .map(InterfaceAddress::address)
        .filter(address -> address.family() == family && !address.isLinkLocal())
        .findFirst();
  }

  /** Tells whether an address is one of the host's own. */
  public boolean isLocal(IpAddress address) {
    return address.isLoopback() || isOwn(address);
  }

  private boolean isOwn(IpAddress address) {
    return own().anyMatch(own -> own.address().equals(address));
  }

  private boolean isBroadcast(IpAddress address) {
    return address.equals(BROADCAST) || broadcasts().anyMatch(address::equals);
  }

  private Stream<IpAddress> broadcasts() {
    return network.interfaces().stream().filter(NetworkInterface::up).flatMap(Routing::broadcasts);
  }

  private static Stream<IpAddress> broadcasts(NetworkInterface link) {
    return link.addresses().stream()
        .filter(own -> own.address().family() == Family.IPV4 && own.prefixLength() < 31)
        .map(own -> IpPrefix.containing(own.address(), own.prefixLength()).last());
  }

  private Stream<InterfaceAddress> own() {
    return network.interfaces().stream()
        .filter(NetworkInterface::up)
        .flatMap(candidate -> candidate.addresses().stream());
  }
}
