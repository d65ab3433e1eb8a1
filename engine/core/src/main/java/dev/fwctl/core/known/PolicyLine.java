package dev.fwctl.core.known;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line of a policy that a rule of ours came from, as its comment tells.
 *
 * @param file the policy document; the beginning of a long path is left out
 * @param line the line, from 1
 * @param policy the policy's name, or {@link #DEFAULT}
 */
public record PolicyLine(String file, int line, String policy) {
  /** Stands for the policy's name where a rule is what a policy says of all else. */
  public static final String DEFAULT = "default";

  /** What chains of ours begin with. */
  private static final String OWN = "FWCTL";

  private static final Pattern COMMENT = Pattern.compile("(.+):([0-9]{1,9}) (.+)");

  public PolicyLine {
    requireNonNull(file, "file is null");
    requireNonNull(policy, "policy is null");
  }

  /** Returns it in words: {@code policy shop, policies/shop.yml:14}. */
  @Override
  public String toString() {
    return "policy %s, %s:%d".formatted(policy, file, line);
  }

  /**
   * Returns the line behind a rule; nothing for others' rules, and for those that all hosts have.
   */
  public static Optional<PolicyLine> of(Step step) {
    if (!step.chain().startsWith(OWN)) {
      return Optional.empty();
    }
    return step.rule()
        .comment()
        .map(COMMENT::matcher)
        .filter(Matcher::matches)
        .map(
            parts ->
                new PolicyLine(parts.group(1), Integer.parseInt(parts.group(2)), parts.group(3)));
  }
}
