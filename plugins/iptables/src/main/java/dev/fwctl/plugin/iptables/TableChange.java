package dev.fwctl.plugin.iptables;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The change of one table, which the kernel carries out as a whole or not at all.
 *
 * @param from what is ours in it
 * @param to what is to be ours in it
 */
record TableChange(OwnedTable from, OwnedTable to) {
  /**
   * Tables in the order in which they are filled: what rejects and drops marked packets is there
   * before anything marks.
   */
  private static final List<String> RANK =
      List.of(OwnNames.SECURITY, OwnNames.FILTER, OwnNames.MANGLE);

  /** Returns the changes that lead from one to the other, in the order in which they are made. */
  static List<TableChange> between(OwnedRules from, OwnedRules to) {
    SortedMap<OwnedTable, OwnedTable> befores = new TreeMap<>(Ownership.ORDER);
    from.tables().forEach(table -> befores.put(table, table));
    SortedMap<OwnedTable, OwnedTable> afters = new TreeMap<>(Ownership.ORDER);
    to.tables().forEach(table -> afters.put(table, table));
    List<TableChange> changes = new ArrayList<>();
    befores.forEach(
        (key, before) ->
            changes.add(new TableChange(before, afters.getOrDefault(key, empty(before)))));
    afters.forEach(
        (key, after) -> {
          if (!befores.containsKey(key)) {
            changes.add(new TableChange(empty(after), after));
          }
        });
    return changes.stream()
        .filter(change -> !change.from().equals(change.to()))
        .sorted(
            Comparator.comparing(TableChange::isRemoval)
                .thenComparing(TableChange::family)
                .thenComparing(TableChange::variant)
                .thenComparing(
                    change -> (change.isRemoval() ? -1 : 1) * RANK.indexOf(change.from().name()))
                .thenComparing(change -> change.from().name()))
        .toList();
  }

  private static OwnedTable empty(OwnedTable like) {
    return new OwnedTable(like.family(), like.variant(), like.name(), List.of(), List.of());
  }

  Family family() {
    return from.family();
  }

  Variant variant() {
    return from.variant();
  }

  private boolean isRemoval() {
    return to.chains().isEmpty() && to.hooks().isEmpty();
  }

  /** Returns what people call this table. */
  String title() {
    return (family() == Family.IPV4 ? "IPv4" : "IPv6") + " table " + from.name();
  }

  /** Returns the text for iptables-restore that carries this out. */
  String text() {
    return text(from, to);
  }

  /** Returns the text for iptables-restore that takes this back. */
  String undo() {
    return text(to, from);
  }

  private static String text(OwnedTable from, OwnedTable to) {
    Function<Rule, String> render = rule -> RulesetText.rule(from.family(), rule);
    SortedMap<String, Chain> chains = new TreeMap<>();
    from.chains().forEach(chain -> chains.put(chain.name(), chain));
    to.chains().forEach(chain -> chains.put(chain.name(), chain));
    List<String> lines = new ArrayList<>();
    lines.add("*" + from.name());
    // Naming a chain here empties it, which is why only our own are ever named.
    chains.values().forEach(chain -> lines.add(RulesetText.declaration(chain)));
    for (Hook hook : from.hooks()) {
      lines.add("-D " + hook.chain() + " " + render.apply(hook.rule()));
    }
    for (Chain chain : to.chains()) {
      for (Rule rule : chain.rules()) {
        lines.add("-A " + chain.name() + " " + render.apply(rule));
      }
    }
    for (Hook hook : to.hooks()) {
      lines.add("-I " + hook.chain() + " " + hook.position() + " " + render.apply(hook.rule()));
    }
    for (Chain chain : from.chains()) {
      if (to.chains().stream().noneMatch(kept -> kept.name().equals(chain.name()))) {
        lines.add("-X " + chain.name());
      }
    }
    lines.add("COMMIT");
    lines.forEach(TableChange::requireOneLine);
    return String.join("\n", lines) + "\n";
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
}
