package dev.fwctl.core.document;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.FwctlException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads YAML files into trees that know their places.
 *
 * <p>Built on SnakeYAML's event parser rather than on its node graph or Jackson: events still know
 * where an alias stands and whether a tag was written, the node graph no longer does, and Jackson
 * turns aliases and merge keys into text.
 */
public final class DocumentReader {
  private final TextReader texts;
  private final DocumentLimits limits;

  /**
   * Creates a reader.
   *
   * @param base the folder that paths in messages are relative to, for files in it
   * @param limits how much of a document we bear
   */
  public DocumentReader(Path base, DocumentLimits limits) {
    this.limits = requireNonNull(limits, "limits is null");
    this.texts = new TextReader(base, limits.bytes());
  }

  /** Returns a path as a user would type it, as in the places of what is read. */
  public String display(Path file) {
    return texts.display(file);
  }

  /**
   * Returns the document of a file; nothing, and at least one problem, when it is not well formed.
   */
  public Optional<Document> read(Path file, Problems problems) {
    return texts.read(file, problems).flatMap(text -> parse(display(file), text, problems));
  }

  /**
   * Returns the document that a text holds; nothing, and at least one problem, when it is not well
   * formed.
   *
   * @param file the name of the text in places
   */
  public Optional<Document> parse(String file, String text, Problems problems) {
    int before = problems.met();
    try {
      Document document = new Composer(file, text, limits, problems).document();
      return problems.met() == before ? Optional.of(document) : Optional.empty();
    } catch (FwctlException stopped) {
      problems.addAll(stopped.problems());
      return Optional.empty();
    }
  }
}
