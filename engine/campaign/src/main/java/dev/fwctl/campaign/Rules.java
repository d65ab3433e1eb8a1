package dev.fwctl.campaign;

import dev.fwctl.lab.Lab;
import dev.fwctl.model.Family;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Rules that the kernel of a host holds, without counters.
 *
 * @param lines of each family, each with its table in front
 */
record Rules(Map<Family, List<String>> lines) {
  private static final Pattern OURS = Pattern.compile(".*\\bFWCTL.*");
  private static final Pattern COUNTERS = Pattern.compile(" \\[[0-9]+:[0-9]+]$");

  Rules {
    Map<Family, List<String>> copy = new EnumMap<>(Family.class);
    lines.forEach((family, some) -> copy.put(family, List.copyOf(some)));
    lines = Collections.unmodifiableMap(copy);
  }

  /** Returns all that a host holds. */
  static Rules of(Lab lab, String host) {
    return new Rules(
        Map.of(
            Family.IPV4,
            parse(lab.run(host, "iptables-save")),
            Family.IPV6,
            parse(lab.run(host, "ip6tables-save"))));
  }

  /** Reads what iptables-save printed. */
  static List<String> parse(String saved) {
    List<String> lines = new ArrayList<>();
    String table = "";
    for (String line : saved.lines().toList()) {
      if (line.startsWith("*")) {
        table = line;
      } else if (line.startsWith(":") || line.startsWith("-")) {
        lines.add(table + " " + COUNTERS.matcher(line).replaceAll(""));
      }
    }
    return lines;
  }

  /**
   * Returns those that are fwctl's, chains in the order of their names, as the kernel prints them
   * in the order in which they were made.
   */
  Rules ours() {
    return map(
        some ->
            some.stream()
                .filter(OURS.asMatchPredicate())
                .sorted(Comparator.comparing(Rules::chain))
                .toList());
  }

  /** Returns those that are not, as the kernel prints them. */
  Rules others() {
    return map(some -> some.stream().filter(OURS.asMatchPredicate().negate()).toList());
  }

  private Rules map(UnaryOperator<List<String>> selection) {
    Map<Family, List<String>> selected = new EnumMap<>(Family.class);
    lines.forEach((family, some) -> selected.put(family, selection.apply(some)));
    return new Rules(selected);
  }

  private static String chain(String line) {
    String[] words = line.split(" ", 4);
    boolean declared = words[1].startsWith(":");
    return words[0] + " " + (declared ? words[1].substring(1) : words[2]) + (declared ? "" : " -");
  }

  List<String> of(Family family) {
    return lines.getOrDefault(family, List.of());
  }

  boolean areNone() {
    return lines.values().stream().allMatch(List::isEmpty);
  }
}
