package dev.fwctl.plugin.iptables;

/** Words of a host in messages, without anything that a terminal would act on. */
final class Printable {
  private static final int LIMIT = 120;

  private Printable() {}

  static String of(String text) {
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .limit(LIMIT)
        .forEach(character -> printable.appendCodePoint(isPrintable(character) ? character : '?'));
    return text.codePointCount(0, text.length()) > LIMIT ? printable + "..." : printable.toString();
  }

  private static boolean isPrintable(int character) {
    int type = Character.getType(character);
    return !Character.isISOControl(character)
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR
        && type != Character.UNASSIGNED;
  }
}
