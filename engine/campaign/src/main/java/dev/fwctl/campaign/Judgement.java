package dev.fwctl.campaign;

import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.Outcome;
import dev.fwctl.model.Family;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Says what in a round must not be. */
final class Judgement {
  /** How long what a fault has cut may take to be reached again after the fault, in nanoseconds. */
  private static final long GRACE = 1_500_000_000;

  private final Evidence evidence;
  private final Optional<Grants> inForce;

  Judgement(Evidence evidence) {
    this.evidence = evidence;
    this.inForce =
        evidence.asked().all().stream()
            .filter(grants -> evidence.held().equals(evidence.texts().get(grants)))
            .findFirst();
  }

  /** Returns which of the policies the host holds, if it holds one of them. */
  Optional<Grants> inForce() {
    return inForce;
  }

  /** Returns each violation in a sentence. */
  List<String> violations() {
    List<String> violations = new ArrayList<>();
    violations.addAll(rules());
    violations.addAll(reports());
    violations.addAll(packets());
    violations.addAll(connections());
    violations.addAll(others());
    inForce.ifPresent(grants -> violations.addAll(answers(grants, evidence.answers())));
    return violations;
  }

  /**
   * Says where a host that holds a policy does not answer as the policy says. What the kernel holds
   * where a policy is in force is learnt from the program, which this does not believe.
   */
  static List<String> answers(Grants inForce, Map<Way, Outcome> answers) {
    return answers.entrySet().stream()
        .filter(answer -> (answer.getValue() == Outcome.OPEN) != inForce.allow(answer.getKey()))
        .map(
            answer ->
                "at rest with [%s], %s is %s"
                    .formatted(inForce, answer.getKey(), answer.getValue().label()))
        .sorted()
        .toList();
  }

  /** Both families hold one of the policies, the same; or nothing, where somebody flushed them. */
  private List<String> rules() {
    if (inForce.isPresent()) {
      return List.of();
    }
    if (evidence.fault() == Fault.RULES_FLUSHED) {
      List<String> wrong = new ArrayList<>();
      for (Family family : Family.values()) {
        List<String> held = evidence.held().of(family);
        boolean whole =
            held.isEmpty()
                || evidence.texts().values().stream()
                    .anyMatch(text -> text.of(family).equals(held));
        if (!whole) {
          wrong.add("the rules of " + family + " are neither the old nor the new nor none");
        }
      }
      return wrong;
    }
    return List.of("the rules are neither the old nor the new");
  }

  /** What is said is what is. */
  private List<String> reports() {
    return evidence.traces().second().map(this::bothReports).orElseGet(this::theReport);
  }

  private List<String> theReport() {
    Report report = evidence.report();
    boolean holds = inForce.equals(Optional.of(evidence.asked().wanted()));
    boolean mayBeUntold = evidence.fault() == Fault.CONTROLLER_KILLED && report.outcome().isEmpty();
    if (report.saysApplied()) {
      return holds || wasFlushedSince()
          ? List.of()
          : List.of("it said applied, and the host does not hold it");
    }
    if (report.exitCode() == 0) {
      return List.of("it ended with 0, and did not say applied");
    }
    return holds && !mayBeUntold && !report.saysUnknown()
        ? List.of("it said " + report + ", and the host holds what was wanted")
        : List.of();
  }

  /** Flushed after it was applied, it is another's doing, and for drift to tell. */
  private boolean wasFlushedSince() {
    return evidence
        .traces()
        .flushed()
        .filter(flushed -> evidence.report().begun().filter(flushed::isBefore).isEmpty())
        .isPresent();
  }

  /**
   * With two operators, the host holds what one of those wanted who were told that it is applied.
   */
  private List<String> bothReports(Report other) {
    Set<Grants> applied = new LinkedHashSet<>();
    if (evidence.report().saysApplied()) {
      applied.add(evidence.asked().wanted());
    }
    if (other.saysApplied()) {
      evidence.asked().other().ifPresent(applied::add);
    }
    if (applied.isEmpty()) {
      applied.add(evidence.asked().before());
    }
    boolean unknown = evidence.report().saysUnknown() || other.saysUnknown();
    return unknown || inForce.filter(applied::contains).isPresent()
        ? List.of()
        : List.of(
            "they said %s and %s, and the host holds another".formatted(evidence.report(), other));
  }

  /** Nobody gets in whom no policy lets in, and nobody is cut off whom each of them lets in. */
  private Set<String> packets() {
    Set<String> violations = new LinkedHashSet<>();
    for (Evidence.Sighting sighting : evidence.sightings()) {
      List<Grants> asked = evidence.asked().all();
      boolean open = sighting.outcome() == Outcome.OPEN;
      if (open
          && asked.stream().noneMatch(grants -> grants.allow(sighting.way()))
          && !(evidence.fault() == Fault.RULES_FLUSHED && sighting.ended() >= evidence.begun())) {
        violations.add("let in: " + sighting.way());
      }
      if (!open && evidence.asked().allAllow(sighting.way()) && !isCutByTheFault(sighting)) {
        violations.add("cut off (%s): %s".formatted(sighting.outcome(), sighting.way()));
      }
    }
    return violations;
  }

  private boolean isCutByTheFault(Evidence.Sighting sighting) {
    return evidence.fault().harm().cuts(sighting.way().service())
        && sighting.ended() >= evidence.begun()
        && sighting.sent() <= evidence.ended() + GRACE;
  }

  /** A connection that all policies allow lives, unless the fault ended what it went to. */
  private List<String> connections() {
    return evidence.connections().entrySet().stream()
        .filter(connection -> connection.getValue() != HeldConnection.Pulse.ALIVE)
        .filter(connection -> !evidence.fault().harm().ends(connection.getKey().service()))
        .map(
            connection ->
                "a held connection is %s: %s"
                    .formatted(
                        connection.getValue().name().toLowerCase(Locale.ROOT), connection.getKey()))
        .sorted()
        .toList();
  }

  /** Rules of others stay as they are, unless Docker itself writes them anew. */
  private List<String> others() {
    Evidence.Others others = evidence.others();
    return evidence.fault().harm().restartsDocker() || others.before().equals(others.after())
        ? List.of()
        : List.of("the rules of others are not as they were: " + others);
  }
}
