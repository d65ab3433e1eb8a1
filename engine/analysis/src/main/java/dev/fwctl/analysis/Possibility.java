package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;
import java.util.List;

/**
 * A way that a packet may go, as far as rules are understood.
 *
 * @param suppositions what is supposed of the rules that are not understood, in the order in which
 *     the packet meets them; none where all are understood
 * @param journey the way that it then goes
 */
public record Possibility(List<Supposition> suppositions, Journey journey) {
  public Possibility {
    suppositions = List.copyOf(suppositions);
    requireNonNull(journey, "journey is null");
  }

  /**
   * What is supposed of a rule that is not understood.
   *
   * @param step the rule
   * @param applies whether it applies to the packet
   */
  public record Supposition(Step step, boolean applies) {
    public Supposition {
      requireNonNull(step, "step is null");
    }
  }
}
