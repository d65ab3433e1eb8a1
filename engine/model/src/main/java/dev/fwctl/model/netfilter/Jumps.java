package dev.fwctl.model.netfilter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which chains of a table lead into which, to find what the kernel would refuse: jumps in a circle,
 * or too deep.
 *
 * <p>The kernel looks at what packets can reach, and so at nothing that no built-in chain leads to.
 */
final class Jumps {
  /** The names of built-in chains. Source: iptables(8). */
  static final Set<String> HOOKS =
      Set.of("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING");

  /** More than any kernel allows that prints its rules in this form. */
  private static final int DEEPEST = 1000;

  private final Map<String, List<Jump>> jumps = new HashMap<>();

  /**
   * A rule that leads into a chain.
   *
   * @param to that chain
   * @param line the line that the rule stands in
   */
  private record Jump(String to, int line) {}

  /**
   * What the kernel would refuse.
   *
   * @param line the line of the rule to blame
   * @param description what is wrong with it
   */
  record Problem(int line, String description) {}

  void add(String chain, Rule rule, int line) {
    String to =
        switch (rule.target().orElse(new Target.Return())) {
          case Target.Jump jump -> jump.chain();
          case Target.Goto jump -> jump.chain();
          default -> "";
        };
    if (!to.isEmpty()) {
      jumps.computeIfAbsent(chain, key -> new ArrayList<>()).add(new Jump(to, line));
    }
  }

  /** Returns what is wrong, if anything is. */
  Optional<Problem> problem() {
    Map<String, Integer> depths = new HashMap<>();
    for (String hook : HOOKS) {
      Optional<Problem> problem = explore(hook, depths);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  /**
   * Finds how deep the jumps below a chain go.
   *
   * @param depths what is known already; 0 for a chain that is being looked at
   */
  private Optional<Problem> explore(String start, Map<String, Integer> depths) {
    if (depths.containsKey(start)) {
      return Optional.empty();
    }
    Deque<Visit> visits = new ArrayDeque<>();
    visits.push(visit(start, depths));
    while (!visits.isEmpty()) {
      Visit visit = visits.element();
      if (!visit.rest.hasNext()) {
        visits.pop();
        depths.put(visit.chain, visit.depth);
        if (!visits.isEmpty()) {
          visits.element().reach(visit.depth);
        }
        continue;
      }
      Jump jump = visit.rest.next();
      Integer known = depths.get(jump.to());
      if (known == null) {
        visits.push(visit(jump.to(), depths));
      } else if (known == 0) {
        return Optional.of(
            new Problem(jump.line(), "a jump that leads back to where it comes from"));
      } else {
        visit.reach(known);
      }
      if (visit.depth > DEEPEST || visits.size() > DEEPEST) {
        return Optional.of(new Problem(jump.line(), "jumps that go deeper than any kernel allows"));
      }
    }
    return Optional.empty();
  }

  private Visit visit(String chain, Map<String, Integer> depths) {
    depths.put(chain, 0);
    return new Visit(chain, jumps.getOrDefault(chain, List.of()).iterator());
  }

  /** A chain that is being looked at. */
  private static final class Visit {
    private final String chain;
    private final Iterator<Jump> rest;
    private int depth = 1;

    Visit(String chain, Iterator<Jump> rest) {
      this.chain = chain;
      this.rest = rest;
    }

    void reach(int below) {
      depth = Math.max(depth, below + 1);
    }
  }
}
