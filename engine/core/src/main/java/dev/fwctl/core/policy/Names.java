package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The names that things of one kind have in a repository, each of which is for one of them. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  private final String kind;
  private final Problems problems;
  private final Shapes shapes;
  private final Map<String, Place> places = new HashMap<>();

  /**
   * Creates an empty collection.
   *
   * @param kind what has the names, for messages
   */
  Names(String kind, Problems problems) {
    this.kind = kind;
    this.problems = problems;
    this.shapes = new Shapes(problems);
  }

  /** Takes in the name that an entry's key is. */
  void declare(Node.Entry entry) {
    String name = entry.key().text();
    Place place = entry.key().place();
    if (!NAME.matcher(name).matches()) {
      shapes.invalid(
          place,
          "'%s' can't name %s %s".formatted(name, kind.startsWith("a") ? "an" : "a", kind),
          "a name has letters, digits, '-', '_' and '.', at most 64, and begins with a letter or digit");
    }
    Place first = places.putIfAbsent(name, place);
    if (first != null) {
      problems.add(
          place,
          ErrorCode.CONFLICT,
          "%s '%s' is declared twice; the first is at %s".formatted(kind, name, first),
          "rename one, or make them one");
    }
  }
}
