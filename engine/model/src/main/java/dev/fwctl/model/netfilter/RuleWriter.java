package dev.fwctl.model.netfilter;

import dev.fwctl.model.Family;
import dev.fwctl.model.PortRange;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;

/** Writes one rule as iptables-restore reads it. */
final class RuleWriter {
  private static final long ALL_BITS = 0xffff_ffffL;

  /** The place of the matches that need no extension; those of others come later. */
  private static final int SOURCE = 0;

  private static final int DESTINATION = 1;
  private static final int IN = 2;
  private static final int OUT = 3;
  private static final int PROTOCOL = 4;
  private static final int TRANSPORT = 5;
  private static final int EXTENSION = 6;

  private final Family family;

  /** The match whose ports the rule may name. */
  private final String transport;

  private RuleWriter(Family family, Rule rule) {
    this.family = family;
    this.transport =
        rule.matches().stream()
            .filter(Match.Protocol.class::isInstance)
            .map(match -> ((Match.Protocol) match).name())
            .findFirst()
            .orElse("");
  }

  static String write(Family family, Rule rule) {
    RuleWriter writer = new RuleWriter(family, rule);
    StringBuilder text = new StringBuilder();
    List<Part> parts =
        rule.matches().stream()
            .map(writer::part)
            .sorted(Comparator.comparingInt(Part::rank).thenComparing(Part::extension))
            .toList();
    String extension = "";
    Set<String> options = new HashSet<>();
    for (Part part : parts) {
      // Options of conntrack and of a transport protocol belong into one match each, others don't;
      // and no match has an option twice.
      boolean another =
          !(part.shared() && part.extension().equals(extension)) || !options.add(part.option());
      if (!part.extension().isEmpty() && another) {
        text.append(" -m ").append(part.extension());
        options.clear();
        options.add(part.option());
      }
      extension = part.extension();
      text.append(' ').append(part.words());
    }
    rule.comment()
        .ifPresent(comment -> text.append(" -m comment --comment ").append(quote(comment)));
    rule.target().ifPresent(target -> text.append(' ').append(words(target)));
    return text.toString().strip();
  }

  private Part part(Match match) {
    return switch (match) {
      case Match.SourceAddress source ->
          Part.plain(SOURCE, source.negated(), "-s", source.prefix());
      case Match.DestinationAddress destination ->
          Part.plain(DESTINATION, destination.negated(), "-d", destination.prefix());
      case Match.InInterface in -> Part.plain(IN, in.negated(), "-i", in.name());
      case Match.OutInterface out -> Part.plain(OUT, out.negated(), "-o", out.name());
      case Match.Protocol protocol ->
          Part.plain(PROTOCOL, protocol.negated(), "-p", ProtocolNames.portable(protocol.name()));
      case Match.SourcePort port ->
          new Part(TRANSPORT, transport, true, port.negated(), "--sport", range(port.ports()));
      case Match.DestinationPort port ->
          new Part(TRANSPORT, transport, true, port.negated(), "--dport", range(port.ports()));
      case Match.DestinationPorts ports ->
          Part.of("multiport", ports.negated(), "--dports", ranges(ports.ports()));
      case Match.SourcePorts ports ->
          Part.of("multiport", ports.negated(), "--sports", ranges(ports.ports()));
      case Match.EitherPort ports ->
          Part.of("multiport", ports.negated(), "--ports", ranges(ports.ports()));
      case Match.TcpFlags flags ->
          new Part(
              TRANSPORT,
              transport,
              true,
              flags.negated(),
              "--tcp-flags",
              flags(flags.examined()) + " " + flags(flags.set()));
      case Match.IcmpType type ->
          family == Family.IPV4
              ? Part.of("icmp", type.negated(), "--icmp-type", typeAndCode(type))
              : Part.of("icmp6", type.negated(), "--icmpv6-type", typeAndCode(type));
      case Match.ConnectionState state ->
          Part.conntrack(state.negated(), "--ctstate", names(state.states()));
      case Match.ConnectionDirection direction ->
          Part.conntrack(false, "--ctdir", direction.reply() ? "REPLY" : "ORIGINAL");
      case Match.OriginalDestinationPort port ->
          Part.conntrack(port.negated(), "--ctorigdstport", range(port.ports()));
      case Match.OriginalDestination destination ->
          Part.conntrack(destination.negated(), "--ctorigdst", destination.prefix().toString());
      case Match.DestinationType type ->
          Part.of("addrtype", type.negated(), "--dst-type", names(type.types()));
      case Match.SourceInSet set ->
          Part.of("set", set.negated(), "--match-set", set.set() + " src");
      case Match.DestinationInSet set ->
          Part.of("set", set.negated(), "--match-set", set.set() + " dst");
      case Match.PacketMark mark ->
          Part.of("mark", mark.negated(), "--mark", masked(mark.value(), mark.mask()));
      case Match.Unknown unknown -> new Part(EXTENSION, "", false, false, "", unknown.text());
    };
  }

  /**
   * One condition.
   *
   * @param rank where it stands among the others
   * @param extension the match to load for it, empty for none
   * @param shared whether neighbours of the same extension go into one match
   * @param negated whether it is negated
   * @param option the option
   * @param value its value
   */
  private record Part(
      int rank, String extension, boolean shared, boolean negated, String option, String value) {
    static Part plain(int rank, boolean negated, String option, Object value) {
      return new Part(rank, "", false, negated, option, value.toString());
    }

    static Part of(String extension, boolean negated, String option, String value) {
      return new Part(EXTENSION, extension, false, negated, option, value);
    }

    static Part conntrack(boolean negated, String option, String value) {
      return new Part(EXTENSION, "conntrack", true, negated, option, value);
    }

    String words() {
      return ((negated ? "! " : "") + option + " " + value).strip();
    }
  }

  private static String words(Target target) {
    return switch (target) {
      case Target.Accept accept -> "-j ACCEPT";
      case Target.Drop drop -> "-j DROP";
      case Target.Return back -> "-j RETURN";
      case Target.Jump jump -> "-j " + jump.chain();
      case Target.Goto jump -> "-g " + jump.chain();
      case Target.Reject reject -> "-j REJECT --reject-with " + reject.with();
      case Target.SetMark mark ->
          "-j MARK --set-xmark 0x%x/0x%x".formatted(mark.value(), mark.mask());
      case Target.DestinationNat nat -> "-j DNAT --to-destination " + end(nat);
      case Target.Redirect redirect -> "-j REDIRECT --to-ports " + redirect.port();
      case Target.Other other -> "-j " + other.text();
    };
  }

  private static String end(Target.DestinationNat nat) {
    return nat.port().map(nat.address()::withPort).orElseGet(nat.address()::toString);
  }

  private static String typeAndCode(Match.IcmpType type) {
    return type.code() < 0 ? Integer.toString(type.type()) : type.type() + "/" + type.code();
  }

  private static String range(PortRange ports) {
    return ports.first() == ports.last()
        ? Integer.toString(ports.first())
        : ports.first() + ":" + ports.last();
  }

  private static String ranges(List<PortRange> ports) {
    return ports.stream().map(RuleWriter::range).collect(Collectors.joining(","));
  }

  private static String names(SortedSet<String> names) {
    return String.join(",", names);
  }

  private static String flags(SortedSet<Match.TcpFlag> flags) {
    return flags.isEmpty()
        ? "NONE"
        : flags.stream().map(Match.TcpFlag::name).collect(Collectors.joining(","));
  }

  private static String masked(long value, long mask) {
    return mask == ALL_BITS ? "0x%x".formatted(value) : "0x%x/0x%x".formatted(value, mask);
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
