package dev.fwctl.core.proof;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is seen of rules of others at a glance, before packets are followed.
 *
 * <p>Hosts that have none but Docker's are most of most fleets, and are told apart here.
 */
final class RulesOfOthers {
  private RulesOfOthers() {}

  /** Tells whether some may keep out what a policy lets in, or speaks of otherwise. */
  static boolean mayKeepOut(HostFacts facts, Inbound inbound) {
    Set<RuleOwner> passed = EnumSet.of(RuleOwner.FWCTL, RuleOwner.FAIL2BAN);
    if (Stream.concat(inbound.allows().stream(), inbound.denies().stream())
        .noneMatch(entry -> isOfDirectRoutesOnly(entry.target()))) {
      // Docker closes ways to containers' own addresses, not to what they publish.
      passed.add(RuleOwner.DOCKER);
    }
    return facts.find(FirewallFacts.class).map(FirewallFacts::rulesets).orElse(List.of()).stream()
        .flatMap(ruleset -> ruleset.tables().stream())
        .anyMatch(
            table -> table.chains().stream().anyMatch(chain -> mayKeepOut(table, chain, passed)));
  }

  private static boolean isOfDirectRoutesOnly(HostIntent.Target target) {
    return target instanceof HostIntent.Target.DirectRoute
        || target instanceof HostIntent.Target.PublishedPorts it && it.endpoints().isEmpty();
  }

  private static boolean mayKeepOut(Table table, Chain chain, Set<RuleOwner> passed) {
    if (chain.name().equals("OUTPUT")
        || RuleOwner.ofChain(chain.name()).filter(passed::contains).isPresent()) {
      return false;
    }
    // It is Docker that gives the one of forwarded packets its policy, whoever else may.
    boolean dockers = chain.name().equals("FORWARD") && passed.contains(RuleOwner.DOCKER);
    if (chain.policy().equals(Optional.of("DROP")) && !dockers) {
      return true;
    }
    for (int index = 0; index < chain.rules().size(); index++) {
      Rule rule = chain.rules().get(index);
      Step step = new Step(table.name(), chain.name(), index + 1, rule);
      if (keepsOut(rule) && RuleOwner.of(step).filter(passed::contains).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static boolean keepsOut(Rule rule) {
    return rule.target()
        .filter(target -> target instanceof Target.Drop || target instanceof Target.Reject)
        .isPresent();
  }

  /** Returns whom fail2ban keeps out for the time being. */
  static AddressSet banned(Collection<Table> tables) {
    return tables.stream()
        .flatMap(table -> table.chains().stream())
        .filter(chain -> RuleOwner.ofChain(chain.name()).equals(Optional.of(RuleOwner.FAIL2BAN)))
        .flatMap(chain -> chain.rules().stream())
        .filter(RulesOfOthers::keepsOut)
        .flatMap(rule -> rule.matches().stream())
        .filter(Match.SourceAddress.class::isInstance)
        .map(match -> AddressSet.of(((Match.SourceAddress) match).prefix()))
        .reduce(AddressSet.none(), AddressSet::union);
  }
}
