package dev.fwctl.core.report;

/** Breaks text at spaces so that it fits a terminal; what holds no space is never broken or cut. */
final class Paragraph {
  /** The width that all text output is made for, in columns. */
  static final int WIDTH = 80;

  /** Stands for a space at which no line is broken; what is printable does not hold it. */
  static final char GLUE = '\n';

  private Paragraph() {}

  /**
   * Appends a text as lines that each end in a line feed.
   *
   * @param first what the first line begins with
   * @param next what each further line begins with
   */
  static void append(StringBuilder text, String first, String content, String next) {
    StringBuilder line = new StringBuilder(first);
    boolean empty = true;
    for (String word : content.split(" ", -1)) {
      if (!empty && line.length() + 1 + word.length() > WIDTH) {
        text.append(line.toString().stripTrailing()).append('\n');
        line.setLength(0);
        line.append(next);
        empty = true;
      }
      line.append(empty ? "" : " ").append(word.replace(GLUE, ' '));
      empty = false;
    }
    text.append(line).append('\n');
  }
}
