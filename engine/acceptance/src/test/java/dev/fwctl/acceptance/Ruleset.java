package dev.fwctl.acceptance;

import dev.fwctl.lab.Lab;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules of a host as {@code iptables-save} and {@code ip6tables-save} print them, without
 * counters and comments of its own.
 *
 * <p>A table in which nobody has a rule or a chain is left out: looking at a table makes the kernel
 * load it.
 *
 * @param lines the lines of both families, each with its table in front
 */
record Ruleset(List<String> lines) {
  private static final Pattern COUNTERS = Pattern.compile("\\[[0-9]+:[0-9]+\\]$");
  private static final Pattern OURS = Pattern.compile("(?i).*\\bfwctl.*");

  static Ruleset of(Lab lab, String host) {
    List<String> lines = new ArrayList<>();
    for (String program : List.of("iptables", "ip6tables")) {
      String table = "";
      for (String line : lab.run(host, program + "-save").lines().toList()) {
        if (line.startsWith("*")) {
          table = line;
        } else if (!line.startsWith("#")
            && !line.equals("COMMIT")
            && !line.matches(":[A-Z]+ ACCEPT \\[.*")) {
          lines.add("%s %s %s".formatted(program, table, COUNTERS.matcher(line).replaceAll("")));
        }
      }
    }
    return new Ruleset(lines);
  }

  /** Returns the lines that are not fwctl's. */
  String withoutOurs() {
    return String.join("\n", lines.stream().filter(line -> !isOurs(line)).toList());
  }

  /** Returns the lines of some chains that are not fwctl's. */
  String withoutOurs(String... chains) {
    Set<String> wanted = Set.of(chains);
    return String.join(
        "\n",
        lines.stream()
            .filter(line -> !isOurs(line))
            .filter(line -> wanted.contains(chain(line)))
            .toList());
  }

  /** Returns the lines that are fwctl's. */
  List<String> ours() {
    return lines.stream().filter(Ruleset::isOurs).toList();
  }

  private static boolean isOurs(String line) {
    return OURS.matcher(line).matches();
  }

  private static String chain(String line) {
    String[] words = line.split(" ", -1);
    return words[2].startsWith(":") ? words[2].substring(1) : words[3];
  }
}
