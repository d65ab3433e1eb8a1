package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One line of the difference between two sets of owned rules.
 *
 * @param kind what happens to the rule
 * @param line the rule as it will be, or as it was where it goes
 * @param before the rule as it was, where it changes
 */
public record RuleChange(Kind kind, RuleLine line, Optional<RuleLine> before) {
  public RuleChange {
    requireNonNull(kind, "kind is null");
    requireNonNull(line, "line is null");
    requireNonNull(before, "before is null");
    if ((kind == Kind.CHANGE || kind == Kind.NOTE) != before.isPresent()) {
      throw new IllegalArgumentException("only a rule that changes has been something before");
    }
  }

  /** What happens to a rule. */
  public enum Kind {
    ADD,
    /** Another rule takes this one's place. */
    CHANGE,
    REMOVE,
    /** The rule stays; only the place in the policy that its comment names is another. */
    NOTE
  }

  static RuleChange add(RuleLine line) {
    return new RuleChange(Kind.ADD, line, Optional.empty());
  }

  static RuleChange remove(RuleLine line) {
    return new RuleChange(Kind.REMOVE, line, Optional.empty());
  }
}
