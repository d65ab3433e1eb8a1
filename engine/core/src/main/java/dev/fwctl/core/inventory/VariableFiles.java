package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The variables in {@code group_vars} and {@code host_vars} of one folder.
 *
 * <p>For a name the first that exists counts: a file or folder of that very name, then the name
 * with {@code .yml}, {@code .yaml}, {@code .json}. All files of a folder count, sorted, the later
 * over the earlier. Source: Ansible's documentation of the plugin host_group_vars.
 */
final class VariableFiles {
  private static final int DEEPEST = 20;
  private static final List<String> ENDINGS =
      Stream.concat(Stream.of(""), YamlInventorySource.EXTENSIONS.stream()).toList();

  private final YamlFiles files;
  private final Path folder;
  private final Problems problems;
  private final Set<String> encrypted;
  private final Map<String, Set<String>> listings = new HashMap<>();
  private final Map<String, Map<String, Variable>> read = new HashMap<>();

  /**
   * Creates a view of one folder.
   *
   * @param files reads YAML
   * @param folder the folder that {@code group_vars} and {@code host_vars} lie in
   * @param problems takes what is wrong with the files
   * @param encrypted takes the names of files that can't be opened
   */
  VariableFiles(YamlFiles files, Path folder, Problems problems, Set<String> encrypted) {
    this.files = requireNonNull(files, "files is null");
    this.folder = requireNonNull(folder, "folder is null");
    this.problems = requireNonNull(problems, "problems is null");
    this.encrypted = requireNonNull(encrypted, "encrypted is null");
  }

  Map<String, Variable> ofGroup(String name) {
    return read.computeIfAbsent("group_vars/" + name, _ -> variables("group_vars", name));
  }

  Map<String, Variable> ofHost(String name) {
    // Asked for once each, so not worth keeping.
    return variables("host_vars", name);
  }

  private Map<String, Variable> variables(String kind, String name) {
    Set<String> listing = listings.computeIfAbsent(kind, this::list);
    if (listing.isEmpty()) {
      return Map.of();
    }
    for (String extension : ENDINGS) {
      if (listing.contains(name + extension)) {
        Map<String, Variable> variables = new LinkedHashMap<>();
        collect(folder.resolve(kind).resolve(name + extension), 0, variables);
        return Map.copyOf(variables);
      }
    }
    return Map.of();
  }

  private Set<String> list(String kind) {
    Path path = folder.resolve(kind);
    return Files.isDirectory(path) ? new HashSet<>(names(path)) : Set.of();
  }

  /** Returns the names of what is in a folder, sorted. */
  private Set<String> names(Path path) {
    try (Stream<Path> entries = Files.list(path)) {
      Set<String> names = new TreeSet<>();
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
      return names;
    } catch (IOException problem) {
      problems.add(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              files.display(path) + " can't be read: " + problem.getMessage()));
      return Set.of();
    }
  }

  private void collect(Path path, int depth, Map<String, Variable> variables) {
    if (!Files.isDirectory(path)) {
      readInto(path, variables);
      return;
    }
    if (depth > DEEPEST) {
      problems.add(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              files.display(path) + " is nested too deep",
              "look for a link that leads back up"));
      return;
    }
    for (String name : names(path)) {
      if (name.startsWith(".") || name.endsWith("~")) {
        continue;
      }
      Path entry = path.resolve(name);
      int dot = name.lastIndexOf('.');
      boolean plain = dot <= 0;
      if (Files.isDirectory(entry)) {
        if (plain) {
          collect(entry, depth + 1, variables);
        }
      } else if (plain || YamlInventorySource.EXTENSIONS.contains(name.substring(dot))) {
        readInto(entry, variables);
      }
    }
  }

  private void readInto(Path file, Map<String, Variable> variables) {
    Optional<YamlFiles.Content> content = files.read(file, problems);
    if (content.isEmpty()) {
      return;
    }
    switch (content.get()) {
      case YamlFiles.Content.Empty _ -> {}
      case YamlFiles.Content.Encrypted _ -> encrypted.add(files.display(file));
      case YamlFiles.Content.Mapping mapping ->
          mapping
              .mapping()
              .entries()
              .forEach(
                  (name, entry) ->
                      variables.put(
                          name, YamlScalars.variable(entry.value(), entry.key().place())));
    }
  }
}
