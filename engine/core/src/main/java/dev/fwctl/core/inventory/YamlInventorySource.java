package dev.fwctl.core.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.InventorySource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads inventories in Ansible's YAML format, and the same in JSON.
 *
 * <p>The keys of the file are groups; each has {@code hosts}, {@code children} and {@code vars}.
 */
final class YamlInventorySource implements InventorySource {
  static final List<String> EXTENSIONS = List.of(".yml", ".yaml", ".json");

  private static final String HOSTS = "hosts";
  private static final String CHILDREN = "children";
  private static final String VARIABLES = "vars";
  private static final List<String> SECTIONS = List.of(CHILDREN, HOSTS, VARIABLES);

  /** A first line that can only be YAML: a marker, a mapping in braces, or a key. */
  private static final Pattern YAML_LINE =
      Pattern.compile("---.*|%YAML.*|\\{.*|(?:\"[^\"]*\"|'[^']*'|[^\\s:'\"\\[]+)\\s*:(?:\\s.*)?");

  private static final int BYTES_TO_TELL = 1 << 16;

  private final YamlFiles files;

  YamlInventorySource(YamlFiles files) {
    this.files = requireNonNull(files, "files is null");
  }

  @Override
  public boolean accepts(Path path) {
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    if (dot > 0) {
      return EXTENSIONS.contains(name.substring(dot));
    }
    try (InputStream stream = Files.newInputStream(path)) {
      return new String(stream.readNBytes(BYTES_TO_TELL), UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
          .findFirst()
          .filter(line -> YAML_LINE.matcher(line).matches())
          .isPresent();
    } catch (IOException _) {
      // Whoever reads the file next says why it can't be read.
      return false;
    }
  }

  @Override
  public InventoryTree read(Path path) {
    Problems problems = new Problems();
    Optional<YamlFiles.Content> content = files.read(path, problems);
    problems.throwIfAny();
    return tree(files.display(path), content.orElseThrow(), problems);
  }

  /**
   * Reads an inventory from text.
   *
   * @param file the name of the text in places
   * @throws FwctlException with every error of the text
   */
  InventoryTree parse(String file, String text) {
    Problems problems = new Problems();
    Optional<YamlFiles.Content> content = files.parse(file, text, problems);
    problems.throwIfAny();
    return tree(file, content.orElseThrow(), problems);
  }

  private static InventoryTree tree(String file, YamlFiles.Content content, Problems problems) {
    return switch (content) {
      case YamlFiles.Content.Empty _ -> new InventoryTree(List.of());
      case YamlFiles.Content.Encrypted _ ->
          throw new FwctlException(
              Problem.at(
                  new Place(file, 1, 1),
                  ErrorCode.UNSUPPORTED,
                  "an inventory that is encrypted by Ansible Vault can't be read",
                  "keep hosts and groups in plain text"));
      case YamlFiles.Content.Mapping root -> {
        Optional<Node.Entry> plugin = root.mapping().entry("plugin");
        if (plugin.isPresent()) {
          throw new FwctlException(
              Problem.at(
                  plugin.get().key().place(),
                  ErrorCode.UNSUPPORTED,
                  "this configures an inventory plugin of Ansible, which fwctl does not run",
                  "write down what it finds: ansible-inventory -i "
                      + file
                      + " --list --yaml > hosts.yml"));
        }
        Reading reading = new Reading(problems);
        root.mapping()
            .entries()
            .values()
            .forEach(entry -> reading.group(entry.key(), entry.value()));
        problems.throwIfAny();
        yield reading.tree.build();
      }
    };
  }

  /** The state of one walk through a document. */
  private static final class Reading {
    private final Problems problems;
    private final TreeBuilder tree = new TreeBuilder();

    Reading(Problems problems) {
      this.problems = problems;
    }

    private void group(Node.Scalar name, Node body) {
      if (!requireText(name, "a group")) {
        return;
      }
      tree.declare(name.text(), name.place());
      if (isNothing(body)) {
        return;
      }
      if (!(body instanceof Node.Mapping mapping)) {
        invalid(
            body.place(),
            "group " + name.text() + " is " + body.kind() + ", not a mapping",
            "a group has the keys hosts, children and vars");
        return;
      }
      for (Node.Entry entry : mapping.entries().values()) {
        String section = entry.key().text();
        if (!SECTIONS.contains(section)) {
          invalid(
              entry.key().place(),
              "a group has no key '" + section + "'",
              Suggestions.closest(section, SECTIONS)
                  .map(closest -> "did you mean '" + closest + "'?")
                  .orElse("groups go under children, hosts under hosts, variables under vars"));
          continue;
        }
        for (Node.Entry item : items(name.text(), section, entry.value())) {
          switch (section) {
            case HOSTS -> hosts(name.text(), item);
            case CHILDREN -> {
              group(item.key(), item.value());
              tree.child(name.text(), item.key().text(), item.key().place());
            }
            default ->
                tree.variable(
                    name.text(),
                    item.key().text(),
                    YamlScalars.variable(item.value(), item.key().place()));
          }
        }
      }
    }

    /** Returns what a section holds; a single name without a value is short for a mapping of it. */
    private List<Node.Entry> items(String group, String section, Node body) {
      return switch (body) {
        case Node.Mapping mapping -> List.copyOf(mapping.entries().values());
        case Node.Scalar scalar when scalar.isNull() -> List.of();
        case Node.Scalar scalar when !section.equals(VARIABLES) ->
            List.of(
                new Node.Entry(
                    scalar, new Node.Scalar("", true, Optional.empty(), scalar.place())));
        case Node.Scalar _, Node.Sequence _ -> {
          invalid(
              body.place(),
              section + " of group " + group + " is " + body.kind() + ", not a mapping",
              section.equals(VARIABLES)
                  ? "write NAME: VALUE"
                  : "write each name on a line of its own with a colon after it, without a dash");
          yield List.of();
        }
      };
    }

    private void hosts(String group, Node.Entry entry) {
      Node.Scalar key = entry.key();
      if (!requireText(key, "a host")) {
        return;
      }
      Map<String, Variable> variables = new LinkedHashMap<>();
      if (entry.value() instanceof Node.Mapping mapping) {
        mapping
            .entries()
            .forEach(
                (name, set) ->
                    variables.put(name, YamlScalars.variable(set.value(), set.key().place())));
      } else if (!isNothing(entry.value())) {
        invalid(
            entry.value().place(),
            "host " + key.text() + " is " + entry.value().kind() + ", not a mapping",
            "write the variables of a host below it, or {NAME: VALUE} beside it");
      }
      try {
        HostName name = HostName.parse(key.text(), key.place());
        for (String host : name.names()) {
          tree.host(group, new HostEntry(host, name.port(), variables, key.place()));
        }
      } catch (FwctlException problem) {
        problems.addAll(problem.problems());
      }
    }

    private static boolean isNothing(Node node) {
      return node instanceof Node.Scalar scalar && scalar.isNull();
    }

    private boolean requireText(Node.Scalar key, String what) {
      boolean isText = YamlScalars.isText(key) && !key.text().isEmpty();
      if (!isText) {
        invalid(
            key.place(),
            key.text().isEmpty()
                ? what + " has no name"
                : "'"
                    + key.text()
                    + "' is a number or a truth value for YAML, not the name of "
                    + what,
            "put it in quotes");
      }
      return isText;
    }

    private void invalid(Place place, String message, String hint) {
      problems.add(place, ErrorCode.DOCUMENT_INVALID, message, hint);
    }
  }
}
