package dev.fwctl.model.netfilter;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Goes once through what iptables-save printed; a quoted text may hold line ends. */
final class DumpReader {
  /** A pair of counters, without leading zeros, so that it is written as it was read. */
  private static final Pattern COUNTERS =
      Pattern.compile("\\[(0|[1-9][0-9]{0,19}):(0|[1-9][0-9]{0,19})\\]");

  private final String text;
  private final List<Dump.Line> lines = new ArrayList<>();
  private int position;

  /** The line that is being read, by the number of its first one. */
  private int line = 1;

  /** The number of the line that the position is in. */
  private int following = 1;

  /** Where the line that is being read ends. */
  private int end;

  /** The family that the rules' addresses are of, once one was seen. */
  private Optional<Family> family = Optional.empty();

  DumpReader(String text) {
    this.text = text;
  }

  Dump read() {
    Set<String> names = new HashSet<>();
    while (true) {
      Optional<List<Token>> tokens = nextLine();
      if (tokens.isEmpty()) {
        return new Dump(lines);
      }
      Token first = tokens.get().getFirst();
      String name = first.text();
      if (first.quoted() || !name.startsWith("*") || name.length() == 1) {
        throw malformed("a table is expected here");
      }
      requireEnd(tokens.get(), 1, "a table");
      if (!names.add(name)) {
        throw malformed("a table stands here for the second time");
      }
      lines.add(new Dump.TableStart(name.substring(1)));
      readTable();
    }
  }

  private void readTable() {
    Set<String> chains = new HashSet<>();
    Jumps jumps = new Jumps();
    while (true) {
      List<Token> tokens =
          nextLine().orElseThrow(() -> malformed("the text breaks off within a table"));
      Token first = tokens.getFirst();
      if (first.is("COMMIT")) {
        requireEnd(tokens, 1, "COMMIT");
        Optional<Jumps.Problem> problem = jumps.problem();
        if (problem.isPresent()) {
          throw malformed(problem.get().line(), problem.get().description());
        }
        lines.add(new Dump.Commit());
        return;
      }
      if (!first.quoted() && first.text().startsWith(":")) {
        lines.add(declaration(tokens, chains));
      } else {
        Dump.Append append = append(tokens, chains);
        jumps.add(append.chain(), append.rule(), line);
        lines.add(append);
      }
    }
  }

  private Dump.Declaration declaration(List<Token> tokens, Set<String> chains) {
    String chain = tokens.getFirst().text().substring(1);
    if (chain.isEmpty() || tokens.size() < 2) {
      throw malformed("a chain with its policy is expected here");
    }
    if (!chains.add(chain)) {
      throw malformed("a chain is declared here for the second time");
    }
    String policy = tokens.get(1).text();
    if (!Set.of("-", "ACCEPT", "DROP").contains(policy)) {
      throw malformed("a policy is ACCEPT, DROP or, for none, a dash");
    }
    if (!policy.equals("-") && !Jumps.HOOKS.contains(chain)) {
      throw malformed("a policy stands with a chain that is not built in");
    }
    Optional<Dump.Counters> counters = Optional.empty();
    if (tokens.size() > 2) {
      counters = Optional.of(counters(tokens.get(2)));
      requireEnd(tokens, 3, "a chain");
    }
    return new Dump.Declaration(
        chain, policy.equals("-") ? Optional.empty() : Optional.of(policy), counters);
  }

  private Dump.Append append(List<Token> tokens, Set<String> chains) {
    int start = 0;
    Optional<Dump.Counters> counters = Optional.empty();
    if (!tokens.getFirst().quoted() && tokens.getFirst().text().startsWith("[")) {
      counters = Optional.of(counters(tokens.getFirst()));
      start = 1;
    }
    if (tokens.size() < start + 2 || !tokens.get(start).is("-A")) {
      throw malformed("a rule, a chain or COMMIT is expected here");
    }
    Token chain = tokens.get(start + 1);
    if (chain.quoted() || !chains.contains(chain.text())) {
      throw malformed("a rule of a chain that was not declared");
    }
    try {
      RuleReader reader = new RuleReader(tokens.subList(start + 2, tokens.size()), chains, family);
      Rule rule = reader.read();
      family = reader.family();
      return new Dump.Append(counters, chain.text(), rule, text.substring(chain.end(), end));
    } catch (RuleReader.MalformedRule malformed) {
      throw malformed(malformed.getMessage());
    }
  }

  private Dump.Counters counters(Token token) {
    Matcher matcher = COUNTERS.matcher(token.raw());
    if (!matcher.matches()) {
      throw malformed("two counters are expected here, as in [12:3456]");
    }
    return new Dump.Counters(counter(matcher.group(1)), counter(matcher.group(2)));
  }

  private long counter(String digits) {
    BigInteger value = new BigInteger(digits);
    if (value.bitLength() > Long.SIZE) {
      throw malformed("a counter is larger than 64 bits");
    }
    return value.longValue();
  }

  private void requireEnd(List<Token> tokens, int size, String what) {
    if (tokens.size() > size) {
      throw malformed("something stands behind " + what);
    }
  }

  /** Reads on to the next line that is neither empty nor a remark and splits it. */
  private Optional<List<Token>> nextLine() {
    while (position < text.length()) {
      int start = position;
      line = following;
      List<Token> tokens = text.charAt(start) == '#' ? skipLine() : tokens();
      end = position;
      position++;
      following++;
      if (!tokens.isEmpty()) {
        return Optional.of(tokens);
      }
      lines.add(new Dump.Remark(text.substring(start, end)));
    }
    return Optional.empty();
  }

  private List<Token> skipLine() {
    int found = text.indexOf('\n', position);
    position = found < 0 ? text.length() : found;
    return List.of();
  }

  /** Splits up to the line's end, which is not consumed. */
  private List<Token> tokens() {
    List<Token> tokens = new ArrayList<>();
    while (position < text.length() && text.charAt(position) != '\n') {
      if (isSpace(text.charAt(position))) {
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
    int opened = following;
    for (; position < text.length(); position++) {
      char next = text.charAt(position);
      if (open && next == '\\' && position + 1 < text.length()) {
        position++;
        next = text.charAt(position);
        content.append(next);
      } else if (next == '"') {
        open = !open;
        quoted = true;
        opened = following;
      } else if (!open && (next == '\n' || isSpace(next))) {
        break;
      } else {
        content.append(next);
      }
      if (next == '\n') {
        following++;
      }
    }
    if (open) {
      throw malformed(opened, "a quote that opens here is never closed");
    }
    return new Token(content.toString(), text.substring(start, position), position, quoted);
  }

  private static boolean isSpace(char character) {
    return character == ' ' || character == '\t' || character == '\r';
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

  /**
   * A word of a line.
   *
   * @param text what it says
   * @param raw how it was written, with quotes and escapes
   * @param end where in the text it ends
   * @param quoted whether any part of it was quoted, so that it can't be an option
   */
  record Token(String text, String raw, int end, boolean quoted) {
    boolean is(String word) {
      return !quoted && text.equals(word);
    }
  }
}
