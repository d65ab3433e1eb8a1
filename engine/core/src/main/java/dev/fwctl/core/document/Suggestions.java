package dev.fwctl.core.document;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Guesses what was meant by a name that does not exist. */
public final class Suggestions {
  /** So many names can still be read at a glance in a hint. */
  private static final int LISTED = 12;

  /**
   * Names beyond this length are not compared; a slip of the finger is not found in them anyway.
   */
  private static final int LONGEST_COMPARED = 100;

  private Suggestions() {}

  /**
   * Returns the candidate that is most like a name, if one is like it at all.
   *
   * <p>A candidate is like a name when it is the same but for case, begins with it, or differs by
   * at most a third of its letters, a swap of neighbours counted as one.
   */
  public static Optional<String> closest(String name, Collection<String> candidates) {
    if (name.isEmpty() || name.length() > LONGEST_COMPARED) {
      return Optional.empty();
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    int bound = Math.max(1, name.length() / 3);
    Optional<String> best = Optional.empty();
    int bestDistance = bound + 1;
    for (String candidate : candidates) {
      String lower = candidate.toLowerCase(Locale.ROOT);
      if (Math.abs(lower.length() - wanted.length()) > bound) {
        continue;
      }
      int distance = distance(wanted, lower);
      // A name of one or two letters is at distance one or two from everything.
      // Of equals the first in order wins, so that a message does not depend on how a set iterates.
      boolean nearer =
          distance < bestDistance
              || (distance == bestDistance
                  && best.map(held -> candidate.compareTo(held) < 0).orElse(false));
      if (nearer && distance < Math.max(wanted.length(), lower.length())) {
        best = Optional.of(candidate);
        bestDistance = distance;
      }
    }
    if (best.isEmpty() && wanted.length() >= 3) {
      List<String> longer =
          candidates.stream()
              .filter(candidate -> candidate.toLowerCase(Locale.ROOT).startsWith(wanted))
              .limit(2)
              .toList();
      return longer.size() == 1 ? Optional.of(longer.getFirst()) : Optional.empty();
    }
    return best;
  }

  /**
   * Returns a hint that names the closest candidate, or else the candidates.
   *
   * @param kind what the candidates are, in the plural, such as {@code declared sources}
   */
  public static Optional<String> hint(String name, Collection<String> candidates, String kind) {
    Optional<String> closest = closest(name, candidates);
    if (closest.isPresent()) {
      return Optional.of("did you mean '" + closest.get() + "'?");
    }
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    String listed = String.join(", ", candidates.stream().sorted().limit(LISTED).toList());
    int more = candidates.size() - LISTED;
    return Optional.of(kind + ": " + listed + (more > 0 ? " and " + more + " more" : ""));
  }

  /**
   * Returns how many insertions, deletions, replacements and swaps of neighbours turn one text into
   * another.
   */
  private static int distance(String from, String to) {
    int[] beforeLast = new int[to.length() + 1];
    int[] last = new int[to.length() + 1];
    int[] current = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(last[j], current[j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
        }
      }
      int[] free = beforeLast;
      beforeLast = last;
      last = current;
      current = free;
    }
    return last[to.length()];
  }
}
