package dev.fwctl.model.netfilter;

import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rulesets as text, in the form that iptables-save prints and iptables-restore reads.
 *
 * <p>There is one reader. {@link #read} keeps all that was printed, {@link #parse} of that what
 * bears on a verdict. Whoever writes a ruleset and reads it again gets an equal one, and so does
 * whoever loads it into a kernel and prints it with any iptables from 1.8.7 on, as long as it has
 * no {@link Match.Unknown} or {@link Target.Other}. Source of the form: iptables-save(8),
 * iptables-restore(8).
 */
public final class RulesetText {
  private RulesetText() {}

  /**
   * Reads what iptables-save or ip6tables-save printed, to the letter.
   *
   * @throws FwctlException with code ANSWER_MALFORMED and the line, when the text is not of that
   *     form, breaks off, or says what no kernel can hold
   */
  public static Dump read(String text) {
    return new DumpReader(text, Optional.empty()).read();
  }

  /**
   * Reads what bears on a verdict in what iptables-save or ip6tables-save printed.
   *
   * @throws FwctlException as {@link #read} does
   */
  public static List<Table> parse(String text) {
    return read(text).tables();
  }

  /**
   * Reads a file of what iptables-save, ip6tables-save or both printed, one after the other.
   *
   * @param file how the file is called in errors
   * @throws FwctlException with code DOCUMENT_MALFORMED and the place, when {@link #read} would
   *     fail
   */
  public static Families readFile(String text, String file) {
    return new DumpReader(text, Optional.of(file)).readFamilies();
  }

  /**
   * Tables by their family.
   *
   * @param tables the tables of each family that there are any of
   * @param ofEither tables that nothing tells the family of
   */
  public record Families(Map<Family, List<Table>> tables, List<Table> ofEither) {
    public Families {
      tables = Map.copyOf(tables);
      ofEither = List.copyOf(ofEither);
    }
  }

  /** Writes a dump as it was printed. */
  public static String render(Dump dump) {
    StringBuilder text = new StringBuilder();
    for (Dump.Line line : dump.lines()) {
      switch (line) {
        case Dump.Remark remark -> text.append(remark.text());
        case Dump.TableStart start -> text.append('*').append(start.name());
        case Dump.Declaration chain -> {
          text.append(declaration(chain.chain(), chain.policy()));
          chain.counters().ifPresent(counters -> text.append(' ').append(counters));
        }
        case Dump.Append rule -> {
          rule.counters().ifPresent(counters -> text.append(counters).append(' '));
          text.append("-A ").append(rule.chain()).append(rule.written());
        }
        case Dump.Commit commit -> text.append("COMMIT");
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** Writes tables so that {@link #parse} and iptables-restore read them. */
  public static String render(Family family, List<Table> tables) {
    StringBuilder text = new StringBuilder();
    for (Table table : tables) {
      text.append('*').append(table.name()).append('\n');
      for (Chain chain : table.chains()) {
        text.append(declaration(chain)).append('\n');
      }
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          text.append(append(chain.name(), family, rule)).append('\n');
        }
      }
      text.append("COMMIT\n");
    }
    return text.toString();
  }

  /** Writes the line by which a chain is declared; of a chain that exists it empties the rules. */
  public static String declaration(Chain chain) {
    return declaration(chain.name(), chain.policy()) + " [0:0]";
  }

  private static String declaration(String chain, Optional<String> policy) {
    return ":" + chain + " " + policy.orElse("-");
  }

  /** Writes a rule as it stands behind {@code -A CHAIN}. */
  public static String rule(Family family, Rule rule) {
    return RuleWriter.write(family, rule);
  }

  private static String append(String chain, Family family, Rule rule) {
    return ("-A " + chain + " " + rule(family, rule)).strip();
  }
}
