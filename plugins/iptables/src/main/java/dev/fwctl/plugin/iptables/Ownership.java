package dev.fwctl.plugin.iptables;

import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tells in a host's rules what is ours. */
final class Ownership {
  /** The order in which a backend lists tables, whether they are in force or are to be. */
  static final Comparator<OwnedTable> ORDER =
      Comparator.comparing(OwnedTable::family)
          .thenComparing(OwnedTable::variant)
          .thenComparing(OwnedTable::name);

  private Ownership() {}

  static OwnedRules of(FirewallFacts facts) {
    List<OwnedTable> tables = new ArrayList<>();
    for (Ruleset ruleset : facts.rulesets()) {
      for (Table table : ruleset.tables()) {
        OwnedTable owned = owned(ruleset, table);
        if (!owned.chains().isEmpty() || !owned.hooks().isEmpty()) {
          tables.add(owned);
        }
      }
    }
    tables.sort(ORDER);
    List<NamedSet> sets =
        facts.sets().stream().sorted(Comparator.comparing(NamedSet::name)).toList();
    return new OwnedRules(tables, sets);
  }

  private static OwnedTable owned(Ruleset ruleset, Table table) {
    List<Chain> chains = new ArrayList<>();
    List<Hook> hooks = new ArrayList<>();
    for (Chain chain : table.chains()) {
      if (OwnNames.isOwnChain(chain.name())) {
        chains.add(chain);
      } else {
        hooks.addAll(hooks(chain));
      }
    }
    chains.sort(Comparator.comparing(Chain::name));
    hooks.sort(Comparator.comparing(Hook::chain).thenComparing(Hook::position));
    return new OwnedTable(ruleset.family(), ruleset.variant(), table.name(), chains, hooks);
  }

  private static List<Hook> hooks(Chain chain) {
    List<Hook> hooks = new ArrayList<>();
    int position = 0;
    for (Rule rule : chain.rules()) {
      position++;
      if (OwnNames.leadsToOwn(rule)) {
        hooks.add(new Hook(chain.name(), position, rule));
      }
    }
    return hooks;
  }

  /** Tells whether anybody else has rules or chains in a variant. */
  static boolean hasForeignRules(FirewallFacts facts, Variant variant) {
    return facts.rulesets().stream()
        .filter(ruleset -> ruleset.variant() == variant)
        .flatMap(ruleset -> ruleset.tables().stream())
        .flatMap(table -> table.chains().stream())
        .filter(chain -> !OwnNames.isOwnChain(chain.name()))
        .anyMatch(
            chain ->
                chain.policy().isEmpty()
                    || chain.rules().stream().anyMatch(rule -> !OwnNames.leadsToOwn(rule)));
  }
}
