package dev.fwctl.acceptance.differential;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.NamedSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The network of a Docker host, drawn at random: links to outside, bridges with containers behind
 * them, addresses and routes of both families.
 *
 * @param commands what makes it, for {@code ip -batch}, on a host that has {@link #DEVICES}
 */
record Topology(List<String> commands) {
  /** As {@link Wire} names them: links, and bridges each with one port. */
  static final List<String> DEVICES =
      List.of("eth0", "eth1", "eth77", "other0", "veth0=docker0", "veth1=br-77");

  private static final List<String> LINKS = List.of("eth0", "eth1", "eth77", "other0");
  private static final List<String> BRIDGES = List.of("docker0", "br-77");

  /** Each link may have one of each family or none; the first one always has the first. */
  private static final List<String> OUTSIDE_IPV4 =
      List.of("192.0.2.11/24", "192.0.2.11/28", "198.51.100.1/25", "10.7.7.7/8", "203.0.113.9/31");

  private static final List<String> OUTSIDE_IPV6 =
      List.of("2001:db8::11/64", "2001:db8:1::1/127", "2001:db8:7::1/48", "2001:db8:5::5/128");

  private static final List<String> WAYS =
      List.of(
          "0.0.0.0/0",
          "203.0.113.0/25",
          "198.51.100.7/32",
          "172.17.0.128/25",
          "172.18.0.0/24",
          "::/0",
          "2001:db8:9::/48",
          "2001:db8:7::5/128",
          "fd00:17::/120");

  Topology {
    commands = List.copyOf(commands);
  }

  static Topology draw(Random random) {
    List<String> commands = new ArrayList<>();
    List<String> ipv4 = new ArrayList<>(OUTSIDE_IPV4);
    List<String> ipv6 = new ArrayList<>(OUTSIDE_IPV6);
    for (String device : LINKS) {
      boolean first = device.equals("eth0");
      if (first || random.nextInt(3) > 0) {
        commands.add(address(ipv4.remove(first ? 0 : random.nextInt(ipv4.size())), device));
      }
      if (first || random.nextInt(3) > 0) {
        commands.add(address(ipv6.remove(first ? 0 : random.nextInt(ipv6.size())), device));
      }
    }
    for (String bridge : BRIDGES) {
      String number = bridge.equals("docker0") ? "17" : "18";
      commands.add(address("172." + number + ".0.1/16", bridge));
      if (random.nextBoolean()) {
        commands.add(address("fd00:" + number + "::1/64", bridge));
      }
    }
    List<String> devices = new ArrayList<>(LINKS);
    devices.addAll(BRIDGES);
    for (String way : WAYS) {
      route(random, devices, way).forEach(commands::add);
    }
    return new Topology(commands);
  }

  private static String address(String address, String device) {
    return "addr add " + address + " dev " + device + (address.contains(":") ? " nodad" : "");
  }

  /** Most hosts have a default route; of two routes to one place the kernel prefers one. */
  private static List<String> route(Random random, List<String> devices, String way) {
    boolean outward = way.endsWith("/0");
    if (outward ? random.nextInt(8) == 0 : random.nextBoolean()) {
      return List.of();
    }
    String device = outward ? "eth0" : devices.get(random.nextInt(devices.size()));
    String one = "route replace " + way + " dev " + device;
    return random.nextInt(10) > 0
        ? List.of(one)
        : List.of(one, "route append " + way + " dev other0 metric 4000");
  }

  /** Returns addresses that packets may come from and go to. */
  static List<IpAddress> addresses(Family family) {
    String words =
        family == Family.IPV4
            ? "192.0.2.11 192.0.2.1 192.0.2.255 172.17.0.1 172.17.0.2 172.18.0.2 203.0.113.5"
                + " 198.51.100.7 10.7.7.7 127.0.0.1 224.0.0.1"
            : "2001:db8::11 2001:db8:1::1 fd00:17::1 fd00:17::2 fd00:18::2 2001:db8:7::5"
                + " 2001:db8:9::9 ::1 ff02::1";
    return addressesOf(words);
  }

  /** Returns addresses that destination NAT leads to. */
  static List<IpAddress> targets(Family family) {
    return addressesOf(
        family == Family.IPV4
            ? "172.17.0.2 172.18.0.2 127.0.0.1 203.0.113.5"
            : "fd00:17::2 2001:db8::11 2001:db8:9::9");
  }

  /** Returns the address sets that rules may name. */
  static List<NamedSet> sets(Family family) {
    Stream<String> members =
        family == Family.IPV4
            ? Stream.of("203.0.113.0/24", "172.17.0.0/30", "10.7.7.7")
            : Stream.of("2001:db8:7::/48", "fd00:17::/126", "2001:db8::11");
    return List.of(
        new NamedSet(
            family == Family.IPV4 ? "office" : "office6",
            family,
            AddressSet.ofPrefixes(members.map(IpPrefix::of).toList())));
  }

  private static List<IpAddress> addressesOf(String words) {
    return List.of(words.split(" ")).stream().map(IpAddress::of).toList();
  }
}
