package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * A place in a file of the policy repository or of an inventory.
 *
 * @param file the path as a user would type it, relative to the repository where it lies inside
 * @param line the line, from 1
 * @param column the column in characters, from 1
 */
public record Place(String file, int line, int column) implements Comparable<Place> {
  public Place {
    requireNonNull(file, "file is null");
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("line and column count from 1: " + line + ":" + column);
    }
  }

  @Override
  public int compareTo(Place other) {
    int byFile = file.compareTo(other.file);
    if (byFile != 0) {
      return byFile;
    }
    int byLine = Integer.compare(line, other.line);
    return byLine != 0 ? byLine : Integer.compare(column, other.column);
  }

  /** Returns {@code FILE:LINE}, short enough for a comment on a rule. */
  public String fileAndLine() {
    return file + ":" + line;
  }

  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
