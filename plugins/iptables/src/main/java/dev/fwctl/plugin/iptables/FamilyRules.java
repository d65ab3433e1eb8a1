package dev.fwctl.plugin.iptables;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Our tables of one family while they are being made. */
final class FamilyRules {
  private static final Match MARKED =
      new Match.PacketMark(false, OwnNames.REJECT_MARK, OwnNames.REJECT_MARK);

  private final Family family;
  private final Variant variant;
  private final String forwardHook;
  private final Map<String, Map<String, OwnChain>> chains = new TreeMap<>();
  private final Map<String, Map<String, Hook>> hooks = new TreeMap<>();

  FamilyRules(Family family, Variant variant, String forwardHook) {
    this.family = family;
    this.variant = variant;
    this.forwardHook = forwardHook;
  }

  /** Returns a chain of the mangle table, a new one when it is not there yet. */
  OwnChain chain(String name) {
    return chain(OwnNames.MANGLE, name);
  }

  /** Leads a built-in chain of the mangle table into one of ours, which is returned. */
  OwnChain hook(String builtIn, String own) {
    return hook(OwnNames.MANGLE, builtIn, own);
  }

  /** Makes sure that what is marked on its way in, or on its way through, is rejected. */
  void rejectInbound() {
    rejectFrom(OwnNames.INPUT);
    rejectFrom(forwardHook);
    // After filter INPUT no other table may drop. Source: the kernel's nf_ip_hook_priorities.
    dropMarked(hook(OwnNames.SECURITY, OwnNames.INPUT, OwnNames.OWN_INPUT));
    dropMarked(hook(OwnNames.POSTROUTING, OwnNames.OWN_POSTROUTING));
  }

  /** Makes sure that what is marked on its way out, or on its way through, is rejected. */
  void rejectOutbound() {
    rejectFrom(OwnNames.OUTPUT);
    rejectFrom(forwardHook);
    dropMarked(hook(OwnNames.POSTROUTING, OwnNames.OWN_POSTROUTING));
  }

  /** Returns what was made, in the order of names. */
  List<OwnedTable> tables() {
    List<OwnedTable> tables = new ArrayList<>();
    chains.forEach(
        (table, own) -> {
          List<Chain> built = own.values().stream().map(OwnChain::build).toList();
          List<Hook> jumps = List.copyOf(hooks.getOrDefault(table, Map.of()).values());
          tables.add(new OwnedTable(family, variant, table, built, jumps));
        });
    return tables;
  }

  private OwnChain chain(String table, String name) {
    return chains
        .computeIfAbsent(table, key -> new TreeMap<>())
        .computeIfAbsent(name, OwnChain::new);
  }

  private OwnChain hook(String table, String builtIn, String own) {
    Rule jump = new Rule(List.of(), Optional.of(new Target.Jump(own)), Optional.of(Comments.HOOK));
    hooks.computeIfAbsent(table, key -> new TreeMap<>()).put(builtIn, new Hook(builtIn, 1, jump));
    return chain(table, own);
  }

  private void rejectFrom(String chain) {
    OwnChain reject = hook(OwnNames.FILTER, chain, OwnNames.OWN_REJECT);
    reject.add(
        List.of(new Match.Protocol(false, "tcp"), MARKED),
        new Target.Reject("tcp-reset"),
        Comments.REJECT);
    reject.add(
        List.of(MARKED),
        new Target.Reject(
            family == Family.IPV4 ? "icmp-port-unreachable" : "icmp6-port-unreachable"),
        Comments.REJECT);
  }

  private static void dropMarked(OwnChain chain) {
    chain.add(List.of(MARKED), new Target.Drop(), Comments.NOT_REJECTED);
  }
}
