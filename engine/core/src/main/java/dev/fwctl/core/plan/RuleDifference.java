package dev.fwctl.core.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Tells two lists of rules apart, chain by chain, by their longest common subsequence.
 *
 * <p>An inserted rule is then one addition, not a change of every rule behind it.
 */
public final class RuleDifference {
  /** Beyond this many pairs of rules a chain is compared from both ends only, to stay quick. */
  private static final int MOST_PAIRS = 4_000_000;

  private RuleDifference() {}

  /** Returns what leads from one list to the other; empty when they are equal. */
  public static List<RuleChange> between(List<RuleLine> before, List<RuleLine> after) {
    Map<String, List<RuleLine>> old = byChain(before);
    Map<String, List<RuleLine>> wanted = byChain(after);
    TreeSet<String> chains = new TreeSet<>(old.keySet());
    chains.addAll(wanted.keySet());
    List<RuleChange> changes = new ArrayList<>();
    for (String chain : chains) {
      changes.addAll(
          compare(old.getOrDefault(chain, List.of()), wanted.getOrDefault(chain, List.of())));
    }
    return List.copyOf(changes);
  }

  private static Map<String, List<RuleLine>> byChain(List<RuleLine> lines) {
    Map<String, List<RuleLine>> chains = new LinkedHashMap<>();
    for (RuleLine line : lines) {
      chains.computeIfAbsent(line.chain(), unseen -> new ArrayList<>()).add(line);
    }
    return chains;
  }

  private static List<RuleChange> compare(List<RuleLine> before, List<RuleLine> after) {
    int head = 0;
    List<RuleChange> changes = new ArrayList<>();
    while (head < before.size()
        && head < after.size()
        && before.get(head).sameRule(after.get(head))) {
      note(before.get(head), after.get(head)).ifPresent(changes::add);
      head++;
    }
    int tail = 0;
    List<RuleChange> ending = new ArrayList<>();
    while (tail < before.size() - head
        && tail < after.size() - head
        && before.get(before.size() - 1 - tail).sameRule(after.get(after.size() - 1 - tail))) {
      note(before.get(before.size() - 1 - tail), after.get(after.size() - 1 - tail))
          .ifPresent(ending::addFirst);
      tail++;
    }
    changes.addAll(
        align(
            before.subList(head, before.size() - tail), after.subList(head, after.size() - tail)));
    changes.addAll(ending);
    return changes;
  }

  private static List<RuleChange> align(List<RuleLine> before, List<RuleLine> after) {
    boolean small = (long) before.size() * after.size() <= MOST_PAIRS;
    int[][] common = new int[small ? before.size() + 1 : 1][small ? after.size() + 1 : 1];
    if (small) {
      for (int i = before.size() - 1; i >= 0; i--) {
        for (int j = after.size() - 1; j >= 0; j--) {
          common[i][j] =
              before.get(i).sameRule(after.get(j))
                  ? common[i + 1][j + 1] + 1
                  : Math.max(common[i + 1][j], common[i][j + 1]);
        }
      }
    }
    List<RuleChange> changes = new ArrayList<>();
    List<RuleLine> gone = new ArrayList<>();
    List<RuleLine> come = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      if (i < before.size() && j < after.size() && small && before.get(i).sameRule(after.get(j))) {
        flush(gone, come, changes);
        note(before.get(i++), after.get(j++)).ifPresent(changes::add);
      } else if (j == after.size()
          || (i < before.size() && (!small || common[i + 1][j] >= common[i][j + 1]))) {
        gone.add(before.get(i++));
      } else {
        come.add(after.get(j++));
      }
    }
    flush(gone, come, changes);
    return changes;
  }

  /** What goes and what comes at one spot are one change, pair by pair. */
  private static void flush(List<RuleLine> gone, List<RuleLine> come, List<RuleChange> changes) {
    int pairs = Math.min(gone.size(), come.size());
    for (int i = 0; i < pairs; i++) {
      changes.add(new RuleChange(RuleChange.Kind.CHANGE, come.get(i), Optional.of(gone.get(i))));
    }
    gone.subList(pairs, gone.size()).forEach(line -> changes.add(RuleChange.remove(line)));
    come.subList(pairs, come.size()).forEach(line -> changes.add(RuleChange.add(line)));
    gone.clear();
    come.clear();
  }

  private static Optional<RuleChange> note(RuleLine before, RuleLine after) {
    return before.note().equals(after.note())
        ? Optional.empty()
        : Optional.of(new RuleChange(RuleChange.Kind.NOTE, after, Optional.of(before)));
  }
}
