package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Ruleset;
import java.util.List;
import java.util.Optional;

/**
 * The packet filter of a host: its tools and the rules in force.
 *
 * @param tools the iptables variants that are installed, the default one first
 * @param ip6tables whether the same tools are there for IPv6
 * @param rulesets the rules in force, one entry for each family and variant that holds any table
 * @param hidden the tables whose rules iptables can't show, because another program wrote rules of
 *     another kind into them
 * @param sets the address sets (ipset) that fwctl owns
 * @param ipset whether the ipset command is installed
 * @param ownDigest a fingerprint of everything that fwctl owns in the kernel
 */
public record FirewallFacts(
    List<Tool> tools,
    boolean ip6tables,
    List<Ruleset> rulesets,
    List<HiddenTable> hidden,
    List<NamedSet> sets,
    boolean ipset,
    String ownDigest)
    implements Fact {
  public FirewallFacts {
    tools = List.copyOf(tools);
    rulesets = List.copyOf(rulesets);
    hidden = List.copyOf(hidden);
    sets = List.copyOf(sets);
    requireNonNull(ownDigest, "ownDigest is null");
  }

  /** Which kernel interface an iptables command writes to. */
  public enum Variant {
    NFT,
    LEGACY
  }

  /**
   * An installed iptables.
   *
   * @param variant the kernel interface that it writes to
   * @param version its version, such as {@code 1.8.9}
   */
  public record Tool(Variant variant, String version) {
    public Tool {
      requireNonNull(variant, "variant is null");
      requireNonNull(version, "version is null");
    }
  }

  /**
   * A table that is there, but can't be shown by iptables.
   *
   * @param family the family
   * @param name the table's name
   */
  public record HiddenTable(Family family, String name) {
    public HiddenTable {
      requireNonNull(family, "family is null");
      requireNonNull(name, "name is null");
    }
  }

  public Optional<Ruleset> ruleset(Family family, Variant variant) {
    return rulesets.stream()
        .filter(ruleset -> ruleset.family() == family && ruleset.variant() == variant)
        .findFirst();
  }

  /** Returns the same without any rules and sets, which are most of it. */
  public FirewallFacts withoutRules() {
    return new FirewallFacts(tools, ip6tables, List.of(), hidden, List.of(), ipset, ownDigest);
  }
}
