package dev.fwctl.spi.shell;

import java.util.stream.Collectors;

/** Makes what a host said fit to stand in a message. */
public final class HostWords {
  private static final int LONGEST = 300;

  private HostWords() {}

  /**
   * Returns a text of a host on one line, without characters that act on a terminal, and not longer
   * than a person reads.
   *
   * <p>Lines are joined with semicolons. Control and format characters (escape sequences, bidi
   * overrides) and halves of surrogate pairs become U+FFFD.
   */
  public static String of(String text) {
    String line =
        text.lines()
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .limit(LONGEST)
            .collect(Collectors.joining("; "));
    StringBuilder fit = new StringBuilder();
    int characters = 0;
    for (int at = 0; at < line.length(); ) {
      int codePoint = line.codePointAt(at);
      at += Character.charCount(codePoint);
      if (++characters > LONGEST) {
        return fit.append('…').toString();
      }
      fit.appendCodePoint(isFit(codePoint) ? codePoint : 0xFFFD);
    }
    return fit.toString();
  }

  private static boolean isFit(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
