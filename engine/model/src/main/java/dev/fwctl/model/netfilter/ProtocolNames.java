package dev.fwctl.model.netfilter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Protocols under one name each, since iptables prints a name or a number depending on whether the
 * host has an {@code /etc/protocols}.
 *
 * <p>Source of the numbers: the IANA registry "Protocol Numbers".
 */
final class ProtocolNames {
  /**
   * A protocol.
   *
   * @param number its number in the IP header
   * @param name its name in the model
   * @param builtIn whether every iptables knows the name by itself
   * @param others further names
   */
  private record Protocol(int number, String name, boolean builtIn, List<String> others) {}

  private static final List<Protocol> PROTOCOLS =
      List.of(
          new Protocol(1, "icmp", true, List.of()),
          new Protocol(2, "igmp", false, List.of()),
          new Protocol(4, "ipip", false, List.of("ipencap", "ipv4")),
          new Protocol(6, "tcp", true, List.of()),
          new Protocol(17, "udp", true, List.of()),
          new Protocol(33, "dccp", false, List.of()),
          new Protocol(41, "ipv6", false, List.of()),
          new Protocol(47, "gre", false, List.of()),
          new Protocol(50, "esp", true, List.of("ipv6-crypt")),
          new Protocol(51, "ah", true, List.of("ipv6-auth")),
          new Protocol(58, "ipv6-icmp", true, List.of("icmpv6", "icmp6")),
          new Protocol(88, "eigrp", false, List.of()),
          new Protocol(89, "ospf", false, List.of("ospfigp")),
          new Protocol(103, "pim", false, List.of()),
          new Protocol(112, "vrrp", false, List.of("carp")),
          new Protocol(115, "l2tp", false, List.of()),
          new Protocol(132, "sctp", true, List.of()),
          new Protocol(135, "ipv6-mh", true, List.of("mh", "mobility-header")),
          new Protocol(136, "udplite", true, List.of()));

  private static final Map<String, Protocol> BY_WORD = byWord();

  private ProtocolNames() {}

  private static Map<String, Protocol> byWord() {
    Map<String, Protocol> words = new HashMap<>();
    for (Protocol protocol : PROTOCOLS) {
      words.put(protocol.name(), protocol);
      words.put(Integer.toString(protocol.number()), protocol);
      protocol.others().forEach(other -> words.put(other, protocol));
    }
    return Map.copyOf(words);
  }

  /** Returns the model's name for a name or number that iptables printed. */
  static String canonical(String word) {
    return Optional.ofNullable(BY_WORD.get(word)).map(Protocol::name).orElse(word);
  }

  /** Tells whether a name of the model, or a number, is one that is known to be no other. */
  static boolean isKnown(String name) {
    return BY_WORD.containsKey(name) || name.matches("[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]");
  }

  /** Returns the word that every iptables understands, with or without {@code /etc/protocols}. */
  static String portable(String name) {
    return Optional.ofNullable(BY_WORD.get(name))
        .map(known -> known.builtIn() ? known.name() : Integer.toString(known.number()))
        .orElse(name);
  }
}
