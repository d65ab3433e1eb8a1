package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.HiddenTable;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.spi.FirewallBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.pf4j.Extension;

/** Writes the rules of iptables and ip6tables, of the nft and of the legacy kind. */
@Extension
public final class IptablesBackend implements FirewallBackend {
  private final AddressLists lists = new AddressLists();

  @Override
  public String name() {
    return "iptables";
  }

  @Override
  public String gatherer() {
    return IptablesGatherer.NAME;
  }

  @Override
  public List<Problem> obstacles(HostFacts facts) {
    FirewallFacts firewall = facts.firewall();
    if (firewall.tools().isEmpty()) {
      return List.of(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "iptables is not installed on the host",
              "install the package iptables"));
    }
    List<Problem> obstacles = new ArrayList<>();
    if (facts.network().ipv6() && !firewall.ip6tables()) {
      obstacles.add(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "the host speaks IPv6 and has no ip6tables, so that its IPv6 side can't be guarded",
              "install ip6tables, or boot the host with ipv6.disable=1"));
    }
    Variant variant = variant(firewall);
    if (firewall.tools().stream().noneMatch(tool -> tool.variant() == variant)) {
      obstacles.add(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "Docker's rules are of the kind '"
                  + word(variant)
                  + "', for which the host has no iptables",
              "install iptables-" + word(variant)));
    }
    for (HiddenTable hidden : firewall.hidden()) {
      if (hidden.name().equals(OwnNames.MANGLE)) {
        obstacles.add(hiddenTable(hidden));
      }
    }
    return obstacles;
  }

  @Override
  public OwnedRules lower(HostIntent intent, HostFacts facts) {
    return new Lowering(intent, Ground.of(facts), lists).lower();
  }

  @Override
  public List<String> ground(HostFacts facts) {
    return Ground.of(facts).words();
  }

  @Override
  public OwnedRules inForce(HostFacts facts) {
    return Ownership.of(facts.firewall());
  }

  @Override
  public List<Problem> warnings(HostFacts facts) {
    FirewallFacts firewall = facts.firewall();
    List<Problem> warnings = new ArrayList<>();
    if (Ownership.hasForeignRules(firewall, Variant.NFT)
        && Ownership.hasForeignRules(firewall, Variant.LEGACY)) {
      warnings.add(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "rules of iptables-nft and of iptables-legacy are in force together; fwctl writes to"
                  + " the kind '"
                  + word(variant(firewall))
                  + "'",
              "let all programs of the host use one kind"));
    }
    for (HiddenTable hidden : firewall.hidden()) {
      if (!hidden.name().equals(OwnNames.MANGLE)) {
        warnings.add(hiddenTable(hidden));
      }
    }
    DockerFacts docker = facts.docker();
    if (docker.state() == DockerFacts.State.RUNNING
        && docker.settings().firewallBackend().filter(used -> used.contains("nft")).isEmpty()
        && !hasChain(firewall, chain -> chain.startsWith("DOCKER"))) {
      warnings.add(
          Problem.of(
              ErrorCode.UNENFORCEABLE,
              "Docker has no rules of its own here, as with \"iptables\": false; what comes from"
                  + " outside is guarded all the same, but not what Docker would keep apart",
              "let Docker manage iptables"));
    }
    return warnings;
  }

  /**
   * {@inheritDoc}
   *
   * @throws dev.fwctl.model.FwctlException with code UNENFORCEABLE when a rule holds words that
   *     somebody put into our chains and that can't be put there again
   */
  @Override
  public String restore(OwnedRules wanted) {
    return new RestoreScript(wanted).text();
  }

  @Override
  public String fingerprint() {
    return Probe.ON_HOSTS.fingerprint();
  }

  @Override
  public String show(Family family, Rule rule) {
    return RulesetText.rule(family, rule.withoutComment());
  }

  /** Returns the kind to write to: that of Docker's rules, else the host's default. */
  static Variant variant(FirewallFacts firewall) {
    Variant byDefault = firewall.tools().getFirst().variant();
    for (Predicate<String> sign :
        List.<Predicate<String>>of(
            OwnNames.DOCKER_USER::equals, chain -> chain.startsWith("DOCKER"))) {
      if (hasChain(firewall, byDefault, sign)) {
        return byDefault;
      }
      for (Variant variant : Variant.values()) {
        if (hasChain(firewall, variant, sign)) {
          return variant;
        }
      }
    }
    return byDefault;
  }

  private static boolean hasChain(FirewallFacts firewall, Predicate<String> sign) {
    for (Variant variant : Variant.values()) {
      if (hasChain(firewall, variant, sign)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasChain(FirewallFacts firewall, Variant variant, Predicate<String> sign) {
    return firewall.rulesets().stream()
        .filter(ruleset -> ruleset.variant() == variant)
        .flatMap(ruleset -> ruleset.tables().stream())
        .flatMap(table -> table.chains().stream())
        .anyMatch(chain -> sign.test(chain.name()));
  }

  static Problem hiddenTable(HiddenTable hidden) {
    return Problem.of(
        ErrorCode.HOST_UNSUITABLE,
        "the rules of "
            + (hidden.family() == Family.IPV4 ? "iptables" : "ip6tables")
            + " in '"
            + Printable.of(hidden.name())
            + "' can't be read, because another kind of tool wrote them",
        "see them with 'nft list ruleset' or iptables-legacy-save, and give that program tables of"
            + " its own");
  }

  static String word(Variant variant) {
    return switch (variant) {
      case NFT -> "nft";
      case LEGACY -> "legacy";
    };
  }
}
