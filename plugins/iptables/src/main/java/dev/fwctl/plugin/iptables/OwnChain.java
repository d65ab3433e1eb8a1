package dev.fwctl.plugin.iptables;

import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain of ours while it is being made; a rule that says the same as an earlier one is left out.
 */
final class OwnChain {
  private final String name;
  private final List<Rule> rules = new ArrayList<>();
  private final Set<Rule> seen = new HashSet<>();

  OwnChain(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  void add(List<Match> matches, Target target, String comment) {
    Rule rule = new Rule(matches, Optional.of(target), Optional.of(comment));
    if (seen.add(rule.withoutComment())) {
      rules.add(rule);
    }
  }

  Chain build() {
    return new Chain(name, Optional.empty(), rules);
  }
}
