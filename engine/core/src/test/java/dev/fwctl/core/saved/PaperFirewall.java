package dev.fwctl.core.saved;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.spi.FirewallBackend;
import java.util.List;

/** A firewall whose rules are its facts, all of them ours, and whose tools bear on them. */
final class PaperFirewall implements FirewallBackend {
  @Override
  public String name() {
    return "paper";
  }

  @Override
  public String gatherer() {
    return "paper";
  }

  @Override
  public List<Problem> obstacles(HostFacts facts) {
    return List.of();
  }

  @Override
  public OwnedRules lower(HostIntent intent, HostFacts facts) {
    throw new AssertionError("nothing is lowered here");
  }

  @Override
  public List<String> ground(HostFacts facts) {
    return List.of(facts.firewall().ipset() ? "ipset is installed" : "ipset is not installed");
  }

  @Override
  public OwnedRules inForce(HostFacts facts) {
    FirewallFacts firewall = facts.firewall();
    return new OwnedRules(
        firewall.rulesets().stream()
            .flatMap(
                ruleset ->
                    ruleset.tables().stream()
                        .filter(table -> table.name().equals("mangle"))
                        .map(
                            table ->
                                new OwnedTable(
                                    ruleset.family(),
                                    ruleset.variant(),
                                    table.name(),
                                    table.chains(),
                                    List.of())))
            .toList(),
        firewall.sets());
  }

  @Override
  public List<Problem> warnings(HostFacts facts) {
    return List.of();
  }

  @Override
  public String restore(OwnedRules wanted) {
    throw new AssertionError("nothing is restored here");
  }

  @Override
  public String fingerprint() {
    throw new AssertionError("no host is asked here");
  }

  @Override
  public String show(Family family, Rule rule) {
    return RulesetText.rule(family, rule.withoutComment());
  }
}
