package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the YAML and JSON files of inventories: a mapping each, in plain text or encrypted. */
final class YamlFiles {
  /** How a file begins that Ansible Vault has encrypted. */
  private static final String VAULT_HEADER = "$ANSIBLE_VAULT;";

  private final TextReader texts;
  private final DocumentReader documents;

  YamlFiles(TextReader texts, DocumentReader documents) {
    this.texts = requireNonNull(texts, "texts is null");
    this.documents = requireNonNull(documents, "documents is null");
  }

  /** What a file turned out to be. */
  sealed interface Content {
    /** A mapping. */
    record Mapping(Node.Mapping mapping) implements Content {}

    /** Nothing, or comments alone. */
    record Empty() implements Content {}

    /** Something that only Ansible Vault's password opens. */
    record Encrypted() implements Content {}
  }

  String display(Path file) {
    return texts.display(file);
  }

  /** Returns what a file holds; nothing, and at least one problem, when it can't be read. */
  Optional<Content> read(Path file, Problems problems) {
    return texts.read(file, problems).flatMap(text -> parse(display(file), text, problems));
  }

  Optional<Content> parse(String file, String text, Problems problems) {
    if (text.startsWith(VAULT_HEADER)) {
      return Optional.of(new Content.Encrypted());
    }
    return documents
        .parse(file, isJson(text) ? text.replace('\t', ' ') : text, problems)
        .flatMap(
            document -> {
              if (document.root().isEmpty()) {
                return Optional.of(new Content.Empty());
              }
              if (document.root().get() instanceof Node.Mapping mapping) {
                return Optional.of(new Content.Mapping(mapping));
              }
              problems.add(
                  new Place(file, 1, 1),
                  ErrorCode.DOCUMENT_INVALID,
                  "expected a mapping, not " + document.root().get().kind(),
                  "write NAME: VALUE");
              return Optional.empty();
            });
  }

  /** JSON may be indented with tabs, YAML may not; within its texts JSON has none. */
  private static boolean isJson(String text) {
    return text.stripLeading().startsWith("{");
  }
}
