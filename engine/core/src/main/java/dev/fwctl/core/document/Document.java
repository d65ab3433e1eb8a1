package dev.fwctl.core.document;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Place;
import java.util.Optional;

/**
 * A YAML file that is well formed.
 *
 * @param file the path as a user would type it
 * @param root what the file holds; nothing when it is empty or holds comments alone
 */
public record Document(String file, Optional<Node> root) {
  public Document {
    requireNonNull(file, "file is null");
    requireNonNull(root, "root is null");
  }

  /** Returns the place of the file's first character. */
  public Place start() {
    return new Place(file, 1, 1);
  }
}
