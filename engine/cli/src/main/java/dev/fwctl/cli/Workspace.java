package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Document;
import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where the parts of a policy repository lie: where the command line says, else where {@code
 * fwctl.yml} says, else in the folders of their names.
 *
 * @param base the folder that fwctl was called in
 * @param inventories the inventory sources in order
 * @param policies the folder of policy documents
 * @param plugins the folder of further plugins; it may be missing
 */
record Workspace(Path base, List<String> inventories, Path policies, Path plugins) {
  private static final String SETTINGS = "fwctl.yml";
  private static final String INVENTORIES = "inventories";
  private static final Set<String> KEYS = Set.of("inventories", "policies", "plugins");

  Workspace {
    requireNonNull(base, "base is null");
    inventories = List.copyOf(inventories);
    requireNonNull(policies, "policies is null");
    requireNonNull(plugins, "plugins is null");
  }

  /** Returns the same with other inventories. */
  Workspace with(List<String> others) {
    return new Workspace(base, others, policies, plugins);
  }

  private record Settings(
      List<String> inventories, Optional<String> policies, Optional<String> plugins) {}

  /**
   * Finds the parts.
   *
   * @throws dev.fwctl.model.FwctlException with every error of {@code fwctl.yml}
   */
  static Workspace locate(Path base, RepositoryOptions options) {
    Settings settings = readSettings(base);
    List<String> inventories = options.inventories();
    if (inventories.isEmpty()) {
      inventories = settings.inventories();
    }
    if (inventories.isEmpty()) {
      inventories = standardInventories(base);
    }
    return new Workspace(
        base,
        inventories,
        options.policies().orElseGet(() -> base.resolve(settings.policies().orElse("policies"))),
        options
            .plugins()
            .orElseGet(() -> base.resolve(settings.plugins().orElse(".fwctl/plugins"))));
  }

  /**
   * Returns the folder {@code inventories}, or the folders in it when it holds nothing else: each
   * is then an inventory with variables of its own.
   */
  private static List<String> standardInventories(Path base) {
    Path folder = base.resolve(INVENTORIES);
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> visible =
          entries
              .filter(entry -> !entry.getFileName().toString().startsWith("."))
              .sorted()
              .toList();
      boolean fleets =
          !visible.isEmpty()
              && visible.stream().allMatch(Files::isDirectory)
              && visible.stream()
                  .map(entry -> entry.getFileName().toString())
                  .noneMatch(name -> name.equals("group_vars") || name.equals("host_vars"));
      return fleets ? visible.stream().map(Path::toString).toList() : List.of(folder.toString());
    } catch (IOException e) {
      // The reader of inventories says what is wrong with it.
      return List.of(folder.toString());
    }
  }

  private static Settings readSettings(Path base) {
    Path file = base.resolve(SETTINGS);
    List<String> inventories = new ArrayList<>();
    if (!Files.exists(file)) {
      return new Settings(inventories, Optional.empty(), Optional.empty());
    }
    Problems problems = new Problems();
    Optional<Node> root =
        new DocumentReader(base, DocumentLimits.DEFAULT)
            .read(file, problems)
            .flatMap(Document::root);
    Optional<String> policies = Optional.empty();
    Optional<String> plugins = Optional.empty();
    if (root.isPresent() && root.get() instanceof Node.Mapping mapping) {
      for (Node.Entry entry : mapping.entries().values()) {
        switch (entry.key().text()) {
          case "inventories" -> inventories.addAll(texts(entry.value(), problems));
          case "policies" -> policies = text(entry.value(), problems);
          case "plugins" -> plugins = text(entry.value(), problems);
          default ->
              problems.add(
                  entry.key().place(),
                  ErrorCode.DOCUMENT_INVALID,
                  "unknown key '" + entry.key().text() + "'",
                  Suggestions.closest(entry.key().text(), KEYS)
                      .map(name -> "did you mean '" + name + "'?")
                      .orElse("this file has the keys inventories, policies and plugins"));
        }
      }
    } else if (root.isPresent()) {
      problems.add(
          root.get().place(),
          ErrorCode.DOCUMENT_INVALID,
          "expected a mapping with the keys inventories, policies and plugins, found "
              + root.get().kind());
    }
    problems.throwIfAny();
    return new Settings(inventories, policies, plugins);
  }

  private static List<String> texts(Node node, Problems problems) {
    if (!(node instanceof Node.Sequence sequence)) {
      return text(node, problems).stream().toList();
    }
    return sequence.items().stream().flatMap(item -> text(item, problems).stream()).toList();
  }

  private static Optional<String> text(Node node, Problems problems) {
    if (node instanceof Node.Scalar scalar && !scalar.isNull() && !scalar.text().isEmpty()) {
      return Optional.of(scalar.text());
    }
    problems.add(node.place(), ErrorCode.DOCUMENT_INVALID, "expected a path, found " + node.kind());
    return Optional.empty();
  }
}
