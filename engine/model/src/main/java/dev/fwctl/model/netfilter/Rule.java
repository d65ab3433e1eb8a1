package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A rule: when every match holds, its target is carried out.
 *
 * <p>The order of matches has no meaning to the kernel; whoever makes a rule sorts them by {@link
 * Match#ORDER}, so that equal rules are equal records.
 *
 * @param matches the matches
 * @param target the target; a rule without one only counts
 * @param comment the text of its comment match, when it has one
 */
public record Rule(List<Match> matches, Optional<Target> target, Optional<String> comment) {
  public Rule {
    matches = sorted(matches);
    requireNonNull(target, "target is null");
    requireNonNull(comment, "comment is null");
  }

  private static List<Match> sorted(List<Match> matches) {
    for (int i = 1; i < matches.size(); i++) {
      if (Match.ORDER.compare(matches.get(i - 1), matches.get(i)) > 0) {
        return matches.stream().sorted(Match.ORDER).toList();
      }
    }
    return List.copyOf(matches);
  }

  public Rule withoutComment() {
    return new Rule(matches, target, Optional.empty());
  }
}
