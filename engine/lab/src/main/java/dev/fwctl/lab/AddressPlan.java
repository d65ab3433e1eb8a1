package dev.fwctl.lab;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import java.util.List;

/**
 * The addresses of a lab, the same in each: labs are not joined to anything.
 *
 * <p>Hosts and the controller share one network with a router, which is their default route. The
 * clients are behind the router, with the ranges that RFC 5737, RFC 2544 and RFC 3849 set aside,
 * and send from any address in them. The way back to {@link #NARROW_IPV4} and {@link #NARROW_IPV6}
 * takes packets of at most {@link #NARROW_MTU} bytes.
 */
final class AddressPlan {
  static final IpAddress ROUTER_IPV4 = IpAddress.of("10.90.0.1");
  static final IpAddress ROUTER_IPV6 = IpAddress.of("fd00:90::1");
  static final IpAddress CONTROLLER_IPV4 = IpAddress.of("10.90.0.2");
  static final IpAddress CONTROLLER_IPV6 = IpAddress.of("fd00:90::2");

  /** The clients' own place in the network of the hosts, for routes that go past the router. */
  static final IpAddress NEIGHBOUR_IPV4 = IpAddress.of("10.90.0.3");

  static final IpAddress NEIGHBOUR_IPV6 = IpAddress.of("fd00:90::3");
  static final int HOSTS_LENGTH_IPV4 = 16;
  static final int HOSTS_LENGTH_IPV6 = 64;

  static final String NARROW_IPV4 = "192.0.2.0/24";
  static final String NARROW_IPV6 = "2001:db8:ffff::/48";
  static final int NARROW_MTU = 1300;

  /** Where clients send from. */
  static final List<String> CLIENT_RANGES =
      List.of("198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32");

  static final List<String> NARROW_RANGES = List.of(NARROW_IPV4, NARROW_IPV6);

  private AddressPlan() {}

  /**
   * Returns the IPv4 address of a host.
   *
   * @param number counted from 1
   */
  static IpAddress hostIpv4(int number) {
    return new IpAddress(Family.IPV4, 0, IpAddress.of("10.90.1.0").low() + number);
  }

  /** Returns the IPv6 address of a host, counted from 1. */
  static IpAddress hostIpv6(int number) {
    IpAddress base = IpAddress.of("fd00:90::1:0");
    return new IpAddress(Family.IPV6, base.high(), base.low() + number);
  }

  /** Tells whether the clients can send from an address. */
  static boolean isClient(IpAddress address) {
    return address.equals(NEIGHBOUR_IPV4)
        || address.equals(NEIGHBOUR_IPV6)
        || CLIENT_RANGES.stream().anyMatch(range -> contains(range, address))
        || NARROW_RANGES.stream().anyMatch(range -> contains(range, address));
  }

  private static boolean contains(String range, IpAddress address) {
    return IpPrefix.parse(range).orElseThrow().contains(address);
  }
}
