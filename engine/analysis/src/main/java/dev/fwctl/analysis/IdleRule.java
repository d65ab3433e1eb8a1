package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;

/**
 * A rule that applies to no packet.
 *
 * @param step the rule and where it stands
 * @param reason why it does not
 */
public record IdleRule(Step step, Reason reason) {
  public IdleRule {
    requireNonNull(step, "step is null");
    requireNonNull(reason, "reason is null");
  }

  /** Why a rule applies to no packet. */
  public enum Reason {
    /** No packet gets into its chain. */
    UNREACHED,
    /** Of the packets that get into its chain, rules before it take all that it is for. */
    SHADOWED,
    /** No packet that gets into its chain is one that it is for. */
    IMPOSSIBLE
  }
}
