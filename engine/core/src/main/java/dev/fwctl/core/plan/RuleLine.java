package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.spi.FirewallBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * One rule that fwctl owns, on one line for people and for receipts.
 *
 * @param chain family, table and chain, such as {@code ipv4 mangle FWCTL-HOST}
 * @param text the rule without its comment, as the firewall's own tool writes it
 * @param note the rule's comment, which leads back to the policy; empty when it has none
 */
public record RuleLine(String chain, String text, String note) {
  private static final String NOTE_MARK = "  # ";

  public RuleLine {
    requireNonNull(chain, "chain is null");
    requireNonNull(text, "text is null");
    requireNonNull(note, "note is null");
  }

  /** Returns the lines of everything owned: by chain, and in a chain in the order of its rules. */
  public static List<RuleLine> of(OwnedRules owned, FirewallBackend backend) {
    List<RuleLine> lines = new ArrayList<>();
    for (NamedSet set : owned.sets()) {
      String members =
          set.members().prefixes().stream().map(Object::toString).collect(Collectors.joining(" "));
      lines.add(new RuleLine(label(set.family().name()) + " set " + set.name(), members, ""));
    }
    for (OwnedTable table : owned.tables()) {
      String prefix =
          label(table.family().name())
              + " "
              + (table.variant() == Variant.LEGACY ? "legacy " : "")
              + table.name()
              + " ";
      for (Hook hook : table.hooks()) {
        lines.add(line(prefix + hook.chain() + " " + hook.position(), table, hook.rule(), backend));
      }
      for (Chain chain : table.chains()) {
        if (chain.rules().isEmpty()) {
          lines.add(new RuleLine(prefix + chain.name(), "(no rules)", ""));
        }
        String name = prefix + chain.name();
        for (Rule rule : chain.rules()) {
          lines.add(line(name, table, rule, backend));
        }
      }
    }
    return List.copyOf(lines);
  }

  private static RuleLine line(String chain, OwnedTable table, Rule rule, FirewallBackend backend) {
    return new RuleLine(
        chain, backend.show(table.family(), rule.withoutComment()), rule.comment().orElse(""));
  }

  private static String label(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Tells whether two lines filter alike in the same place, whatever their notes. */
  boolean sameRule(RuleLine other) {
    return chain.equals(other.chain) && text.equals(other.text);
  }

  /** Returns the line as a receipt keeps it. */
  public String written() {
    return chain + ": " + text + (note.isEmpty() ? "" : NOTE_MARK + note);
  }

  /** Reads a line of a receipt; whatever can't be read is a line that fits nothing. */
  public static RuleLine read(String written) {
    int colon = written.indexOf(": ");
    String rest = colon < 0 ? written : written.substring(colon + 2);
    int mark = rest.lastIndexOf(NOTE_MARK);
    return new RuleLine(
        colon < 0 ? "" : written.substring(0, colon),
        mark < 0 ? rest : rest.substring(0, mark),
        mark < 0 ? "" : rest.substring(mark + NOTE_MARK.length()));
  }
}
