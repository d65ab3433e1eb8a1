package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.AddressSet;
import java.util.List;
import java.util.Optional;

/**
 * Which far ends get through, and which rules decided so.
 *
 * @param through the far ends that get through
 * @param unsure the far ends that may or may not, as a rule has a match or target that is not
 *     understood
 * @param decisions what decided, one for each comment and verdict
 */
public record Passage(AddressSet through, AddressSet unsure, List<Decision> decisions) {
  public Passage {
    requireNonNull(through, "through is null");
    requireNonNull(unsure, "unsure is null");
    decisions = List.copyOf(decisions);
  }

  /**
   * What one rule decided, or several with the same comment.
   *
   * @param passes whether the packets got through
   * @param comment the comment of the rule; nothing when no rule decided, or one without a comment
   * @param peers the far ends whose packets it decided on
   */
  public record Decision(boolean passes, Optional<String> comment, AddressSet peers) {
    public Decision {
      requireNonNull(comment, "comment is null");
      requireNonNull(peers, "peers is null");
    }
  }
}
