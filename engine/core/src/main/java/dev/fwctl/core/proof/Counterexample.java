package dev.fwctl.core.proof;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Packet;
import dev.fwctl.model.Problem;
import java.util.List;
import java.util.Optional;

/**
 * A packet that shows why something is not proved.
 *
 * @param packet the packet, as it comes in
 * @param rule the rule that lets it in or keeps it out; nothing where no rule does
 * @param dependsOn the rules that are not understood, where it hangs on such
 */
public record Counterexample(Packet packet, Optional<Step> rule, List<Step> dependsOn)
    implements Problem.Evidence {
  public Counterexample {
    requireNonNull(packet, "packet is null");
    requireNonNull(rule, "rule is null");
    dependsOn = List.copyOf(dependsOn);
  }

  static Counterexample of(Packet packet, Optional<Step> rule) {
    return new Counterexample(packet, rule, List.of());
  }

  static Counterexample of(Answer.Depends answer) {
    return new Counterexample(answer.witness(), Optional.empty(), answer.rules());
  }
}
