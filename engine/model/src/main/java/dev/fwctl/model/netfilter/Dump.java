package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What iptables-save or ip6tables-save printed, line by line, with nothing lost.
 *
 * <p>{@link #tables} is what it means; {@link RulesetText#render(Dump)} is what was printed.
 *
 * @param lines its lines in order, each of the form that its place allows
 */
public record Dump(List<Line> lines) {
  public Dump {
    lines = List.copyOf(lines);
  }

  /** One line; a rule with a line end in its comment is one, too. */
  public sealed interface Line {}

  /**
   * A line that no iptables reads: one that begins with {@code #}, or an empty one.
   *
   * @param text the whole line
   */
  public record Remark(String text) implements Line {
    public Remark {
      requireNonNull(text, "text is null");
    }
  }

  /** {@code *NAME}: a table begins. */
  public record TableStart(String name) implements Line {
    public TableStart {
      requireNonNull(name, "name is null");
    }
  }

  /**
   * {@code :CHAIN POLICY [PACKETS:BYTES]}: a chain is there.
   *
   * @param chain its name
   * @param policy the verdict at its end, for a built-in chain
   * @param counters what came to its end
   */
  public record Declaration(String chain, Optional<String> policy, Optional<Counters> counters)
      implements Line {
    public Declaration {
      requireNonNull(chain, "chain is null");
      requireNonNull(policy, "policy is null");
      requireNonNull(counters, "counters is null");
    }
  }

  /**
   * {@code [PACKETS:BYTES] -A CHAIN RULE}: a rule at the end of a chain.
   *
   * @param counters what the rule applied to, where it was asked for
   * @param chain the chain's name
   * @param rule what the rule means
   * @param written how it was printed, from behind the chain's name to the end of the line
   */
  public record Append(Optional<Counters> counters, String chain, Rule rule, String written)
      implements Line {
    public Append {
      requireNonNull(counters, "counters is null");
      requireNonNull(chain, "chain is null");
      requireNonNull(rule, "rule is null");
      requireNonNull(written, "written is null");
    }
  }

  /** {@code COMMIT}: a table ends. */
  public record Commit() implements Line {}

  /**
   * What a rule or a policy applied to.
   *
   * @param packets how many packets, 64 bits without a sign
   * @param bytes how many bytes, 64 bits without a sign
   */
  public record Counters(long packets, long bytes) {
    @Override
    public String toString() {
      return "[" + Long.toUnsignedString(packets) + ":" + Long.toUnsignedString(bytes) + "]";
    }
  }

  /** Returns the tables in the order in which they were printed. */
  public List<Table> tables() {
    List<Table> tables = new ArrayList<>();
    String table = "";
    Map<String, Declaration> declared = new LinkedHashMap<>();
    Map<String, List<Rule>> rules = new LinkedHashMap<>();
    for (Line line : lines) {
      switch (line) {
        case TableStart start -> table = start.name();
        case Declaration chain -> {
          declared.put(chain.chain(), chain);
          rules.put(chain.chain(), new ArrayList<>());
        }
        case Append append -> rules.getOrDefault(append.chain(), List.of()).add(append.rule());
        case Commit commit -> {
          List<Chain> chains = new ArrayList<>();
          declared.forEach(
              (name, chain) ->
                  chains.add(new Chain(name, chain.policy(), rules.getOrDefault(name, List.of()))));
          tables.add(new Table(table, chains));
          declared.clear();
          rules.clear();
        }
        case Remark remark -> {}
      }
    }
    return List.copyOf(tables);
  }
}
