package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Builds chains of ours for tests. */
final class OwnChains {
  private final Map<String, List<Chain>> chains = new LinkedHashMap<>();
  private final Map<String, List<Hook>> hooks = new LinkedHashMap<>();
  private final List<NamedSet> sets = new ArrayList<>();
  private final Family family;

  OwnChains(Family family) {
    this.family = family;
  }

  OwnChains hook(String table, String chain, String own) {
    hooks
        .computeIfAbsent(table, unseen -> new ArrayList<>())
        .add(new Hook(chain, 1, rule(new Target.Jump(own))));
    return this;
  }

  OwnChains chain(String table, String name, Rule... rules) {
    chains
        .computeIfAbsent(table, unseen -> new ArrayList<>())
        .add(new Chain(name, Optional.empty(), List.of(rules)));
    return this;
  }

  OwnChains set(NamedSet set) {
    sets.add(set);
    return this;
  }

  OwnedRules rules() {
    List<OwnedTable> tables = new ArrayList<>();
    chains.forEach(
        (table, own) ->
            tables.add(
                new OwnedTable(
                    family, Variant.NFT, table, own, hooks.getOrDefault(table, List.of()))));
    return new OwnedRules(tables, sets);
  }

  static OwnedRules both(OwnedRules one, OwnedRules other) {
    List<OwnedTable> tables = new ArrayList<>(one.tables());
    tables.addAll(other.tables());
    List<NamedSet> sets = new ArrayList<>(one.sets());
    sets.addAll(other.sets());
    return new OwnedRules(tables, sets);
  }

  static Rule rule(Target target, Match... matches) {
    return new Rule(List.of(matches), Optional.of(target), Optional.empty());
  }

  static Rule noted(String comment, Target target, Match... matches) {
    return new Rule(List.of(matches), Optional.of(target), Optional.of(comment));
  }

  static Target jump(String chain) {
    return new Target.Jump(chain);
  }

  static Target go(String chain) {
    return new Target.Goto(chain);
  }

  static Target drop() {
    return new Target.Drop();
  }

  static Target back() {
    return new Target.Return();
  }

  static IpPrefix prefix(String text) {
    String[] parts = text.split("/");
    return new IpPrefix(IpAddress.of(parts[0]), Integer.parseInt(parts[1]));
  }

  static Match source(String prefix) {
    return new Match.SourceAddress(false, prefix(prefix));
  }

  static Match destination(String prefix) {
    return new Match.DestinationAddress(false, prefix(prefix));
  }

  static Match in(String name) {
    return new Match.InInterface(false, name);
  }

  static Match out(String name) {
    return new Match.OutInterface(false, name);
  }

  static Match protocol(String name) {
    return new Match.Protocol(false, name);
  }

  static Match port(int port) {
    return new Match.DestinationPort(false, PortRange.single(port));
  }

  static Match ports(int first, int last) {
    return new Match.DestinationPort(false, new PortRange(first, last));
  }

  static Match local() {
    return new Match.DestinationType(false, new TreeSet<>(List.of("LOCAL")));
  }

  static Match states(boolean negated, String... states) {
    return new Match.ConnectionState(negated, new TreeSet<>(Arrays.asList(states)));
  }
}
