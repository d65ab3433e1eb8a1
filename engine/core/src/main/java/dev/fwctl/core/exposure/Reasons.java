package dev.fwctl.core.exposure;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Asked;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.Traversal;
import dev.fwctl.core.exposure.Way.Reason;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells which rules let packets in.
 *
 * <p>One packet is followed rule by rule. What it met also stands for all others from the sources
 * that these rules ask for, so that an allowance for everyone is told once, whatever narrower ones
 * stand before it.
 */
final class Reasons {
  private final Family family;
  private final AddressSet everyone;
  private final Traversal traversal;
  private final Map<String, AddressSet> sets = new HashMap<>();

  Reasons(Family family, List<Table> tables, List<NamedSet> sets, NetworkFacts network) {
    this.family = family;
    this.everyone = AddressSet.of(IpPrefix.everything(family));
    this.traversal = new Traversal(tables, sets, network);
    sets.forEach(set -> this.sets.put(set.name(), set.members()));
  }

  /**
   * Returns the reasons.
   *
   * @param packets packets that get in, whatever the rules mean that are not understood
   */
  List<Reason> of(PacketSet packets, Outside outside) {
    Map<Let, AddressSet> reasons = new LinkedHashMap<>();
    PacketSet left = packets;
    while (!left.isEmpty()) {
      Packet packet = left.witness().orElseThrow();
      Journey journey = traversal.possibilities(packet).getFirst().journey();
      AddressSet asked = asked(journey);
      if (!asked.contains(packet.source())) {
        asked = asked.union(AddressSet.of(IpPrefix.single(packet.source())));
      }
      PacketSet alike =
          left.and(left.space().arrivingBy(packet.in())).and(left.space().from(asked));
      AddressSet coming =
          packet.in().map(in -> outside.sources(family).get(in)).orElse(AddressSet.none());
      AddressSet sources = alike.sources().intersect(coming);
      if (!sources.isEmpty()) {
        reasons.merge(new Let(rules(journey), isUnhindered(journey)), sources, AddressSet::union);
      }
      left = left.minus(alike);
    }
    return reasons.entrySet().stream()
        .map(
            one ->
                new Reason(
                    family,
                    outside.shortened(one.getValue(), family),
                    one.getKey().rules(),
                    one.getKey().unhindered()))
        .toList();
  }

  /** What lets packets in, whoever sends them. */
  private record Let(List<Step> rules, boolean unhindered) {}

  /** Returns the sources that the rules on a packet's way ask for. */
  private AddressSet asked(Journey journey) {
    AddressSet asked = everyone;
    for (Journey.Stage stage : journey.stages()) {
      if (stage instanceof Asked hook) {
        for (Step step : hook.steps()) {
          if (!step.rule().target().map(Target::onlyWatches).orElse(true)) {
            for (Match match : step.rule().matches()) {
              asked = asked(match).map(asked::intersect).orElse(asked);
            }
          }
        }
      }
    }
    return asked;
  }

  private Optional<AddressSet> asked(Match match) {
    return switch (match) {
      case Match.SourceAddress it -> Optional.of(unless(it.negated(), AddressSet.of(it.prefix())));
      case Match.SourceInSet it ->
          Optional.ofNullable(sets.get(it.set())).map(set -> unless(it.negated(), set));
      default -> Optional.empty();
    };
  }

  private static AddressSet unless(boolean negated, AddressSet addresses) {
    return negated ? addresses.complement() : addresses;
  }

  private static List<Step> rules(Journey journey) {
    List<Step> rules = new ArrayList<>();
    for (Journey.Stage stage : journey.stages()) {
      if (stage instanceof Journey.Translated nat) {
        rules.add(nat.by());
      } else if (stage instanceof Asked hook && !hook.hook().table().equals("nat")) {
        Optional<Step> accepting = accepting(hook);
        Optional<Step> ours =
            hook.steps().stream()
                .filter(step -> PolicyLine.of(step).isPresent())
                .reduce((one, later) -> later);
        hook.steps().stream()
            .filter(
                step ->
                    asksForSource(step)
                        || ours.equals(Optional.of(step))
                        || accepting.equals(Optional.of(step)))
            .forEach(rules::add);
      }
    }
    return rules;
  }

  /** Tells whether a rule is about some sources only, and so may let them past a later one. */
  private static boolean asksForSource(Step step) {
    return !step.rule().target().map(Target::onlyWatches).orElse(true)
        && step.rule().matches().stream()
            .anyMatch(
                match ->
                    match instanceof Match.SourceAddress || match instanceof Match.SourceInSet);
  }

  private static Optional<Step> accepting(Asked hook) {
    return hook.verdict() == Verdict.ACCEPTED && !hook.byPolicy() && !hook.steps().isEmpty()
        ? Optional.of(hook.steps().getLast())
            .filter(step -> step.rule().target().equals(Optional.of(new Target.Accept())))
        : Optional.empty();
  }

  private static boolean isUnhindered(Journey journey) {
    return journey.stages().stream()
        .filter(Asked.class::isInstance)
        .map(Asked.class::cast)
        .filter(hook -> hook.hook().table().equals("filter"))
        .allMatch(hook -> accepting(hook).isEmpty());
  }
}
