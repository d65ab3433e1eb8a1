package dev.fwctl.core.inventory;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Glob;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A host pattern, such as {@code web:&prod:!db}, taken apart.
 *
 * <p>Terms are separated by commas or, where there is none, by colons. Hosts of plain terms are
 * joined, then those of {@code &} terms are kept, then those of {@code !} terms taken out, in
 * whatever order they are written. Source: Ansible's documentation, Patterns: targeting hosts and
 * groups.
 *
 * @param text the pattern as written
 * @param terms its terms
 */
record HostPattern(String text, List<Term> terms) {
  private static final Pattern SUBSCRIPT =
      Pattern.compile(
          "(?<name>.+)\\[(?:(?<index>-?[0-9]+)|(?<from>[0-9]+)(?<by>[:-])(?<to>[0-9]*))]");
  private static final Pattern PORT_OR_RANGE =
      Pattern.compile("[\\p{L}\\p{N}_.-]*(?:\\[[^\\]]*][\\p{L}\\p{N}_.-]*)*(?::[0-9]+)?");

  HostPattern {
    terms = List.copyOf(terms);
  }

  /** What a term does with the hosts that it matches. */
  enum Operator {
    UNION,
    INTERSECTION,
    EXCLUSION
  }

  /**
   * Some of the hosts that a term matches, counted from 0.
   *
   * @param from the first; counted from the end, which is -1, when it is negative
   * @param to the last, when a range is asked for; far beyond the end for an open range
   */
  record Subscript(int from, Optional<Integer> to) {}

  /**
   * One term.
   *
   * @param operator what it does
   * @param name what it matches, without operator and subscript
   * @param kind how its name matches
   * @param names tells which names it matches
   * @param subscript which of the matched hosts are meant, when not all
   */
  record Term(
      Operator operator,
      String name,
      Kind kind,
      Predicate<String> names,
      Optional<Subscript> subscript) {
    boolean matches(String candidate) {
      return names.test(candidate);
    }
  }

  /** How a term's name matches. */
  enum Kind {
    WORD,
    GLOB,
    REGULAR_EXPRESSION
  }

  /**
   * Takes a pattern apart.
   *
   * @param place where it stands, for messages
   * @throws FwctlException when it is empty or malformed
   */
  static HostPattern parse(String text, Optional<Place> place) {
    List<Term> terms = new ArrayList<>();
    for (String part : split(text, place)) {
      terms.add(term(part, text, place));
    }
    if (terms.isEmpty()) {
      throw invalid(
          place, "a host pattern is empty", "name a group or host; 'all' stands for every host");
    }
    return new HostPattern(text, terms);
  }

  private static List<String> split(String text, Optional<Place> place) {
    List<String> parts =
        text.indexOf(',') >= 0
            ? List.of(text.split(",", -1))
            : isOneName(text) ? List.of(text) : atColons(text, place);
    return parts.stream().map(String::strip).filter(part -> !part.isEmpty()).toList();
  }

  /** Tells whether the colons of a text belong to a range, a port or an IPv6 address. */
  private static boolean isOneName(String text) {
    return PORT_OR_RANGE.matcher(text).matches() || IpAddress.parse(text).isPresent();
  }

  private static List<String> atColons(String text, Optional<Place> place) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '[') {
        int close = text.indexOf(']', i);
        if (close < 0) {
          throw invalid(place, "'[' of host pattern '" + text + "' is not closed", "add the ']'");
        }
        part.append(text, i, close + 1);
        i = close;
      } else if (character == ':' || Character.isWhitespace(character)) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(character);
      }
    }
    parts.add(part.toString());
    return parts;
  }

  private static Term term(String part, String text, Optional<Place> place) {
    Operator operator =
        switch (part.charAt(0)) {
          case '&' -> Operator.INTERSECTION;
          case '!' -> Operator.EXCLUSION;
          default -> Operator.UNION;
        };
    String name = operator == Operator.UNION ? part : part.substring(1).strip();
    if (name.isEmpty()) {
      throw invalid(
          place,
          "'" + part + "' of host pattern '" + text + "' stands alone",
          "write the group or host right after it");
    }
    if (name.charAt(0) == '~') {
      try {
        Pattern expression = Pattern.compile(name.substring(1));
        return new Term(
            operator,
            name,
            Kind.REGULAR_EXPRESSION,
            candidate -> expression.matcher(candidate).lookingAt(),
            Optional.empty());
      } catch (PatternSyntaxException malformed) {
        throw invalid(
            place,
            "'" + name + "' is not a regular expression: " + malformed.getDescription(),
            "a pattern with ':' or ',' in a regular expression can't be written");
      }
    }
    Optional<Subscript> subscript = Optional.empty();
    Matcher matcher = SUBSCRIPT.matcher(name);
    if (matcher.matches()) {
      if ("-".equals(matcher.group("by"))) {
        throw invalid(
            place,
            "'" + name + "' may be a subscript or a set of characters",
            "write '"
                + name.substring(0, matcher.start("by"))
                + ":"
                + name.substring(matcher.end("by"))
                + "' for the hosts that stand there in a group, '~"
                + name
                + "$' for names that end so");
      }
      subscript = Optional.of(subscript(matcher, name, place));
      name = matcher.group("name");
    }
    boolean sets = name.indexOf('[') >= 0;
    if (!sets && name.indexOf('*') < 0 && name.indexOf('?') < 0) {
      return new Term(operator, name, Kind.WORD, name::equals, subscript);
    }
    Predicate<String> names = sets ? glob(name, place).asMatchPredicate() : new Glob(name)::matches;
    return new Term(operator, name, Kind.GLOB, names, subscript);
  }

  private static Subscript subscript(Matcher matcher, String name, Optional<Place> place) {
    try {
      if (matcher.group("index") != null) {
        return new Subscript(Integer.parseInt(matcher.group("index")), Optional.empty());
      }
      String to = matcher.group("to");
      return new Subscript(
          Integer.parseInt(matcher.group("from")),
          Optional.of(to.isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(to)));
    } catch (NumberFormatException _) {
      throw invalid(
          place, "the subscript of '" + name + "' is too large", "no inventory has so many hosts");
    }
  }

  /** Translates a shell's pattern with sets of characters, {@code [abc]} or {@code [!abc]}. */
  private static Pattern glob(String text, Optional<Place> place) {
    StringBuilder expression = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char character = text.charAt(at++);
      switch (character) {
        case '*' -> expression.append(".*");
        case '?' -> expression.append('.');
        case '[' -> {
          int content = at < text.length() && text.charAt(at) == '!' ? at + 1 : at;
          int close = text.indexOf(']', Math.min(content + 1, text.length()));
          if (close < 0) {
            expression.append("\\[");
          } else {
            expression.append(content > at ? "[^" : "[");
            text.substring(content, close)
                .chars()
                .forEach(
                    member -> {
                      if (member != '-' && !Character.isLetterOrDigit(member)) {
                        expression.append('\\');
                      }
                      expression.append((char) member);
                    });
            expression.append(']');
            at = close + 1;
          }
        }
        default -> expression.append(Pattern.quote(String.valueOf(character)));
      }
    }
    try {
      return Pattern.compile(expression.toString(), Pattern.DOTALL);
    } catch (PatternSyntaxException _) {
      throw invalid(place, "'" + text + "' is not a pattern of names", "look at its brackets");
    }
  }

  private static FwctlException invalid(Optional<Place> place, String message, String hint) {
    return new FwctlException(
        new Problem(ErrorCode.DOCUMENT_INVALID, message, place, Optional.of(hint)));
  }
}
