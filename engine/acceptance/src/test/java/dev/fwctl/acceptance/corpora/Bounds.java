package dev.fwctl.acceptance.corpora;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What packets that open a connection a chain of a ruleset surely and possibly lets through, as
 * somebody else has worked it out and written down in the form of {@code iptables -L -n}.
 *
 * <p>That form does not say which interfaces are meant: it has the networks behind them instead, on
 * the assumption that whoever is in one comes in by its interface, and nobody else does.
 */
final class Bounds {
  private static final Pattern RULE =
      Pattern.compile("(ACCEPT|DROP) +([a-z0-9]+) +-- +([0-9./]+) +([0-9./]+) *(.*)");

  private static final Pattern PORTS = Pattern.compile("([sd])pts?:([0-9]+(?::[0-9]+)?)");

  private Bounds() {}

  /**
   * Looks for a packet that is let through although it is not in the upper bound, or not let
   * through although it is in the lower one.
   *
   * @param rules the ruleset, IPv4
   * @param chain a built-in chain of its filter table
   * @param networks the networks behind interfaces
   * @param lower the lower bound
   * @param upper the upper bound
   */
  static Optional<Packet> violation(
      List<Table> rules, String chain, Map<String, IpPrefix> networks, String lower, String upper) {
    List<Table> tables = new ArrayList<>(rules);
    tables.addAll(RulesetText.parse(table("lower", chain, lower) + table("upper", chain, upper)));
    SymbolicTraversal traversal =
        new SymbolicTraversal(
            Family.IPV4, tables, List.of(), new NetworkFacts("", List.of(), List.of(), false));
    PacketSet opening = opening(traversal.space(), networks);
    PacketSet accepted = accepted(traversal, "filter", chain, opening);
    PacketSet sure = accepted(traversal, "lower", chain, opening).minus(accepted.certain());
    PacketSet beyond = accepted.possible().minus(accepted(traversal, "upper", chain, opening));
    return sure.witness().or(beyond::witness);
  }

  private static PacketSet accepted(
      SymbolicTraversal traversal, String table, String chain, PacketSet packets) {
    return Objects.requireNonNull(
        traversal.at(new Hook(table, chain), packets).get(Verdict.ACCEPTED));
  }

  private static PacketSet opening(PacketSpace space, Map<String, IpPrefix> networks) {
    PacketSet opening = space.opening();
    for (Map.Entry<String, IpPrefix> network : networks.entrySet()) {
      PacketSet by = space.arrivingBy(Optional.of(network.getKey()));
      PacketSet from = space.from(AddressSet.of(network.getValue()));
      opening = opening.minus(by.minus(from)).minus(from.minus(by));
    }
    return opening;
  }

  /** Writes a bound as a table with one chain. */
  private static String table(String name, String chain, String listed) {
    StringBuilder text = new StringBuilder("*" + name + "\n:" + chain + " DROP [0:0]\n");
    boolean within = false;
    for (String line : listed.lines().toList()) {
      if (line.startsWith("Chain ")) {
        within = line.startsWith("Chain " + chain + " ");
      } else if (within && !line.isBlank() && !line.startsWith("target ")) {
        text.append("-A ").append(chain).append(' ').append(rule(line)).append('\n');
      }
    }
    return text.append("COMMIT\n").toString();
  }

  private static String rule(String line) {
    Matcher rule = RULE.matcher(line.strip());
    if (!rule.matches()) {
      throw new IllegalArgumentException("no rule of a bound: " + line);
    }
    StringBuilder text = new StringBuilder("-s " + rule.group(3) + " -d " + rule.group(4));
    String protocol = rule.group(2);
    if (!protocol.equals("all")) {
      text.append(" -p ").append(protocol);
      Matcher ports = PORTS.matcher(rule.group(5));
      boolean first = true;
      while (ports.find()) {
        text.append(first ? " -m " + protocol : "");
        text.append(" --").append(ports.group(1)).append("port ").append(ports.group(2));
        first = false;
      }
    }
    return text + " -j " + rule.group(1);
  }
}
