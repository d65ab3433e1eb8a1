package dev.fwctl.model.netfilter;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rulesets as text, in the form that iptables-save prints and iptables-restore reads.
 *
 * <p>Reading keeps everything that bears on a verdict; counters are left out. Whoever writes a
 * ruleset and reads it again gets an equal one, and so does whoever loads it into a kernel and
 * prints it with any iptables from 1.8.7 on, as long as it has no {@link Match.Unknown} or {@link
 * Target.Other}. Source of the form: iptables-save(8), iptables-restore(8).
 */
public final class RulesetText {
  private RulesetText() {}

  /**
   * Reads what iptables-save or ip6tables-save printed.
   *
   * @throws FwctlException with code ANSWER_MALFORMED and the line, when the text is not of that
   *     form or breaks off
   */
  public static List<Table> parse(String text) {
    return new Reader(text).tables();
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
    return ":" + chain.name() + " " + chain.policy().orElse("-") + " [0:0]";
  }

  /** Writes a rule as it stands behind {@code -A CHAIN}. */
  public static String rule(Family family, Rule rule) {
    return RuleWriter.write(family, rule);
  }

  private static String append(String chain, Family family, Rule rule) {
    return ("-A " + chain + " " + rule(family, rule)).strip();
  }

  /** Goes through the text once; a quoted text may hold line ends. */
  private static final class Reader {
    private final String text;
    private int position;
    private int line = 1;

    Reader(String text) {
      this.text = text;
    }

    List<Table> tables() {
      List<Table> tables = new ArrayList<>();
      Set<String> names = new HashSet<>();
      while (true) {
        Optional<List<Token>> tokens = nextLine();
        if (tokens.isEmpty()) {
          return tables;
        }
        String first = tokens.get().getFirst().text();
        if (!first.startsWith("*") || first.length() == 1 || tokens.get().size() > 1) {
          throw malformed("a table is expected here");
        }
        if (!names.add(first)) {
          throw malformed("a table stands here for the second time");
        }
        tables.add(table(first.substring(1)));
      }
    }

    private Table table(String name) {
      Map<String, Optional<String>> policies = new LinkedHashMap<>();
      Map<String, List<Rule>> rules = new HashMap<>();
      while (true) {
        List<Token> tokens =
            nextLine().orElseThrow(() -> malformed("the text breaks off within a table"));
        Token first = tokens.getFirst();
        if (first.is("COMMIT")) {
          List<Chain> chains = new ArrayList<>();
          policies.forEach(
              (chain, policy) ->
                  chains.add(new Chain(chain, policy, rules.getOrDefault(chain, List.of()))));
          return new Table(name, chains);
        }
        if (first.text().startsWith(":")) {
          declare(tokens, policies);
        } else {
          append(tokens, policies.keySet(), rules);
        }
      }
    }

    private void declare(List<Token> tokens, Map<String, Optional<String>> policies) {
      String chain = tokens.getFirst().text().substring(1);
      if (chain.isEmpty() || tokens.size() < 2 || tokens.size() > 3) {
        throw malformed("a chain with its policy is expected here");
      }
      String policy = tokens.get(1).text();
      if (policies.containsKey(chain)) {
        throw malformed("a chain is declared here for the second time");
      }
      policies.put(chain, policy.equals("-") ? Optional.empty() : Optional.of(policy));
    }

    private void append(List<Token> tokens, Set<String> chains, Map<String, List<Rule>> rules) {
      int start = isCounters(tokens.getFirst()) ? 1 : 0;
      if (tokens.size() < start + 2 || !tokens.get(start).is("-A")) {
        throw malformed("a rule, a chain or COMMIT is expected here");
      }
      String chain = tokens.get(start + 1).text();
      if (!chains.contains(chain)) {
        throw malformed("a rule of a chain that was not declared");
      }
      Rule rule;
      try {
        rule = new RuleReader(tokens.subList(start + 2, tokens.size()), chains).read();
      } catch (RuleReader.MalformedRule malformed) {
        throw malformed(malformed.getMessage());
      }
      rules.computeIfAbsent(chain, key -> new ArrayList<>()).add(rule);
    }

    /** Tells whether a token is a pair of counters, as {@code iptables-save -c} prints them. */
    private static boolean isCounters(Token token) {
      return !token.quoted() && token.text().startsWith("[") && token.text().endsWith("]");
    }

    /** Reads on to the next line that is neither empty nor a comment and splits it. */
    private Optional<List<Token>> nextLine() {
      while (position < text.length()) {
        char begin = text.charAt(position);
        if (begin == '#') {
          int end = text.indexOf('\n', position);
          position = end < 0 ? text.length() : end;
        } else if (begin == '\n') {
          position++;
          line++;
        } else {
          List<Token> tokens = tokens();
          if (!tokens.isEmpty()) {
            return Optional.of(tokens);
          }
        }
      }
      return Optional.empty();
    }

    /** Splits up to the line's end, which is not consumed. */
    private List<Token> tokens() {
      List<Token> tokens = new ArrayList<>();
      while (position < text.length() && text.charAt(position) != '\n') {
        char next = text.charAt(position);
        if (next == ' ' || next == '\t' || next == '\r') {
          position++;
        } else {
          tokens.add(token());
        }
      }
      return tokens;
    }

    private Token token() {
      int start = position;
      StringBuilder content = new StringBuilder();
      boolean quoted = false;
      boolean open = false;
      int opened = line;
      for (; position < text.length(); position++) {
        char next = text.charAt(position);
        if (open && next == '\\' && position + 1 < text.length()) {
          position++;
          next = text.charAt(position);
          content.append(next);
        } else if (next == '"') {
          open = !open;
          quoted = true;
          opened = line;
        } else if (!open && (next == ' ' || next == '\t' || next == '\n' || next == '\r')) {
          break;
        } else {
          content.append(next);
        }
        if (next == '\n') {
          line++;
        }
      }
      if (open) {
        throw malformed(opened, "a quote that opens here is never closed");
      }
      return new Token(content.toString(), text.substring(start, position), quoted);
    }

    private FwctlException malformed(String message) {
      return malformed(line, message);
    }

    private static FwctlException malformed(int line, String message) {
      return new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED,
              "the rules that the host printed make no sense in line " + line + ": " + message));
    }
  }

  /**
   * A word of a line.
   *
   * @param text what it says
   * @param raw how it was written, with quotes and escapes
   * @param quoted whether any part of it was quoted, so that it can't be an option
   */
  record Token(String text, String raw, boolean quoted) {
    boolean is(String word) {
      return !quoted && text.equals(word);
    }
  }
}
