package dev.fwctl.core.inventory;

import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the value of a variable in an INI inventory.
 *
 * <p>Ansible takes a value that is a literal of Python for what it says and any other for text:
 * {@code 22} is a number, {@code '22'} the text 22, {@code [1, 2]} a list, {@code web1} and {@code
 * yes} are text. Source: Ansible's documentation of the INI plugin, Python's of {@code
 * ast.literal_eval} and of its lexical analysis.
 */
final class PythonLiteral {
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<hex>0[xX](?:_?[0-9a-fA-F])+)|(?<octal>0[oO](?:_?[0-7])+)|(?<binary>0[bB](?:_?[01])+)"
              + "|(?<float>(?:\\d(?:_?\\d)*)?\\.\\d(?:_?\\d)*(?:[eE][+-]?\\d(?:_?\\d)*)?"
              + "|\\d(?:_?\\d)*\\.(?:[eE][+-]?\\d(?:_?\\d)*)?"
              + "|\\d(?:_?\\d)*[eE][+-]?\\d(?:_?\\d)*)"
              + "|(?<decimal>[1-9](?:_?\\d)*|0(?:_?0)*)");
  private static final Pattern STRING_PREFIX = Pattern.compile("(?i)(?:u|b|r|br|rb)?(?=['\"])");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int DEEPEST = 50;

  private final String text;
  private int at;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /** What a literal says. */
  private sealed interface Value {
    record Scalar(String text) implements Value {}

    record Nothing() implements Value {}

    record Collection(String kind) implements Value {}
  }

  /** The text is no literal of Python; says so to the method that began to read it. */
  private static final class NoLiteralException extends Exception {
    private static final long serialVersionUID = 1L;

    NoLiteralException() {
      super("not a literal", null, false, false);
    }
  }

  static Variable read(String value, Place place) {
    Value literal;
    try {
      literal = new PythonLiteral(value).whole();
    } catch (NoLiteralException _) {
      literal = new Value.Scalar(value);
    }
    return switch (literal) {
      case Value.Scalar scalar -> new Variable(Optional.of(scalar.text()), Optional.empty(), place);
      case Value.Nothing _ -> new Variable(Optional.empty(), Optional.empty(), place);
      case Value.Collection collection ->
          new Variable(Optional.empty(), Optional.of("is " + collection.kind()), place);
    };
  }

  private Value whole() throws NoLiteralException {
    Value value = value(0);
    skipBlanks();
    if (at < text.length() && text.charAt(at) == ',') {
      // A tuple needs no parentheses.
      while (at < text.length() && text.charAt(at) == ',') {
        at++;
        skipBlanks();
        if (!atEnd()) {
          value(0);
          skipBlanks();
        }
      }
      value = new Value.Collection("a list");
    }
    if (!atEnd()) {
      throw new NoLiteralException();
    }
    return value;
  }

  private boolean atEnd() {
    return at >= text.length() || text.charAt(at) == '#';
  }

  private void skipBlanks() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  private Value value(int depth) throws NoLiteralException {
    skipBlanks();
    if (atEnd() || depth > DEEPEST) {
      throw new NoLiteralException();
    }
    Matcher prefix = STRING_PREFIX.matcher(text).region(at, text.length());
    prefix.useTransparentBounds(true);
    if (prefix.lookingAt()) {
      return strings();
    }
    char first = text.charAt(at);
    return switch (first) {
      case '[' -> collection(']', "a list", false, depth);
      case '(' -> parenthesized(depth);
      case '{' -> collection('}', "a mapping", true, depth);
      default ->
          Character.isDigit(first) || first == '.' || first == '+' || first == '-'
              ? number()
              : word();
    };
  }

  private Value word() throws NoLiteralException {
    Matcher word = WORD.matcher(text).region(at, text.length());
    if (word.lookingAt()) {
      at = word.end();
      switch (word.group()) {
        case "True", "False" -> {
          return new Value.Scalar(word.group());
        }
        case "None" -> {
          return new Value.Nothing();
        }
        default -> {}
      }
    }
    throw new NoLiteralException();
  }

  private Value number() throws NoLiteralException {
    boolean negative = text.charAt(at) == '-';
    if (negative || text.charAt(at) == '+') {
      at++;
      skipBlanks();
    }
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw new NoLiteralException();
    }
    at = number.end();
    if (at < text.length() && (isWordCharacter(text.charAt(at)) || text.charAt(at) == '.')) {
      // 10.0.0.1, 0644, 1j and 2nd.
      throw new NoLiteralException();
    }
    String digits = number.group().replace("_", "");
    if (number.group("float") != null) {
      double value = Double.parseDouble(digits);
      return new Value.Scalar(PythonNumbers.text(negative ? -value : value));
    }
    BigInteger value =
        number.group("decimal") != null
            ? new BigInteger(digits)
            : new BigInteger(
                digits.substring(2),
                switch (digits.toLowerCase(Locale.ROOT).charAt(1)) {
                  case 'x' -> 16;
                  case 'o' -> 8;
                  default -> 2;
                });
    return new Value.Scalar((negative ? value.negate() : value).toString());
  }

  private static boolean isWordCharacter(char character) {
    return Character.isLetterOrDigit(character) || character == '_';
  }

  private Value parenthesized(int depth) throws NoLiteralException {
    int open = at;
    at++;
    Value inner;
    skipBlanks();
    if (at < text.length() && text.charAt(at) != ')') {
      inner = value(depth + 1);
      skipBlanks();
      if (at < text.length() && text.charAt(at) == ')') {
        at++;
        return inner;
      }
    }
    at = open;
    return collection(')', "a list", false, depth);
  }

  private Value collection(char close, String kind, boolean mayHaveKeys, int depth)
      throws NoLiteralException {
    at++;
    boolean hasKeys = false;
    boolean empty = true;
    while (true) {
      skipBlanks();
      if (at < text.length() && text.charAt(at) == close) {
        at++;
        return new Value.Collection(mayHaveKeys && !hasKeys && !empty ? "a set" : kind);
      }
      value(depth + 1);
      skipBlanks();
      if (mayHaveKeys && (empty || hasKeys) && at < text.length() && text.charAt(at) == ':') {
        at++;
        value(depth + 1);
        skipBlanks();
        hasKeys = true;
      } else if (hasKeys) {
        throw new NoLiteralException();
      }
      empty = false;
      if (at < text.length() && text.charAt(at) == ',') {
        at++;
      } else if (at >= text.length() || text.charAt(at) != close) {
        throw new NoLiteralException();
      }
    }
  }

  /** Reads one string or several beside each other, which Python joins. */
  private Value strings() throws NoLiteralException {
    StringBuilder joined = new StringBuilder();
    while (true) {
      skipBlanks();
      Matcher prefix = STRING_PREFIX.matcher(text).region(at, text.length());
      prefix.useTransparentBounds(true);
      if (!prefix.lookingAt()) {
        return new Value.Scalar(joined.toString());
      }
      boolean raw = prefix.group().toLowerCase(Locale.ROOT).indexOf('r') >= 0;
      at = prefix.end();
      string(raw, joined);
    }
  }

  private void string(boolean raw, StringBuilder joined) throws NoLiteralException {
    String one = text.substring(at, at + 1);
    String quote = text.startsWith(one.repeat(3), at) ? one.repeat(3) : one;
    at += quote.length();
    while (!text.startsWith(quote, at)) {
      if (at >= text.length()) {
        throw new NoLiteralException();
      }
      char character = text.charAt(at++);
      if (character != '\\') {
        joined.append(character);
      } else if (at >= text.length()) {
        throw new NoLiteralException();
      } else if (raw) {
        joined.append(character).append(text.charAt(at++));
      } else {
        escape(joined);
      }
    }
    at += quote.length();
  }

  private void escape(StringBuilder joined) throws NoLiteralException {
    char character = text.charAt(at++);
    switch (character) {
      case '\\', '\'', '"' -> joined.append(character);
      case 'a' -> joined.append('\u0007');
      case 'b' -> joined.append('\b');
      case 'f' -> joined.append('\f');
      case 'n' -> joined.append('\n');
      case 'r' -> joined.append('\r');
      case 't' -> joined.append('\t');
      case 'v' -> joined.append('\u000b');
      case 'x' -> joined.appendCodePoint(digits(2, 2, 16));
      case 'u' -> joined.appendCodePoint(digits(4, 4, 16));
      case 'U' -> {
        int codePoint = digits(8, 8, 16);
        if (!Character.isValidCodePoint(codePoint)) {
          throw new NoLiteralException();
        }
        joined.appendCodePoint(codePoint);
      }
      case 'N' -> throw new NoLiteralException();
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        at--;
        joined.appendCodePoint(digits(1, 3, 8));
      }
      default -> joined.append('\\').append(character);
    }
  }

  private int digits(int least, int most, int radix) throws NoLiteralException {
    long value = 0;
    int count = 0;
    while (count < most && at < text.length() && Character.digit(text.charAt(at), radix) >= 0) {
      value = value * radix + Character.digit(text.charAt(at++), radix);
      count++;
    }
    if (count < least || value > Integer.MAX_VALUE) {
      throw new NoLiteralException();
    }
    return (int) value;
  }
}
