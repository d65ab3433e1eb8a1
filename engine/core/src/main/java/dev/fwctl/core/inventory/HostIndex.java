package dev.fwctl.core.inventory;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.core.inventory.HostPattern.Kind;
import dev.fwctl.core.inventory.HostPattern.Operator;
import dev.fwctl.core.inventory.HostPattern.Subscript;
import dev.fwctl.core.inventory.HostPattern.Term;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names of an inventory's hosts and groups, for patterns to choose from.
 *
 * <p>A host is known by its number, its rank when all are sorted by name.
 */
final class HostIndex {
  private final List<String> names;
  private final Map<String, Integer> numbers;

  /** The numbers in the order of the inventory, which is the order that subscripts count in. */
  private final List<Integer> inventoryOrder;

  private final SequencedMap<String, List<Integer>> groups;

  /**
   * Creates an index.
   *
   * @param hosts the names of all hosts in the order of the inventory
   * @param groups the names of each group's hosts, all in the order of the inventory
   */
  HostIndex(Collection<String> hosts, SequencedMap<String, ? extends Collection<String>> groups) {
    this.names = List.copyOf(new TreeSet<>(hosts));
    this.numbers = HashMap.newHashMap(names.size());
    for (int number = 0; number < names.size(); number++) {
      numbers.put(names.get(number), number);
    }
    this.inventoryOrder = numbers(hosts);
    this.groups = new LinkedHashMap<>();
    groups.forEach((name, members) -> this.groups.put(name, numbers(members)));
  }

  private List<Integer> numbers(Collection<String> hosts) {
    return hosts.stream().map(numbers::get).toList();
  }

  /** Returns all names, sorted. */
  List<String> names() {
    return names;
  }

  /** Returns the number of a host. */
  Optional<Integer> number(String name) {
    return Optional.ofNullable(numbers.get(name));
  }

  /**
   * Returns the hosts that a pattern selects.
   *
   * @param subject what the pattern is in a message, such as {@code host pattern}
   * @throws dev.fwctl.model.FwctlException when the pattern is malformed, when a term of it matches
   *     nothing, or when it selects no host
   */
  BitSet select(String text, String subject, Optional<Place> place) {
    HostPattern pattern = HostPattern.parse(text, place);
    Problems problems = new Problems();
    BitSet selected = new BitSet(names.size());
    boolean joined = false;
    for (Term term : pattern.terms()) {
      if (term.operator() == Operator.UNION) {
        selected.or(match(term, pattern, subject, place, problems));
        joined = true;
      }
    }
    if (!joined) {
      selected.set(0, names.size());
    }
    for (Term term : pattern.terms()) {
      if (term.operator() == Operator.INTERSECTION) {
        selected.and(match(term, pattern, subject, place, problems));
      }
    }
    for (Term term : pattern.terms()) {
      if (term.operator() == Operator.EXCLUSION) {
        selected.andNot(match(term, pattern, subject, place, problems));
      }
    }
    problems.throwIfAny();
    if (selected.isEmpty()) {
      problems.add(
          new Problem(
              ErrorCode.UNKNOWN_NAME,
              subject + " '" + text + "' selects no host",
              place,
              Optional.of(
                  pattern.terms().size() == 1
                      ? "the group exists but has no hosts"
                      : "its terms exist but leave no host")));
      problems.throwIfAny();
    }
    return selected;
  }

  private BitSet match(
      Term term, HostPattern pattern, String subject, Optional<Place> place, Problems problems) {
    BitSet matched = new BitSet(names.size());
    boolean known;
    Optional<Integer> host = term.kind() == Kind.WORD ? number(term.name()) : Optional.empty();
    if (term.kind() == Kind.WORD && term.subscript().isEmpty()) {
      List<Integer> members = groups.get(term.name());
      known = members != null || host.isPresent();
      if (members != null && host.isPresent() && !members.equals(List.of(host.get()))) {
        problems.add(
            new Problem(
                ErrorCode.CONFLICT,
                "'" + term.name() + "' is the name of a group and of a host",
                place,
                Optional.of("give the group or the host another name")));
      }
      if (members != null) {
        members.forEach(matched::set);
      }
      host.ifPresent(matched::set);
    } else {
      List<Integer> found = new ArrayList<>();
      known = search(term, found, matched);
      if (known && term.subscript().isPresent()) {
        matched.clear();
        subscript(term.subscript().get(), found, matched);
        known = !matched.isEmpty();
      }
    }
    if (!known) {
      problems.add(
          new Problem(
              ErrorCode.UNKNOWN_NAME,
              describe(term, pattern, subject),
              place,
              Optional.of(hint(term))));
    }
    return matched;
  }

  /**
   * Finds what a glob, a regular expression or a word matches; tells whether anything did.
   *
   * @param found takes the numbers of hosts in the order in which they are found, each once
   * @param seen takes the same numbers
   */
  private boolean search(Term term, List<Integer> found, BitSet seen) {
    boolean known = false;
    for (Map.Entry<String, List<Integer>> group : groups.entrySet()) {
      if (term.matches(group.getKey())) {
        group.getValue().forEach(number -> add(number, found, seen));
        known = true;
      }
    }
    if (!known || term.kind() != Kind.WORD) {
      for (int number : inventoryOrder) {
        // A host that is known by its group needs no look at its name.
        if (!seen.get(number) && term.matches(names.get(number))) {
          add(number, found, seen);
          known = true;
        }
      }
    }
    return known;
  }

  private static void add(int number, List<Integer> found, BitSet seen) {
    if (!seen.get(number)) {
      seen.set(number);
      found.add(number);
    }
  }

  private static void subscript(Subscript subscript, List<Integer> found, BitSet matched) {
    int from = subscript.from() < 0 ? found.size() + subscript.from() : subscript.from();
    int to = Math.min(subscript.to().orElse(from), found.size() - 1);
    for (int i = Math.max(from, 0); from >= 0 && i <= to; i++) {
      matched.set(found.get(i));
    }
  }

  private static String describe(Term term, HostPattern pattern, String subject) {
    String where = "";
    if (pattern.terms().size() > 1) {
      where = " in " + subject + " '" + pattern.text() + "'";
    } else if (subject.startsWith("--")) {
      // An option has no place that would tell.
      where = ", in " + subject;
    }
    if (term.subscript().isPresent()) {
      return "'" + term.name() + "' has no hosts at that subscript" + where;
    }
    return term.kind() == Kind.WORD
        ? "'" + term.name() + "' is neither a group nor a host" + where
        : "'" + term.name() + "' matches no group and no host" + where;
  }

  private String hint(Term term) {
    if (term.subscript().isPresent()) {
      return "a subscript counts the hosts of a group from 0";
    }
    if (term.kind() != Kind.WORD) {
      return "look at the inventory, or leave the term out";
    }
    if (term.name().equals("localhost")) {
      return "add it to the inventory, with ansible_connection=local";
    }
    if (term.name().indexOf(':') >= 0) {
      return "separate terms by ',' alone or by ':' alone; no port is needed";
    }
    Set<String> candidates = new TreeSet<>(groups.keySet());
    candidates.addAll(names);
    return Suggestions.closest(term.name(), candidates)
        .map(closest -> "did you mean '" + closest + "'?")
        .or(() -> Suggestions.hint(term.name(), groups.keySet(), "groups"))
        .orElse("look at the inventory");
  }
}
