package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.InventorySource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads inventories in Ansible's INI format.
 *
 * <p>A section {@code [web]} lists hosts, {@code [prod:children]} groups and {@code [web:vars]}
 * variables; what stands before the first section are hosts without a group.
 */
final class IniInventorySource implements InventorySource {
  /** The group of hosts that are in no other; Ansible's name for it. */
  static final String UNGROUPED = "ungrouped";

  private static final Pattern SECTION =
      Pattern.compile("\\[([^:\\]\\s]+)(?::(\\w+))?]\\s*(?:#.*)?");
  private static final Pattern GROUP_NAME = Pattern.compile("([^:\\]\\s]+)\\s*(?:#.*)?");

  private enum Kind {
    HOSTS,
    CHILDREN,
    VARIABLES
  }

  private final TextReader texts;

  IniInventorySource(TextReader texts) {
    this.texts = requireNonNull(texts, "texts is null");
  }

  @Override
  public boolean accepts(Path path) {
    return true;
  }

  @Override
  public InventoryTree read(Path path) {
    Problems problems = new Problems();
    Optional<String> text = texts.read(path, problems);
    problems.throwIfAny();
    return parse(texts.display(path), text.orElseThrow());
  }

  /**
   * Reads an inventory from text.
   *
   * @param file the name of the text in places
   * @throws FwctlException with every error of the text
   */
  static InventoryTree parse(String file, String text) {
    Problems problems = new Problems();
    InventoryTree tree = new Reading(file, problems).tree(text.split("\r\n|\n|\r", -1));
    problems.throwIfAny();
    return tree;
  }

  /** The state of one pass through the lines of a file. */
  private static final class Reading {
    private final String file;
    private final Problems problems;
    private final TreeBuilder tree = new TreeBuilder();

    /** Where each host is listed by its own name, by group: listing it there again is a slip. */
    private final Map<String, Map<String, Place>> listed = new HashMap<>();

    private String group = UNGROUPED;
    private Kind kind = Kind.HOSTS;

    Reading(String file, Problems problems) {
      this.file = file;
      this.problems = problems;
    }

    InventoryTree tree(String[] lines) {
      for (int i = 0; i < lines.length; i++) {
        String line = lines[i].strip();
        if (line.isEmpty() || line.charAt(0) == '#' || line.charAt(0) == ';') {
          continue;
        }
        Line at = new Line(file, i + 1, lines[i], lines[i].indexOf(line));
        try {
          read(line, at);
        } catch (FwctlException problem) {
          problems.addAll(problem.problems());
        }
      }
      return tree.build();
    }

    private void read(String line, Line at) {
      Matcher section = SECTION.matcher(line);
      if (section.matches()) {
        begin(section.group(1), Optional.ofNullable(section.group(2)), at.place(0));
      } else if (line.charAt(0) == '[' && line.charAt(line.length() - 1) == ']') {
        throw invalid(
            at.place(0),
            "'" + line + "' is not the head of a section",
            "write [GROUP], [GROUP:children] or [GROUP:vars], without spaces");
      } else {
        switch (kind) {
          case HOSTS -> host(line, at);
          case CHILDREN -> child(line, at.place(0));
          case VARIABLES -> variable(line, at.place(0));
        }
      }
    }

    private void begin(String name, Optional<String> suffix, Place place) {
      group = name;
      kind =
          switch (suffix.orElse("hosts")) {
            case "hosts" -> Kind.HOSTS;
            case "children" -> Kind.CHILDREN;
            case "vars" -> Kind.VARIABLES;
            default -> {
              // What follows is read as hosts, for their own errors.
              problems.add(
                  place,
                  ErrorCode.DOCUMENT_INVALID,
                  "a section can't be of kind '" + suffix.orElseThrow() + "'",
                  "the kinds are hosts, children and vars");
              yield Kind.HOSTS;
            }
          };
      if (kind == Kind.VARIABLES) {
        tree.mention(name, place);
      } else {
        tree.declare(name, place);
      }
    }

    private void host(String line, Line at) {
      List<ShellWords.Word> words;
      try {
        words = ShellWords.split(line, true);
      } catch (ShellWords.UnfinishedException unfinished) {
        throw new FwctlException(
            Problem.at(
                at.place(unfinished.start()),
                ErrorCode.DOCUMENT_MALFORMED,
                unfinished.what(),
                "a quote or backslash in a value is written \\' or \\\\"));
      }
      Place place = at.place(0);
      String entry = words.getFirst().text();
      if (entry.equals("---") || (entry.endsWith(":") && words.size() == 1)) {
        throw invalid(
            place,
            "'" + entry + "' can't be a host",
            "this looks like YAML: name the file .yml, or begin it with '---'");
      }
      HostName name = HostName.parse(entry, place);
      Map<String, Variable> variables = new LinkedHashMap<>();
      for (ShellWords.Word word : words.subList(1, words.size())) {
        int equals = word.text().indexOf('=');
        if (equals < 1) {
          throw invalid(
              at.place(word.start()),
              "expected NAME=VALUE after the host",
              "put a value with spaces in quotes: NAME='a b'; a host has a line of its own");
        }
        variables.put(
            word.text().substring(0, equals),
            PythonLiteral.read(word.text().substring(equals + 1), at.place(word.start())));
      }
      tree.declare(group, place);
      if (name.names().size() == 1 && entry.indexOf('[') < 0) {
        requireFirst(name.names().getFirst(), place);
      }
      for (String host : name.names()) {
        tree.host(group, new HostEntry(host, name.port(), variables, place));
      }
    }

    private void requireFirst(String host, Place place) {
      Place first =
          listed.computeIfAbsent(group, missing -> new HashMap<>()).putIfAbsent(host, place);
      if (first != null) {
        problems.add(
            place,
            ErrorCode.CONFLICT,
            "host " + host + " is listed twice in group " + group + "; the first is at " + first,
            "remove one, or give it its own name");
      }
    }

    private void child(String line, Place place) {
      Matcher name = GROUP_NAME.matcher(line);
      if (!name.matches()) {
        throw invalid(
            place,
            "expected the name of a group, not '" + line + "'",
            "a section of kind children lists one group a line; variables go in ["
                + group
                + ":vars]");
      }
      tree.child(group, name.group(1), place);
    }

    private void variable(String line, Place place) {
      int equals = line.indexOf('=');
      if (equals < 1) {
        throw invalid(
            place, "expected NAME=VALUE", "a section of kind vars holds one variable a line");
      }
      tree.variable(
          group,
          line.substring(0, equals).strip(),
          PythonLiteral.read(line.substring(equals + 1).strip(), place));
    }

    private static FwctlException invalid(Place place, String message, String hint) {
      return new FwctlException(Problem.at(place, ErrorCode.DOCUMENT_INVALID, message, hint));
    }
  }

  /**
   * A line of a file.
   *
   * @param file the file's name in places
   * @param number its number, from 1
   * @param text the line as it stands
   * @param indent how many characters stand before what is read of it
   */
  private record Line(String file, int number, String text, int indent) {
    Place place(int index) {
      return new Place(file, number, 1 + text.codePointCount(0, indent + index));
    }
  }
}
