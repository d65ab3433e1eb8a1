package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Interfaces, addresses and routes of a host.
 *
 * @param hostname the name that the host gives itself
 * @param interfaces its network interfaces
 * @param routes the routes of its main tables
 * @param ipv6 whether its kernel speaks IPv6
 */
public record NetworkFacts(
    String hostname, List<NetworkInterface> interfaces, List<Route> routes, boolean ipv6)
    implements Fact {
  public NetworkFacts {
    requireNonNull(hostname, "hostname is null");
    interfaces = List.copyOf(interfaces);
    routes = List.copyOf(routes);
  }

  /**
   * A network interface.
   *
   * @param name its name
   * @param kind the kernel's word for its kind, such as {@code bridge}, {@code veth}, {@code
   *     loopback}; empty for a plain one
   * @param up whether it is up
   * @param addresses its addresses
   */
  public record NetworkInterface(
      String name, String kind, boolean up, List<InterfaceAddress> addresses) {
    /** What leads to the host itself and what is on it. */
    private static final Set<String> INSIDE = Set.of("loopback", "bridge", "veth", "dummy", "ifb");

    public NetworkInterface {
      requireNonNull(name, "name is null");
      requireNonNull(kind, "kind is null");
      addresses = List.copyOf(addresses);
    }

    /** Tells whether, by its name and kind, it leads to what is on the host, not outside. */
    public boolean leadsInside() {
      return name.equals("lo") || INSIDE.contains(kind);
    }

    /** Returns its addresses of a family that others than neighbours can dial. */
    public AddressSet dialledFromAfar(Family family) {
      return AddressSet.ofPrefixes(
          addresses.stream()
              .map(InterfaceAddress::address)
              .filter(address -> address.family() == family && !address.isLinkLocal())
              .map(IpPrefix::single)
              .toList());
    }
  }

  /**
   * An address of an interface.
   *
   * @param address the address itself
   * @param prefixLength the length of the network it is in
   */
  public record InterfaceAddress(IpAddress address, int prefixLength) {
    public InterfaceAddress {
      requireNonNull(address, "address is null");
    }

    @Override
    public String toString() {
      return address + "/" + prefixLength;
    }
  }

  /**
   * A route.
   *
   * @param destination where to; all zeros and length 0 for a default route
   * @param gateway the next hop, when there is one
   * @param interfaceName the interface it leaves by
   */
  public record Route(IpPrefix destination, Optional<IpAddress> gateway, String interfaceName) {
    public Route {
      requireNonNull(destination, "destination is null");
      requireNonNull(gateway, "gateway is null");
      requireNonNull(interfaceName, "interfaceName is null");
    }

    public boolean isDefault() {
      return destination.length() == 0;
    }
  }

  /**
   * Returns the interfaces that face the world, which are those with a default route in either
   * family.
   */
  public SortedSet<String> facingOutside() {
    SortedSet<String> names = new TreeSet<>();
    for (Route route : routes) {
      if (route.isDefault() && !route.interfaceName().equals("lo")) {
        names.add(route.interfaceName());
      }
    }
    return names;
  }
}
