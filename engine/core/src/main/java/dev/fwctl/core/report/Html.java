package dev.fwctl.core.report;

/** A page as it is written; whatever is not markup of ours is escaped. */
final class Html {
  private final StringBuilder page = new StringBuilder();

  /** Appends markup of ours, as it stands. */
  Html markup(String markup) {
    page.append(markup);
    return this;
  }

  /** Appends a text, whoever it comes from. */
  Html text(String text) {
    page.append(escaped(text));
    return this;
  }

  /** Appends an element that holds nothing but a text; the tag may have attributes of ours. */
  Html element(String tag, String text) {
    int space = tag.indexOf(' ');
    String name = space < 0 ? tag : tag.substring(0, space);
    return markup("<" + tag + ">").text(text).markup("</" + name + ">");
  }

  /**
   * Returns a text as it may stand in an element or in an attribute with quotes around it; what is
   * not seen is an escape, as on a terminal.
   */
  static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    Printable.text(text)
        .codePoints()
        .forEach(
            character -> {
              switch (character) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(character);
              }
            });
    return safe.toString();
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
