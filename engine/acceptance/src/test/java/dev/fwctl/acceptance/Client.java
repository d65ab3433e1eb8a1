package dev.fwctl.acceptance;

import dev.fwctl.model.Family;

/**
 * Somebody outside who wants something from the hosts, with an address of each family.
 *
 * <p>The policies of the tests know them by the names that {@link Fleet} declares as sources.
 */
record Client(String name, String ipv4, String ipv6) {
  /** In the source {@code office}. */
  static final Client OFFICE = new Client("office", "203.0.113.5", "2001:db8:7::5");

  /** In the source {@code banned}, and in {@code office} as well. */
  static final Client BANNED = new Client("banned", "203.0.113.66", "2001:db8:7::66");

  /** In the source {@code monitors}. */
  static final Client MONITOR = new Client("monitor", "198.51.100.7", "2001:db8:9::7");

  /** In no source. */
  static final Client STRANGER = new Client("stranger", "198.51.100.66", "2001:db8:666::66");

  /** In the source {@code faraway}: the way back to it takes only small packets. */
  static final Client FARAWAY = new Client("faraway", "192.0.2.5", "2001:db8:ffff::5");

  /** In the source {@code neighbour}: on the same network as the hosts. */
  static final Client NEIGHBOUR = new Client("neighbour", "10.90.0.3", "fd00:90::3");

  String address(Family family) {
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }
}
