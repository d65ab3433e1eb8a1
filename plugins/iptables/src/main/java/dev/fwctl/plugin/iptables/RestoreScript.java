package dev.fwctl.plugin.iptables;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The script that makes a host hold certain rules of ours, whatever of ours it holds.
 *
 * <p>The kernel takes a table as a whole or not at all; the script makes the same of several tables
 * and both families: it tries everything without effect first, and when a table is refused all the
 * same it puts back those that were taken. All of it is read before any of it runs, so that a
 * script that broke off on its way does nothing. It writes no file.
 *
 * <p>Exit status: 0 when all is done; {@value #REFUSED} when nothing was touched; {@value #UNDONE}
 * when what was done is undone; {@value #BROKEN} when that failed.
 */
final class RestoreScript {
  static final int REFUSED = 10;
  static final int UNDONE = 11;
  static final int BROKEN = 12;

  /** The part that is the same for all rules. */
  private static final String PROGRAM = read("restore.sh");

  /**
   * Tables in the order in which they are filled: what rejects and drops marked packets is there
   * before anything marks. They are emptied in the opposite order.
   */
  private static final List<String> RANK =
      List.of("raw", "nat", OwnNames.SECURITY, OwnNames.FILTER, OwnNames.MANGLE);

  private final List<OwnedTable> wanted;
  private final List<NamedSet> sets;
  private final Probe probe;

  RestoreScript(OwnedRules wanted) {
    this(wanted, Probe.ON_HOSTS);
  }

  RestoreScript(OwnedRules wanted, Probe probe) {
    this.wanted =
        wanted.tables().stream()
            .filter(table -> !table.chains().isEmpty() || !table.hooks().isEmpty())
            .toList();
    this.sets = wanted.sets();
    this.probe = probe;
    this.wanted.stream()
        .filter(table -> !RANK.contains(table.name()))
        .forEach(
            table -> {
              throw new IllegalArgumentException("iptables has no such table: " + table.name());
            });
  }

  /**
   * Returns the script.
   *
   * @throws FwctlException with code UNENFORCEABLE when a rule can't be written on a line
   */
  String text() {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        # Makes this host hold exactly these rules of fwctl, all or nothing; run it with the argument "test" to try.
        # Status: 0 done, %d nothing touched, %d undone, %d not undone: run it again.
        set -u
        fwctl_mode=${1-}
        fwctl_table_names=%s
        fwctl_modules=%s
        """
            .formatted(
                REFUSED,
                UNDONE,
                BROKEN,
                Script.word(probe.tableNames()),
                Script.word(probe.modules())));
    List<String> filled = kinds().filter(kind -> !tables(kind).isEmpty()).toList();
    script
        .append("fwctl_fill=")
        .append(Script.word(String.join("\n", filled)))
        .append("\nfwctl_rest=")
        .append(
            Script.word(
                kinds().filter(kind -> !filled.contains(kind)).collect(Collectors.joining("\n"))))
        .append('\n');
    for (String kind : filled) {
      script.append("fwctl_content_" + kind + "=").append(Script.word(content(kind))).append('\n');
    }
    script
        .append("fwctl_sets=")
        .append(
            Script.word(sets.stream().map(set -> set.name() + "\n").collect(Collectors.joining())))
        .append('\n');
    script.append("fwctl_members() {\n  case $1 in\n");
    for (NamedSet set : sets) {
      script
          .append("    " + Script.word(set.name()) + ") printf '%s' ")
          .append(Script.word(SetText.render(set)))
          .append(" ;;\n");
    }
    script.append("  esac\n}\n\n");
    script.append(PROGRAM);
    // Whatever is missing of this line: what is left of it is no command.
    script.append("\nfwctl_make_it_so\n");
    return script.toString();
  }

  /** Returns families and kinds, as a word that can be part of a variable's name. */
  private static Stream<String> kinds() {
    return Stream.of(Family.values())
        .flatMap(family -> Stream.of(Variant.values()).map(variant -> kind(family, variant)));
  }

  private static String kind(Family family, Variant variant) {
    return (family == Family.IPV4 ? "4_" : "6_") + variant.name().toLowerCase(Locale.ROOT);
  }

  /** Returns what a family and kind is to hold, in the order in which it is filled. */
  private List<OwnedTable> tables(String kind) {
    return wanted.stream()
        .filter(table -> kind(table.family(), table.variant()).equals(kind))
        .sorted(Comparator.comparing(table -> RANK.indexOf(table.name())))
        .toList();
  }

  /** Writes what of ours the tables of a family and kind are to hold. */
  private String content(String kind) {
    List<String> lines = new ArrayList<>();
    tables(kind).forEach(table -> write(table, lines));
    lines.forEach(RestoreScript::requireOneLine);
    return String.join("\n", lines);
  }

  private static void write(OwnedTable table, List<String> lines) {
    lines.add("*" + table.name());
    for (Chain chain : table.chains()) {
      lines.add(":" + chain.name());
    }
    for (Chain chain : table.chains()) {
      for (Rule rule : chain.rules()) {
        lines.add("-A " + chain.name() + " " + RulesetText.rule(table.family(), rule));
      }
    }
    table.hooks().stream()
        .sorted(Comparator.comparing(Hook::chain).thenComparing(Hook::position))
        .forEach(
            hook ->
                lines.add(
                    "-I %s %d %s"
                        .formatted(
                            hook.chain(),
                            hook.position(),
                            RulesetText.rule(table.family(), hook.rule()))));
  }

  /** What somebody else wrote into our chains must not become a line of its own. */
  private static void requireOneLine(String line) {
    if (line.chars().anyMatch(character -> Character.isISOControl(character))) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.UNENFORCEABLE,
              "a rule in or into fwctl's chains holds control characters, so that it could not be"
                  + " put back: "
                  + Printable.of(line),
              "delete that rule on the host"));
    }
  }

  private static String read(String name) {
    try (InputStream stream = requireNonNull(RestoreScript.class.getResourceAsStream(name), name)) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
