package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
      return Set.of(
          isLocal(address)
              ? "LOCAL"
              : MULTICAST_IPV4.contains(address)
                  ? "MULTICAST"
                  : isBroadcast(address) ? "BROADCAST" : "UNICAST");
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
   * Returns the interfaces that packets for an address leave by: none if no route leads there,
   * several if it is not known which of these routes the kernel takes.
   */
  public Set<String> interfacesTowards(IpAddress address) {
    int longest = -1;
    Set<String> names = new TreeSet<>();
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
    return address.isLoopback()
        || network.interfaces().stream()
            .filter(NetworkInterface::up)
            .flatMap(candidate -> candidate.addresses().stream())
            .anyMatch(own -> own.address().equals(address));
  }

  private boolean isBroadcast(IpAddress address) {
    return address.equals(BROADCAST)
        || network.interfaces().stream()
            .filter(NetworkInterface::up)
            .flatMap(candidate -> candidate.addresses().stream())
            .filter(own -> own.address().family() == Family.IPV4 && own.prefixLength() < 31)
            .map(own -> IpPrefix.containing(own.address(), own.prefixLength()).last())
            .anyMatch(address::equals);
  }
}
