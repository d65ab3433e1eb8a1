package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A host as it is, or will be once a plan is carried out: everybody's rules as they are, and some
 * as ours.
 *
 * @param facts what was learnt of it
 * @param external the interfaces by which it faces the world
 * @param others the rules that are not ours
 * @param ours the rules that are
 * @param tables its tables, by family
 * @param unseen rules that may decide, too, and can't be looked at, each in a few words
 */
public record PredictedHost(
    HostFacts facts,
    SortedSet<String> external,
    List<Ruleset> others,
    OwnedRules ours,
    Map<Family, List<Table>> tables,
    List<String> unseen) {
  public PredictedHost {
    requireNonNull(facts, "facts is null");
    external = Collections.unmodifiableSortedSet(new TreeSet<>(external));
    others = List.copyOf(others);
    requireNonNull(ours, "ours is null");
    tables = Map.copyOf(tables);
    unseen = List.copyOf(unseen);
  }

  /**
   * Returns a host without rules of ours.
   *
   * @param external the interfaces by which it faces the world
   * @param inForce what of its rules is ours
   * @param unseen rules that can't be looked at, each in a few words
   */
  public static PredictedHost withoutOurs(
      HostFacts facts, SortedSet<String> external, OwnedRules inForce, List<String> unseen) {
    List<Ruleset> rulesets =
        facts.find(FirewallFacts.class).map(FirewallFacts::rulesets).orElse(List.of());
    return of(
        facts, external, PredictedRules.without(rulesets, inForce), OwnedRules.none(), unseen);
  }

  /** Returns the same without rules of others. */
  public PredictedHost withoutOthers() {
    return of(facts, external, List.of(), ours, List.of());
  }

  /** Returns the same with rules of ours. */
  public PredictedHost with(OwnedRules rules) {
    return of(facts, external, others, rules, unseen);
  }

  private static PredictedHost of(
      HostFacts facts,
      SortedSet<String> external,
      List<Ruleset> others,
      OwnedRules ours,
      List<String> known) {
    List<String> unseen = new ArrayList<>(known);
    Map<Family, List<Table>> tables = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      List<Ruleset> rulesets =
          PredictedRules.with(others, ours).stream()
              .filter(ruleset -> ruleset.family() == family && ruleset.decides())
              .toList();
      Optional<Ruleset> looked =
          rulesets.stream()
              .filter(
                  ruleset ->
                      ours.tables().stream().anyMatch(own -> PredictedRules.isIn(own, ruleset)))
              .findFirst()
              .or(() -> rulesets.stream().findFirst());
      tables.put(family, looked.map(Ruleset::tables).orElse(List.of()));
      for (Ruleset ruleset : rulesets) {
        String words =
            "the %s rules of iptables-%s, which are in force beside the others"
                .formatted(family.label(), ruleset.variant().name().toLowerCase(Locale.ROOT));
        if (!looked.equals(Optional.of(ruleset)) && !unseen.contains(words)) {
          unseen.add(words);
        }
      }
    }
    return new PredictedHost(facts, external, others, ours, tables, unseen);
  }

  private List<Table> tables(Family family) {
    return tables.getOrDefault(family, List.of());
  }

  /** Returns what takes sets of packets through it. */
  public SymbolicTraversal symbolic(Family family) {
    return new SymbolicTraversal(family, tables(family), ours.sets(), facts.network());
  }

  /** Returns the ways that one packet may go. */
  public List<Possibility> ways(Packet packet) {
    return new Traversal(tables(packet.family()), ours.sets(), facts.network())
        .possibilities(packet);
  }
}
