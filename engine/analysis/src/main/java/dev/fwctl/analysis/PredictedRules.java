package dev.fwctl.analysis;

import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells what a host's tables hold once what fwctl owns there is something else. */
final class PredictedRules {
  /** The chains that the kernel itself calls. Source: iptables(8). */
  private static final Set<String> BUILT_IN =
      Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  private PredictedRules() {}

  /** Returns rules without those that are ours. */
  static List<Ruleset> without(List<Ruleset> rulesets, OwnedRules ours) {
    return rulesets.stream()
        .map(
            ruleset ->
                new Ruleset(
                    ruleset.family(),
                    ruleset.variant(),
                    ruleset.tables().stream()
                        .map(table -> without(table, owned(ours, ruleset, table.name())))
                        .toList()))
        .toList();
  }

  /** Returns rules with some of ours. */
  static List<Ruleset> with(List<Ruleset> others, OwnedRules ours) {
    List<Ruleset> all = new ArrayList<>(others);
    for (OwnedTable owned : ours.tables()) {
      int place = 0;
      while (place < all.size() && !isIn(owned, all.get(place))) {
        place++;
      }
      if (place == all.size()) {
        all.add(new Ruleset(owned.family(), owned.variant(), List.of()));
      }
      Ruleset before = all.get(place);
      all.set(place, new Ruleset(before.family(), before.variant(), with(before.tables(), owned)));
    }
    return all;
  }

  static boolean isIn(OwnedTable owned, Ruleset ruleset) {
    return owned.family() == ruleset.family() && owned.variant() == ruleset.variant();
  }

  private static List<OwnedTable> owned(OwnedRules rules, Ruleset ruleset, String table) {
    return rules.tables().stream()
        .filter(owned -> isIn(owned, ruleset) && owned.name().equals(table))
        .toList();
  }

  private static Table without(Table table, List<OwnedTable> owned) {
    if (owned.isEmpty()) {
      return table;
    }
    Set<String> ours = new HashSet<>();
    Map<String, Set<Integer>> hooks = new HashMap<>();
    for (OwnedTable one : owned) {
      one.chains().forEach(chain -> ours.add(chain.name()));
      for (Hook hook : one.hooks()) {
        hooks.computeIfAbsent(hook.chain(), unseen -> new HashSet<>()).add(hook.position());
      }
    }
    List<Chain> chains = new ArrayList<>();
    for (Chain chain : table.chains()) {
      if (!ours.contains(chain.name())) {
        chains.add(without(chain, hooks.getOrDefault(chain.name(), Set.of())));
      }
    }
    return new Table(table.name(), chains);
  }

  private static Chain without(Chain chain, Set<Integer> positions) {
    if (positions.isEmpty()) {
      return chain;
    }
    List<Rule> rules = new ArrayList<>();
    for (int index = 0; index < chain.rules().size(); index++) {
      if (!positions.contains(index + 1)) {
        rules.add(chain.rules().get(index));
      }
    }
    return new Chain(chain.name(), chain.policy(), rules);
  }

  private static List<Table> with(List<Table> tables, OwnedTable owned) {
    List<Table> all = new ArrayList<>();
    boolean there = false;
    for (Table table : tables) {
      boolean same = table.name().equals(owned.name());
      there |= same;
      all.add(same ? with(table, owned) : table);
    }
    if (!there) {
      all.add(with(new Table(owned.name(), List.of()), owned));
    }
    return all;
  }

  private static Table with(Table table, OwnedTable owned) {
    Map<String, Chain> chains = new LinkedHashMap<>();
    table.chains().forEach(chain -> chains.put(chain.name(), chain));
    owned.chains().forEach(chain -> chains.put(chain.name(), chain));
    owned.hooks().stream()
        .sorted(Comparator.comparing(Hook::position))
        .forEach(
            hook ->
                chains.compute(
                    hook.chain(),
                    (name, chain) -> with(chain == null ? empty(name) : chain, hook)));
    return new Table(table.name(), List.copyOf(chains.values()));
  }

  private static Chain empty(String name) {
    return new Chain(
        name, BUILT_IN.contains(name) ? Optional.of("ACCEPT") : Optional.empty(), List.of());
  }

  private static Chain with(Chain chain, Hook hook) {
    List<Rule> rules = new ArrayList<>(chain.rules());
    rules.add(Math.min(hook.position() - 1, rules.size()), hook.rule());
    return new Chain(chain.name(), chain.policy(), rules);
  }
}
