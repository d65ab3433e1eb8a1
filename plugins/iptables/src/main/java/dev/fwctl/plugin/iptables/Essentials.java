package dev.fwctl.plugin.iptables;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.Match;
import java.util.ArrayList;
import java.util.List;

/**
 * Packets that a host can't live without and that no policy keeps from it.
 *
 * <p>Sources: RFC 4890 section 4.4.1 for ICMPv6, RFC 1122 section 3.2.2 for ICMP, RFC 2131 section
 * 4.1 and RFC 8415 section 7.2 for the ports of DHCP.
 */
final class Essentials {
  private static final IpPrefix LINK_LOCAL = IpPrefix.of("fe80::/10");

  private Essentials() {}

  /**
   * One kind of packet.
   *
   * @param matches what makes a packet one of the kind
   * @param comment what it is, for the comment on the rule
   */
  record Essential(List<Match> matches, String comment) {
    private static Essential of(String what, Match... matches) {
      return new Essential(List.of(matches), Comments.essential(what));
    }
  }

  /** Returns what must get to a host from outside. */
  static List<Essential> inbound(Family family) {
    List<Essential> essentials = new ArrayList<>(errors(family));
    essentials.addAll(neighbourhood(family));
    essentials.add(
        family == Family.IPV4
            ? Essential.of("DHCP client", udp(), from(67), to(68))
            : Essential.of(
                "DHCPv6 client",
                udp(),
                new Match.SourceAddress(false, LINK_LOCAL),
                new Match.DestinationAddress(false, LINK_LOCAL),
                to(546)));
    return essentials;
  }

  /** Returns what a host must be able to send. */
  static List<Essential> outbound(Family family) {
    List<Essential> essentials = new ArrayList<>(errors(family));
    essentials.addAll(neighbourhood(family));
    essentials.add(
        family == Family.IPV4
            ? Essential.of("DHCP client", udp(), from(68), to(67))
            : Essential.of(
                "DHCPv6 client",
                udp(),
                new Match.SourceAddress(false, LINK_LOCAL),
                from(546),
                to(547)));
    return essentials;
  }

  /** Returns what tells a sender that a packet did not arrive, path MTU discovery among it. */
  static List<Essential> errors(Family family) {
    return family == Family.IPV4
        ? List.of(
            icmp("destination unreachable", 3),
            icmp("time exceeded", 11),
            icmp("parameter problem", 12))
        : List.of(
            icmpv6("destination unreachable", 1),
            icmpv6("packet too big", 2),
            icmpv6("time exceeded", 3),
            icmpv6("parameter problem", 4));
  }

  private static List<Essential> neighbourhood(Family family) {
    return family == Family.IPV4
        ? List.of(Essential.of("multicast membership", new Match.Protocol(false, "igmp")))
        : List.of(
            icmpv6("multicast listener query", 130),
            icmpv6("multicast listener report", 131),
            icmpv6("multicast listener done", 132),
            icmpv6("router solicitation", 133),
            icmpv6("router advertisement", 134),
            icmpv6("neighbour solicitation", 135),
            icmpv6("neighbour advertisement", 136),
            icmpv6("multicast listener report v2", 143));
  }

  private static Essential icmp(String what, int type) {
    return Essential.of(
        what, new Match.Protocol(false, "icmp"), new Match.IcmpType(false, type, -1));
  }

  private static Essential icmpv6(String what, int type) {
    return Essential.of(
        what, new Match.Protocol(false, "ipv6-icmp"), new Match.IcmpType(false, type, -1));
  }

  private static Match udp() {
    return new Match.Protocol(false, "udp");
  }

  private static Match from(int port) {
    return new Match.SourcePort(false, PortRange.single(port));
  }

  private static Match to(int port) {
    return new Match.DestinationPort(false, PortRange.single(port));
  }
}
