package dev.fwctl.core.proof;

import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * What proofs say of a host.
 *
 * @param refusals why nothing may be carried out
 * @param warnings what the user should know
 */
public record Findings(List<Problem> refusals, List<Problem> warnings) {
  public Findings {
    refusals = List.copyOf(refusals);
    warnings = List.copyOf(warnings);
  }

  static Findings none() {
    return new Findings(List.of(), List.of());
  }

  static Findings refusal(Problem problem) {
    return new Findings(List.of(problem), List.of());
  }

  static Findings warning(Problem problem) {
    return new Findings(List.of(), List.of(problem));
  }

  Findings and(Findings other) {
    List<Problem> allRefusals = new ArrayList<>(refusals);
    allRefusals.addAll(other.refusals);
    List<Problem> allWarnings = new ArrayList<>(warnings);
    allWarnings.addAll(other.warnings);
    return new Findings(allRefusals, allWarnings);
  }
}
