package dev.fwctl.core.proof;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells at a glance whether rules of others may keep out what comes to a host, but for what is on
 * every Docker host: on most hosts of most fleets there are none, and nothing is to be worked out.
 */
final class Rival {
  /** What comes in from outside passes none of these. */
  private static final Set<String> OUTGOING = Set.of("OUTPUT");

  private Rival() {}

  /** Tells whether they may bear on what a policy says. */
  static boolean isThere(HostFacts facts, Inbound inbound) {
    boolean alsoDocker =
        inbound.denies().stream().anyMatch(it -> isOfDirectRoutesOnly(it.target()));
    return facts.find(FirewallFacts.class).map(FirewallFacts::rulesets).orElse(List.of()).stream()
        .flatMap(ruleset -> ruleset.tables().stream())
        .anyMatch(table -> table.chains().stream().anyMatch(it -> keepsOut(table, it, alsoDocker)));
  }

  /** Docker closes ways to containers' own addresses, not to what they publish. */
  private static boolean isOfDirectRoutesOnly(Target denied) {
    return denied instanceof Target.PublishedPorts it && it.endpoints().isEmpty();
  }

  private static boolean keepsOut(Table table, Chain chain, boolean alsoDocker) {
    Optional<RuleOwner> owner = RuleOwner.ofChain(chain.name());
    if (OUTGOING.contains(chain.name())
        || owner.filter(it -> it == RuleOwner.FWCTL || it == RuleOwner.FAIL2BAN).isPresent()
        || owner.filter(it -> it == RuleOwner.DOCKER && !alsoDocker).isPresent()) {
      return false;
    }
    // Docker gives this one its policy, whoever else may do so, too.
    boolean dockers = chain.name().equals("FORWARD");
    if (chain.policy().equals(Optional.of("DROP")) && (alsoDocker || !dockers)) {
      return true;
    }
    for (int index = 0; index < chain.rules().size(); index++) {
      Rule rule = chain.rules().get(index);
      if (keepsOut(rule)
          && (alsoDocker
              || !RuleOwner.of(new Step(table.name(), chain.name(), index + 1, rule))
                  .equals(Optional.of(RuleOwner.DOCKER)))) {
        return true;
      }
    }
    return false;
  }

  private static boolean keepsOut(Rule rule) {
    return rule.target()
        .filter(
            it ->
                it instanceof dev.fwctl.model.netfilter.Target.Drop
                    || it instanceof dev.fwctl.model.netfilter.Target.Reject)
        .isPresent();
  }

  /** Returns whom fail2ban keeps out at the time. */
  static AddressSet banned(Collection<Table> tables) {
    return tables.stream()
        .flatMap(table -> table.chains().stream())
        .filter(chain -> RuleOwner.ofChain(chain.name()).equals(Optional.of(RuleOwner.FAIL2BAN)))
        .flatMap(chain -> chain.rules().stream())
        .filter(Rival::keepsOut)
        .flatMap(rule -> rule.matches().stream())
        .filter(Match.SourceAddress.class::isInstance)
        .map(match -> AddressSet.of(((Match.SourceAddress) match).prefix()))
        .reduce(AddressSet.none(), AddressSet::union);
  }
}
