package dev.fwctl.lab;

import dev.fwctl.model.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code ip} is told in each namespace, and the kernel settings of each.
 *
 * @param settings lines of a path below /proc/sys and a value
 * @param batch commands for ip
 * @param rulesIpv4 commands for {@code ip -4}, where the words do not tell the family
 * @param rulesIpv6 commands for {@code ip -6}
 */
record NetworkPlan(
    List<String> settings, List<String> batch, List<String> rulesIpv4, List<String> rulesIpv6) {
  /** The clients' routing table for what they send as a neighbour of the hosts. */
  private static final int NEIGHBOUR_TABLE = 999;

  /** Where the clients' routing tables begin that go through one host, numbered as the hosts. */
  private static final int FIRST_HOST_TABLE = 1000;

  private static final String WIDE_ROUTER_IPV4 = "10.91.0.1";
  private static final String WIDE_CLIENTS_IPV4 = "10.91.0.2";
  private static final String NARROW_ROUTER_IPV4 = "10.91.0.5";
  private static final String NARROW_CLIENTS_IPV4 = "10.91.0.6";
  private static final String WIDE_ROUTER_IPV6 = "fd00:91::1";
  private static final String WIDE_CLIENTS_IPV6 = "fd00:91::2";
  private static final String NARROW_ROUTER_IPV6 = "fd00:91:1::1";
  private static final String NARROW_CLIENTS_IPV6 = "fd00:91:1::2";

  // Duplicate address detection would hold up every new address for a second or two.
  NetworkPlan {
    settings = List.copyOf(settings);
    batch = List.copyOf(batch);
    rulesIpv4 = List.copyOf(rulesIpv4);
    rulesIpv6 = List.copyOf(rulesIpv6);
  }

  /** Returns the plan of the router, which also makes the links of all others. */
  static NetworkPlan router(Layout layout, List<LabHost> hosts) {
    List<String> batch = new ArrayList<>();
    batch.add("link set lo up");
    batch.add("link add br0 type bridge");
    batch.add("link set br0 up");
    batch.add(address(AddressPlan.ROUTER_IPV4, AddressPlan.HOSTS_LENGTH_IPV4, "br0"));
    batch.add(address(AddressPlan.ROUTER_IPV6, AddressPlan.HOSTS_LENGTH_IPV6, "br0"));
    port(batch, "controller", layout.namespace(Layout.CONTROLLER));
    port(batch, "clients", layout.namespace(Layout.CLIENTS));
    for (LabHost host : hosts) {
      port(batch, "host" + host.number(), layout.namespace(host.name()));
    }
    String clients = layout.namespace(Layout.CLIENTS);
    batch.add("link add wide type veth peer name wide netns " + clients);
    batch.add(
        "link add narrow mtu %1$d type veth peer name narrow mtu %1$d netns %2$s"
            .formatted(AddressPlan.NARROW_MTU, clients));
    ends(batch, WIDE_ROUTER_IPV4, WIDE_ROUTER_IPV6, "wide");
    ends(batch, NARROW_ROUTER_IPV4, NARROW_ROUTER_IPV6, "narrow");
    for (String range : AddressPlan.CLIENT_RANGES) {
      batch.add(
          "route add %s via %s"
              .formatted(range, isIpv6(range) ? WIDE_CLIENTS_IPV6 : WIDE_CLIENTS_IPV4));
    }
    for (String range : AddressPlan.NARROW_RANGES) {
      batch.add(
          "route add %s via %s"
              .formatted(range, isIpv6(range) ? NARROW_CLIENTS_IPV6 : NARROW_CLIENTS_IPV4));
    }
    return new NetworkPlan(
        List.of(
            "net/ipv6/conf/default/accept_dad 0",
            "net/ipv4/ip_forward 1",
            "net/ipv6/conf/all/forwarding 1",
            "net/ipv4/conf/all/rp_filter 0",
            "net/ipv4/conf/default/rp_filter 0"),
        batch,
        List.of(),
        List.of());
  }

  static NetworkPlan controller() {
    List<String> batch = new ArrayList<>();
    member(batch, AddressPlan.CONTROLLER_IPV4, AddressPlan.CONTROLLER_IPV6);
    return new NetworkPlan(List.of("net/ipv6/conf/eth0/accept_dad 0"), batch, List.of(), List.of());
  }

  static NetworkPlan host(LabHost host) {
    List<String> batch = new ArrayList<>();
    member(batch, host.ipv4(), host.ipv6());
    return new NetworkPlan(List.of("net/ipv6/conf/eth0/accept_dad 0"), batch, List.of(), List.of());
  }

  /**
   * Returns the plan of the clients: every address of the client ranges is theirs; what is marked
   * with the number of a host goes through that host instead of the router.
   */
  static NetworkPlan clients(List<LabHost> hosts) {
    List<String> batch = new ArrayList<>();
    List<String> rulesIpv4 = new ArrayList<>();
    List<String> rulesIpv6 = new ArrayList<>();
    batch.add("link set lo up");
    batch.add("link set eth0 up");
    batch.add("addr add %s/32 dev eth0".formatted(AddressPlan.NEIGHBOUR_IPV4));
    batch.add("addr add %s/128 dev eth0 nodad".formatted(AddressPlan.NEIGHBOUR_IPV6));
    batch.add("route add 10.90.0.0/16 dev eth0 table " + NEIGHBOUR_TABLE);
    batch.add("route add fd00:90::/64 dev eth0 table " + NEIGHBOUR_TABLE);
    ends(batch, WIDE_CLIENTS_IPV4, WIDE_CLIENTS_IPV6, "wide");
    ends(batch, NARROW_CLIENTS_IPV4, NARROW_CLIENTS_IPV6, "narrow");
    batch.add("route add default via " + WIDE_ROUTER_IPV4);
    batch.add("route add default via " + WIDE_ROUTER_IPV6);
    for (String range : AddressPlan.CLIENT_RANGES) {
      batch.add("route add local %s dev lo".formatted(range));
    }
    for (String range : AddressPlan.NARROW_RANGES) {
      batch.add("route add local %s dev lo".formatted(range));
    }
    for (LabHost host : hosts) {
      int table = FIRST_HOST_TABLE + host.number();
      batch.add("route add default via %s dev eth0 onlink table %d".formatted(host.ipv4(), table));
      batch.add("route add default via %s dev eth0 onlink table %d".formatted(host.ipv6(), table));
      String rule = "rule add fwmark %d table %d".formatted(host.number(), table);
      rulesIpv4.add(rule);
      rulesIpv6.add(rule);
    }
    rulesIpv4.add(
        "rule add from %s table %d".formatted(AddressPlan.NEIGHBOUR_IPV4, NEIGHBOUR_TABLE));
    rulesIpv6.add(
        "rule add from %s table %d".formatted(AddressPlan.NEIGHBOUR_IPV6, NEIGHBOUR_TABLE));
    return new NetworkPlan(
        List.of(
            "net/ipv6/conf/eth0/accept_dad 0",
            "net/ipv6/conf/wide/accept_dad 0",
            "net/ipv6/conf/narrow/accept_dad 0",
            "net/ipv6/ip_nonlocal_bind 1",
            "net/ipv4/conf/all/rp_filter 0",
            "net/ipv4/conf/eth0/rp_filter 0",
            "net/ipv4/conf/wide/rp_filter 0",
            "net/ipv4/conf/narrow/rp_filter 0",
            "net/ipv4/conf/eth0/arp_announce 2"),
        batch,
        rulesIpv4,
        rulesIpv6);
  }

  private static void member(List<String> batch, IpAddress ipv4, IpAddress ipv6) {
    batch.add("link set lo up");
    batch.add("link set eth0 up");
    batch.add(address(ipv4, AddressPlan.HOSTS_LENGTH_IPV4, "eth0"));
    batch.add(address(ipv6, AddressPlan.HOSTS_LENGTH_IPV6, "eth0"));
    batch.add("route add default via " + AddressPlan.ROUTER_IPV4);
    batch.add("route add default via " + AddressPlan.ROUTER_IPV6);
  }

  private static void port(List<String> batch, String name, String namespace) {
    batch.add("link add %s type veth peer name eth0 netns %s".formatted(name, namespace));
    batch.add("link set %s master br0 up".formatted(name));
  }

  private static void ends(List<String> batch, String ipv4, String ipv6, String link) {
    batch.add("link set %s up".formatted(link));
    batch.add("addr add %s/30 dev %s".formatted(ipv4, link));
    batch.add("addr add %s/64 dev %s nodad".formatted(ipv6, link));
  }

  private static String address(IpAddress address, int length, String link) {
    return "addr add %s/%d dev %s%s"
        .formatted(address, length, link, isIpv6(address.toString()) ? " nodad" : "");
  }

  private static boolean isIpv6(String text) {
    return text.indexOf(':') >= 0;
  }
}
