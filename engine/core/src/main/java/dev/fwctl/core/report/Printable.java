package dev.fwctl.core.report;

/**
 * Makes text safe to print: what hosts and files say is data and never moves a terminal's cursor.
 */
public final class Printable {
  private Printable() {}

  /**
   * Returns a text in which every character that is not seen, or that changes how others are, is
   * shown as an escape.
   */
  public static String text(String text) {
    if (text.codePoints().noneMatch(Printable::isHidden)) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(character -> safe.append(character(character)));
    return safe.toString();
  }

  /**
   * Returns one character as it may be printed: itself or an escape such as {@code \n} or <code>
   * \u001b</code>.
   */
  static String character(int character) {
    if (!isHidden(character)) {
      return Character.toString(character);
    }
    return switch (character) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> (character > 0xffff ? "\\U%08x" : "\\u%04x").formatted(character);
    };
  }

  private static boolean isHidden(int character) {
    if (character >= ' ' && character < 0x7f) {
      return false;
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          true;
      default -> false;
    };
  }

  /**
   * Returns how many columns of a terminal a character takes: 0, 1 or 2. Source: Unicode Standard
   * Annex 11.
   */
  static int width(int character) {
    if (character < 0x300) {
      return 1;
    }
    switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> {
        return 0;
      }
      default -> {
        boolean wide =
            (character >= 0x1100 && character <= 0x115f)
                || (character >= 0x2e80 && character <= 0xa4cf)
                || (character >= 0xac00 && character <= 0xd7a3)
                || (character >= 0xf900 && character <= 0xfaff)
                || (character >= 0xfe30 && character <= 0xfe6f)
                || (character >= 0xff00 && character <= 0xff60)
                || (character >= 0x1f300 && character <= 0x1faff)
                || (character >= 0x20000 && character <= 0x3fffd);
        return wide ? 2 : 1;
      }
    }
  }
}
