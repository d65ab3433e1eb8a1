package dev.fwctl.core.exposure;

import dev.fwctl.analysis.Routing;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The world as a host sees it: by which interfaces it comes in, and from which addresses.
 *
 * <p>A packet is taken to come in where the host's own routes lead back to its source: what comes
 * in elsewhere gets no answer there.
 */
final class Outside {
  /** Addresses that routers of the internet take. Source: IANA's registries of special purposes. */
  private static final AddressSet PUBLIC =
      AddressSet.of(IpPrefix.of("0.0.0.0/0"), IpPrefix.of("2000::/3"))
          .minus(
              AddressSet.of(
                  IpPrefix.of("0.0.0.0/8"),
                  IpPrefix.of("10.0.0.0/8"),
                  IpPrefix.of("100.64.0.0/10"),
                  IpPrefix.of("127.0.0.0/8"),
                  IpPrefix.of("169.254.0.0/16"),
                  IpPrefix.of("172.16.0.0/12"),
                  IpPrefix.of("192.168.0.0/16"),
                  IpPrefix.of("224.0.0.0/3")));

  private static final Map<Family, BigInteger> PUBLIC_SIZES =
      Map.of(Family.IPV4, size(PUBLIC.of(Family.IPV4)), Family.IPV6, size(PUBLIC.of(Family.IPV6)));

  /** The most public addresses of a family that are taken for one organisation's. */
  private static final Map<Family, BigInteger> SOME =
      Map.of(Family.IPV4, BigInteger.TWO.pow(16), Family.IPV6, BigInteger.TWO.pow(128 - 32));

  private final SortedMap<String, NetworkInterface> interfaces = new TreeMap<>();
  private final Routing routing;
  private final Map<Family, AddressSet> own = new EnumMap<>(Family.class);
  private final Map<Family, AddressSet> local = new EnumMap<>(Family.class);
  private final Map<AddressSet, Severity> severities = new HashMap<>();
  private final Map<Family, SortedMap<String, AddressSet>> sources = new EnumMap<>(Family.class);
  private final Map<Family, AddressSet> all = new EnumMap<>(Family.class);

  /** Where nothing comes from, family by family. */
  private final Map<Family, AddressSet> gaps = new EnumMap<>(Family.class);

  /**
   * Creates one.
   *
   * @param bridges the bridges of Docker's networks
   */
  Outside(NetworkFacts network, Set<String> bridges) {
    this.routing = new Routing(network);
    SortedSet<String> withDefaultRoute = network.facingOutside();
    for (NetworkInterface one : network.interfaces()) {
      // Unless a default route leaves by it.
      boolean inside = one.leadsInside() || bridges.contains(one.name());
      if (one.up()
          && !one.name().equals("lo")
          && (withDefaultRoute.contains(one.name()) || !inside && !one.addresses().isEmpty())) {
        interfaces.put(one.name(), one);
      }
    }
    for (Family family : Family.values()) {
      own.put(family, addresses(List.copyOf(interfaces.values()), family));
      local.put(
          family,
          addresses(network.interfaces().stream().filter(NetworkInterface::up).toList(), family));
      SortedMap<String, AddressSet> found = findSources(family);
      sources.put(family, found);
      AddressSet every = found.values().stream().reduce(AddressSet.none(), AddressSet::union);
      all.put(family, every);
      gaps.put(family, AddressSet.of(IpPrefix.everything(family)).minus(every));
    }
  }

  SortedSet<String> names() {
    return new TreeSet<>(interfaces.keySet());
  }

  Routing routing() {
    return routing;
  }

  /** Returns the addresses by which the host faces outside. */
  AddressSet own(Family family) {
    return own.getOrDefault(family, AddressSet.none());
  }

  /** Returns all addresses of the host that are not only for itself. */
  AddressSet local(Family family) {
    return local.getOrDefault(family, AddressSet.none());
  }

  private static AddressSet addresses(List<NetworkInterface> interfaces, Family family) {
    return AddressSet.ofPrefixes(
        interfaces.stream()
            .flatMap(one -> one.addresses().stream())
            .map(InterfaceAddress::address)
            .filter(address -> address.family() == family && !address.isLoopback())
            .map(IpPrefix::single)
            .toList());
  }

  /** Returns the addresses that packets come from, by the interfaces that they come in by. */
  SortedMap<String, AddressSet> sources(Family family) {
    return sources.getOrDefault(family, new TreeMap<>());
  }

  private SortedMap<String, AddressSet> findSources(Family family) {
    AddressSet nothingComesFrom = local(family).union(AddressSet.loopback());
    SortedMap<String, AddressSet> found = new TreeMap<>();
    routing
        .towards(family)
        .forEach(
            (names, addresses) -> {
              for (String name : names) {
                if (interfaces.containsKey(name)) {
                  found.merge(name, addresses.minus(nothingComesFrom), AddressSet::union);
                }
              }
            });
    return found;
  }

  /** Returns the addresses that packets come from, by whichever interface. */
  AddressSet all(Family family) {
    return all.getOrDefault(family, AddressSet.none());
  }

  /**
   * Returns a set of sources without the gaps in it from which nothing comes, such as the host's
   * own addresses: nobody would look for them.
   */
  AddressSet shortened(AddressSet sources, Family family) {
    if (sources.isEmpty()) {
      return sources;
    }
    AddressSet shortened = sources;
    for (AddressRange gap : gaps.getOrDefault(family, AddressSet.none()).ranges()) {
      boolean begins = gap.first().previous().map(sources::contains).orElse(true);
      boolean ends = gap.last().next().map(sources::contains).orElse(true);
      if (begins && ends) {
        shortened = shortened.union(new AddressSet(List.of(gap)));
      }
    }
    return shortened;
  }

  /** Tells whether an address can be reached from afar though the host does not have it. */
  static boolean isPublic(IpAddress address) {
    return PUBLIC.contains(address);
  }

  /** Tells how bad it is that some addresses reach something. */
  Severity severity(AddressSet sources) {
    return severities.computeIfAbsent(sources, Outside::severityOf);
  }

  private static Severity severityOf(AddressSet sources) {
    Severity severity = sources.isEmpty() ? Severity.NOBODY : Severity.PRIVATE;
    for (Family family : Family.values()) {
      AddressSet open = sources.of(family).intersect(PUBLIC);
      if (!open.isEmpty()) {
        BigInteger size = size(open);
        BigInteger most = PUBLIC_SIZES.getOrDefault(family, size);
        Severity found =
            size.shiftLeft(1).compareTo(most) >= 0
                ? Severity.EVERYONE
                : size.compareTo(SOME.getOrDefault(family, most)) > 0
                    ? Severity.MANY
                    : Severity.SOME;
        severity = found.compareTo(severity) < 0 ? found : severity;
      }
    }
    return severity;
  }

  private static BigInteger size(AddressSet addresses) {
    return addresses.ranges().stream()
        .map(range -> number(range.last()).subtract(number(range.first())).add(BigInteger.ONE))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static BigInteger number(IpAddress address) {
    return new BigInteger(Long.toUnsignedString(address.high()))
        .shiftLeft(Long.SIZE)
        .add(new BigInteger(Long.toUnsignedString(address.low())));
  }
}
