package dev.fwctl.core.inventory;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into words as a POSIX shell quotes them, without expanding anything.
 *
 * <p>The rules are those of Python's {@code shlex}, by which Ansible reads host lines and SSH
 * arguments: single quotes keep everything, double quotes keep all but a backslash before a quote
 * or a backslash, and a backslash elsewhere keeps the next character.
 */
final class ShellWords {
  private static final char NONE = 0;

  private ShellWords() {}

  /**
   * A word.
   *
   * @param text the word without its quotes
   * @param start the index of its first character in the text it was found in
   */
  record Word(String text, int start) {}

  /** Text that ends within quotes or after a backslash. */
  static final class UnfinishedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final int start;

    private UnfinishedException(String what, int start) {
      super(what);
      this.what = what;
      this.start = start;
    }

    /** Returns what is not finished, for a message. */
    String what() {
      return what;
    }

    /** Returns the index of what is not finished. */
    int start() {
      return start;
    }
  }

  /**
   * Returns the words of a text.
   *
   * @param comments whether an unquoted {@code #}, also one within a word, begins a comment
   */
  static List<Word> split(String text, boolean comments) throws UnfinishedException {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int start = -1;
    char quote = NONE;
    int quotedAt = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (quote != NONE) {
        if (character == quote) {
          quote = NONE;
        } else if (character == '\\' && quote == '"') {
          if (i + 1 < text.length() && (text.charAt(i + 1) == '"' || text.charAt(i + 1) == '\\')) {
            i++;
          }
          word.append(text.charAt(i));
        } else {
          word.append(character);
        }
        continue;
      }
      if (isBlank(character)) {
        if (start >= 0) {
          words.add(new Word(word.toString(), start));
          word.setLength(0);
          start = -1;
        }
        continue;
      }
      if (character == '#' && comments) {
        break;
      }
      if (start < 0) {
        start = i;
      }
      switch (character) {
        case '\'', '"' -> {
          quote = character;
          quotedAt = i;
        }
        case '\\' -> {
          if (i + 1 == text.length()) {
            throw new UnfinishedException("nothing follows the backslash", i);
          }
          i++;
          word.append(text.charAt(i));
        }
        default -> word.append(character);
      }
    }
    if (quote != NONE) {
      throw new UnfinishedException("the quote " + quote + " is not closed", quotedAt);
    }
    if (start >= 0) {
      words.add(new Word(word.toString(), start));
    }
    return List.copyOf(words);
  }

  private static boolean isBlank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
  }
}
