package dev.fwctl.core.document;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Says in a policy author's words what SnakeYAML says in those of YAML's grammar. */
final class SyntaxProblems {
  private SyntaxProblems() {}

  static Problem explain(MarkedYAMLException malformed, String file) {
    String problem = orEmpty(malformed.getProblem());
    String context = orEmpty(malformed.getContext());
    Place place = place(malformed.getProblemMark(), file);
    Place begin =
        malformed.getContextMark() == null ? place : place(malformed.getContextMark(), file);
    if (problem.contains("(TAB)") || (problem.contains("'\\t'") && context.contains("scanning"))) {
      return at(place, "a tab stands where only spaces may", "indent with spaces");
    }
    if (problem.startsWith("mapping values are not allowed here")) {
      return at(
          place,
          "a ':' is not expected here",
          "quote a value that holds ': ' or ends in ':', or check the indentation");
    }
    if (context.contains("quoted scalar") && problem.contains("end of stream")) {
      return at(begin, "a quote is opened here and never closed", "close it");
    }
    if (context.contains("quoted scalar") && problem.contains("escape")) {
      return at(
          place,
          "not an escape that YAML knows",
          "write '\\\\' for a backslash, or use single quotes");
    }
    if (context.contains("flow sequence") || context.contains("flow mapping")) {
      boolean list = context.contains("flow sequence");
      if (problem.contains("<stream end>")) {
        return at(
            begin,
            "this " + (list ? "list" : "mapping") + " is opened and never closed",
            "close it with " + (list ? "']'" : "'}'"));
      }
      return at(
          place,
          list
              ? "',' or ']' is expected here, in the list that begins at " + begin
              : "',' or '}' is expected here, in the mapping that begins at " + begin,
          problem.endsWith("but got ?")
              ? "quote a text that holds '?'"
              : "separate entries with ',' and close with " + (list ? "']'" : "'}'"));
    }
    if (context.contains("scanning an alias")) {
      return at(
          begin,
          "'*' begins an alias, and no name follows",
          "quote a pattern that begins with '*'");
    }
    if (context.contains("scanning an anchor")) {
      return at(
          begin, "'&' begins an anchor, and no name follows", "quote a text that begins with '&'");
    }
    if (problem.contains("could not find expected ':'")) {
      return at(begin, "a key without ':'", "write 'key: value'; quote a text that spans lines");
    }
    if (problem.contains("but found ']'") || problem.contains("but found '}'")) {
      return at(place, "this closes nothing that is open", "remove it, or quote the text");
    }
    if (problem.startsWith("expected <block end>")) {
      if (problem.contains("<scalar>")) {
        return at(place, "a text goes on after its closing quote", "quote the whole of it");
      }
      boolean item = problem.contains("block sequence start") || problem.contains("'-'");
      return at(
          place,
          "the indentation fits nothing above, in what begins at " + begin,
          (item ? "items of one list" : "keys of one mapping") + " begin in the same column");
    }
    if (problem.startsWith("expected the node content, but found ':'")) {
      return at(place, "a value can't begin with ':' in brackets", "quote it, as in [\"::1\"]");
    }
    if (context.contains("block scalar")) {
      return at(
          place,
          "after '|' or '>' the text begins on the next line",
          "quote a text that begins with '|' or '>'");
    }
    Optional<String> start = between(problem, "found character '", "' that cannot start any token");
    if (start.isPresent()) {
      return at(place, "a value can't begin with '" + start.get() + "'", "quote it");
    }
    if (context.contains("scanning a tag")) {
      return at(begin, "'!' begins a tag, and this is none", "quote a text that begins with '!'");
    }
    return Problem.at(
        place,
        ErrorCode.DOCUMENT_MALFORMED,
        ("not well-formed YAML: " + problem + " " + context).strip());
  }

  private static Problem at(Place place, String message, String hint) {
    return Problem.at(place, ErrorCode.DOCUMENT_MALFORMED, message, hint);
  }

  private static Optional<String> between(String text, String before, String after) {
    int start = text.indexOf(before);
    int end = text.indexOf(after);
    return start < 0 || end < start + before.length()
        ? Optional.empty()
        : Optional.of(text.substring(start + before.length(), end));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static Place place(@Nullable Mark mark, String file) {
    return mark == null
        ? new Place(file, 1, 1)
        : new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
  }
}
