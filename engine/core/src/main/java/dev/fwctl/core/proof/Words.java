package dev.fwctl.core.proof;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Asked;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Target;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says of packets and rules what a person needs to find them. */
final class Words {
  /** How many rules are named that something depends on; more would hide the others. */
  private static final int TOLD = 3;

  private Words() {}

  static String of(Packet packet) {
    return "%s -> %s, %s"
        .formatted(
            packet.sender(),
            packet.target(),
            packet.in().map(in -> "in by " + in).orElse("sent by the host"));
  }

  /** Returns where a rule stands, what it says, and whose it is or by what line of the policy. */
  static String of(Step step, Family family) {
    String why =
        PolicyLine.of(step)
            .map(PolicyLine::toString)
            .or(step.rule()::comment)
            .map(words -> "  # " + words)
            .orElse("");
    String whose =
        RuleOwner.of(step)
            .filter(owner -> owner != RuleOwner.FWCTL)
            .map(owner -> owner + "'s ")
            .orElse("");
    return "%s%s: %s%s"
        .formatted(
            whose, step.place(), RulesetText.rule(family, step.rule().withoutComment()), why);
  }

  /** Tells what keeps packets from where they are bound that go a way. */
  static String keptOut(Journey way) {
    Family family = way.packet().family();
    String verb =
        switch (way.ending()) {
          case DROPPED -> "dropped";
          case REJECTED -> "rejected";
          case NO_ROUTE -> "not routed: no route leads there";
          case UNDECIDED -> "not known to get there";
          case SENT -> "sent out by " + way.packet().out().orElse("?");
          case DELIVERED -> "delivered to the host itself";
        };
    if (way.ending() == Ending.SENT || way.ending() == Ending.DELIVERED) {
      return verb + ", as " + way.packet().target();
    }
    return verb
        + way.decisive()
            .map(step -> " by " + of(step, family))
            .orElseGet(
                () ->
                    way.stages().getLast() instanceof Asked asked && asked.byPolicy()
                        ? " by the policy of %s in %s"
                            .formatted(asked.hook().chain(), asked.hook().table())
                        : "");
  }

  /** Returns the rule that lets packets in that go a way: the last that spoke for them. */
  static Optional<Step> lettingIn(Journey way) {
    return way.stages().stream()
        .filter(Asked.class::isInstance)
        .flatMap(stage -> ((Asked) stage).steps().stream())
        .filter(Words::letsThrough)
        .reduce((earlier, later) -> PolicyLine.of(earlier).isPresent() ? earlier : later);
  }

  /** Tells which rule lets packets in that go a way. */
  static String letIn(Journey way) {
    Family family = way.packet().family();
    return lettingIn(way).map(step -> "by " + of(step, family)).orElse("as no rule keeps it out");
  }

  private static boolean letsThrough(Step step) {
    return switch (step.rule().target().orElse(new Target.Drop())) {
      case Target.Accept _ -> true;
      case Target.Return _ -> step.rule().comment().isPresent();
      default -> false;
    };
  }

  /** Tells what something depends on. */
  static String of(Answer.Depends answer) {
    Family family = answer.witness().family();
    List<String> reasons =
        answer.rules().stream().map(step -> of(step, family)).collect(Collectors.toList());
    answer
        .interfaces()
        .forEach(
            names ->
                reasons.add(
                    "which of %s the packet leaves by"
                        .formatted(names.stream().sorted().collect(Collectors.joining(", ")))));
    int more = reasons.size() - TOLD;
    return String.join("; ", reasons.subList(0, Math.min(TOLD, reasons.size())))
        + (more > 0 ? "; and %d more".formatted(more) : "");
  }
}
