package dev.fwctl.model.netfilter;

import java.util.Map;
import java.util.Optional;

/**
 * ICMP types as people and iptables write them.
 *
 * <p>Source of the names: iptables-extensions(8), "icmp" and "icmp6", as {@code iptables -p icmp
 * -h} lists them.
 */
final class IcmpTypeNames {
  private static final Map<String, Match.IcmpType> IPV4 =
      Map.ofEntries(
          entry("echo-reply", 0, -1),
          entry("pong", 0, -1),
          entry("destination-unreachable", 3, -1),
          entry("network-unreachable", 3, 0),
          entry("host-unreachable", 3, 1),
          entry("protocol-unreachable", 3, 2),
          entry("port-unreachable", 3, 3),
          entry("fragmentation-needed", 3, 4),
          entry("source-quench", 4, -1),
          entry("redirect", 5, -1),
          entry("echo-request", 8, -1),
          entry("ping", 8, -1),
          entry("router-advertisement", 9, -1),
          entry("router-solicitation", 10, -1),
          entry("time-exceeded", 11, -1),
          entry("ttl-exceeded", 11, -1),
          entry("parameter-problem", 12, -1),
          entry("timestamp-request", 13, -1),
          entry("timestamp-reply", 14, -1),
          entry("address-mask-request", 17, -1),
          entry("address-mask-reply", 18, -1));

  private static final Map<String, Match.IcmpType> IPV6 =
      Map.ofEntries(
          entry("destination-unreachable", 1, -1),
          entry("no-route", 1, 0),
          entry("communication-prohibited", 1, 1),
          entry("address-unreachable", 1, 3),
          entry("port-unreachable", 1, 4),
          entry("packet-too-big", 2, -1),
          entry("time-exceeded", 3, -1),
          entry("ttl-exceeded", 3, -1),
          entry("parameter-problem", 4, -1),
          entry("echo-request", 128, -1),
          entry("ping", 128, -1),
          entry("echo-reply", 129, -1),
          entry("pong", 129, -1),
          entry("router-solicitation", 133, -1),
          entry("router-advertisement", 134, -1),
          entry("neighbour-solicitation", 135, -1),
          entry("neighbor-solicitation", 135, -1),
          entry("neighbour-advertisement", 136, -1),
          entry("neighbor-advertisement", 136, -1),
          entry("redirect", 137, -1));

  private IcmpTypeNames() {}

  private static Map.Entry<String, Match.IcmpType> entry(String name, int type, int code) {
    return Map.entry(name, new Match.IcmpType(false, type, code));
  }

  /** Reads {@code TYPE}, {@code TYPE/CODE} or a name; nothing if it is none of these. */
  static Optional<Match.IcmpType> parse(boolean ipv6, String text) {
    Match.IcmpType named = (ipv6 ? IPV6 : IPV4).get(text);
    if (named != null) {
      return Optional.of(named);
    }
    int slash = text.indexOf('/');
    Optional<Integer> type = number(slash < 0 ? text : text.substring(0, slash));
    Optional<Integer> code = slash < 0 ? Optional.of(-1) : number(text.substring(slash + 1));
    return type.flatMap(known -> code.map(also -> new Match.IcmpType(false, known, also)));
  }

  private static Optional<Integer> number(String digits) {
    if (!digits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(digits) > 255) {
      return Optional.empty();
    }
    return Optional.of(Integer.parseInt(digits));
  }
}
