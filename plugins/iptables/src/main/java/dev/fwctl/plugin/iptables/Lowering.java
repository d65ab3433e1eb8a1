package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.HiddenTable;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Turns an intent into rules for both families of a host. */
final class Lowering {
  private final HostIntent intent;
  private final HostFacts facts;
  private final Variant variant;
  private final Sources sources;

  Lowering(HostIntent intent, HostFacts facts, Variant variant) {
    this.intent = intent;
    this.facts = facts;
    this.variant = variant;
    this.sources = new Sources(facts.firewall().ipset());
  }

  /**
   * Returns the rules.
   *
   * @throws dev.fwctl.model.FwctlException with code UNENFORCEABLE or HOST_UNSUITABLE
   */
  OwnedRules lower() {
    if (rejects()) {
      for (HiddenTable hidden : facts.firewall().hidden()) {
        if (Set.of(OwnNames.FILTER, OwnNames.SECURITY).contains(hidden.name())) {
          throw new FwctlException(IptablesBackend.hiddenTable(hidden));
        }
      }
      MarkRewriters.refuse(facts.firewall());
    }
    DockerBridges bridges = DockerBridges.of(facts);
    List<OwnedTable> tables = new ArrayList<>();
    for (Family family : families(facts)) {
      FamilyRules rules = new FamilyRules(family, variant, forwardHook(family));
      new InboundRules(family, intent, bridges, sources, rules).write();
      new OutboundRules(family, intent, bridges, sources, rules).write();
      tables.addAll(rules.tables());
    }
    return new OwnedRules(tables, List.copyOf(sources.sets()));
  }

  /** Returns the families that a host speaks and has tools for. */
  static List<Family> families(HostFacts facts) {
    return facts.network().ipv6() && facts.firewall().ip6tables()
        ? List.of(Family.IPV4, Family.IPV6)
        : List.of(Family.IPV4);
  }

  private boolean rejects() {
    return intent.inbound().filter(in -> in.fallback() == DefaultAction.REJECT).isPresent()
        || intent.outbound().filter(out -> out.fallback() == DefaultAction.REJECT).isPresent();
  }

  /**
   * Returns the chain from which routed packets are rejected: Docker keeps its user's chain in
   * front of its own rules, also when it starts again, and leaves what is in it.
   */
  private String forwardHook(Family family) {
    FirewallFacts firewall = facts.firewall();
    return firewall
        .ruleset(family, variant)
        .flatMap(ruleset -> ruleset.table(OwnNames.FILTER))
        .flatMap(table -> table.chain(OwnNames.DOCKER_USER))
        .map(chain -> OwnNames.DOCKER_USER)
        .orElse(OwnNames.FORWARD);
  }
}
