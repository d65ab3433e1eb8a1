package dev.fwctl.campaign;

import dev.fwctl.lab.Lab;
import dev.fwctl.model.Family;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What of fwctl's the kernel of a host holds, without counters.
 *
 * @param lines of each family, each with its table in front; chains in the order of their names, as
 *     the kernel prints them in the order in which they were made
 */
record Rules(Map<Family, List<String>> lines) {
  private static final Pattern OURS = Pattern.compile(".*\\bFWCTL.*");
  private static final Pattern COUNTERS = Pattern.compile(" \\[[0-9]+:[0-9]+]$");

  Rules {
    Map<Family, List<String>> copy = new EnumMap<>(Family.class);
    lines.forEach((family, some) -> copy.put(family, List.copyOf(some)));
    lines = Collections.unmodifiableMap(copy);
  }

  static Rules of(Lab lab, String host) {
    Map<Family, List<String>> lines = new EnumMap<>(Family.class);
    lines.put(Family.IPV4, ours(lab.run(host, "iptables-save")));
    lines.put(Family.IPV6, ours(lab.run(host, "ip6tables-save")));
    return new Rules(lines);
  }

  /** Returns the lines that are ours of what iptables-save printed. */
  static List<String> ours(String saved) {
    List<String> lines = new ArrayList<>();
    String table = "";
    for (String line : saved.lines().toList()) {
      if (line.startsWith("*")) {
        table = line;
      } else if (OURS.matcher(line).matches()) {
        lines.add(table + " " + COUNTERS.matcher(line).replaceAll(""));
      }
    }
    lines.sort(Comparator.comparing(Rules::chain));
    return lines;
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
