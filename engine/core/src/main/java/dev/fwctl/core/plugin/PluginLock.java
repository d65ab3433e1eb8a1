package dev.fwctl.core.plugin;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Document;
import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which plugins may be loaded, as {@code plugins.lock} says.
 *
 * @param entries one for each plugin, in the order of the file
 */
record PluginLock(List<Entry> entries) {
  /** The lock's name in the plugin folder. */
  static final String FILE = "plugins.lock";

  private static final String VERSION = "1";
  private static final Set<String> KEYS = Set.of("fwctl", "plugins");
  private static final Set<String> ENTRY_KEYS = Set.of("id", "version", "sha256");

  PluginLock {
    entries = List.copyOf(entries);
  }

  /**
   * A plugin that may be loaded.
   *
   * @param id its identifier
   * @param version its version
   * @param sha256 the digest of its jar, 64 lower case hexadecimal digits
   * @param place where the lock lists it
   */
  record Entry(String id, String version, String sha256, Place place) {
    Entry {
      requireNonNull(id, "id is null");
      requireNonNull(version, "version is null");
      requireNonNull(sha256, "sha256 is null");
      requireNonNull(place, "place is null");
    }
  }

  /** Returns a line of a lock, for a person to copy. */
  static String line(String id, String version, String sha256) {
    return "- {id: %s, version: %s, sha256: %s}".formatted(id, version, sha256);
  }

  /** Reads a lock; every error becomes a problem. */
  static PluginLock read(Path file, Problems problems) {
    List<Entry> entries = new ArrayList<>();
    Optional<Document> document =
        new DocumentReader(Path.of("").toAbsolutePath(), DocumentLimits.DEFAULT)
            .read(file, problems);
    if (document.isEmpty()) {
      return new PluginLock(entries);
    }
    if (!(document.get().root().orElse(null) instanceof Node.Mapping mapping)) {
      invalid(problems, document.get().start(), "expected a mapping with 'fwctl' and 'plugins'");
      return new PluginLock(entries);
    }
    refuseOtherKeys(mapping, KEYS, problems);
    if (!(mapping.get("fwctl").orElse(null) instanceof Node.Scalar version)
        || !version.text().equals(VERSION)) {
      invalid(problems, mapping.place(), "expected 'fwctl: " + VERSION + "', the lock's format");
    }
    switch (mapping.get("plugins").orElse(null)) {
      case Node.Sequence list ->
          list.items().forEach(item -> entry(item, problems).ifPresent(entries::add));
      case null -> invalid(problems, mapping.place(), "expected the key 'plugins'");
      case Node other ->
          invalid(problems, other.place(), "expected a list of plugins, found " + other.kind());
    }
    for (int i = 0; i < entries.size(); i++) {
      for (Entry earlier : entries.subList(0, i)) {
        if (earlier.id().equals(entries.get(i).id())) {
          problems.add(
              entries.get(i).place(),
              ErrorCode.CONFLICT,
              "plugin '%s' is listed before, at %s".formatted(earlier.id(), earlier.place()));
        }
      }
    }
    return new PluginLock(entries);
  }

  private static Optional<Entry> entry(Node node, Problems problems) {
    if (!(node instanceof Node.Mapping mapping)) {
      invalid(problems, node.place(), "expected id, version and sha256, found " + node.kind());
      return Optional.empty();
    }
    refuseOtherKeys(mapping, ENTRY_KEYS, problems);
    Optional<String> id = text(mapping, "id", "[A-Za-z0-9][A-Za-z0-9._-]*", problems);
    Optional<String> version = text(mapping, "version", "[0-9A-Za-z][0-9A-Za-z.+-]*", problems);
    Optional<String> sha256 = text(mapping, "sha256", "[0-9a-f]{64}", problems);
    return id.isEmpty() || version.isEmpty() || sha256.isEmpty()
        ? Optional.empty()
        : Optional.of(new Entry(id.get(), version.get(), sha256.get(), mapping.place()));
  }

  private static Optional<String> text(
      Node.Mapping mapping, String key, String form, Problems problems) {
    Optional<Node> node = mapping.get(key);
    if (node.isEmpty()) {
      invalid(problems, mapping.place(), "expected the key '" + key + "'");
      return Optional.empty();
    }
    if (!(node.get() instanceof Node.Scalar scalar) || !scalar.text().matches(form)) {
      invalid(problems, node.get().place(), "expected a text of the form " + form);
      return Optional.empty();
    }
    return Optional.of(scalar.text());
  }

  private static void refuseOtherKeys(Node.Mapping mapping, Set<String> keys, Problems problems) {
    for (Node.Entry entry : mapping.entries().values()) {
      String key = entry.key().text();
      if (!keys.contains(key)) {
        problems.add(
            entry.key().place(),
            ErrorCode.DOCUMENT_INVALID,
            "unknown key '" + key + "'",
            Suggestions.closest(key, keys)
                .map(name -> "did you mean '" + name + "'?")
                .orElse("known are " + String.join(", ", keys.stream().sorted().toList())));
      }
    }
  }

  private static void invalid(Problems problems, Place place, String message) {
    problems.add(place, ErrorCode.DOCUMENT_INVALID, message);
  }
}
