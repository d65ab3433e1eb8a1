package dev.fwctl.core.converge;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of hosts, or a part of all of them.
 *
 * @param number the number, or the part in percent; not negative, a part at most 100
 * @param percent whether it is a part
 */
public record Share(int number, boolean percent) {
  public static final Share NONE = new Share(0, false);

  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(%?)");

  public Share {
    if (number < 0 || (percent && number > 100)) {
      throw new IllegalArgumentException("not a share: " + number + (percent ? "%" : ""));
    }
  }

  /** Reads {@code N} or {@code N%}; nothing when the text is neither. */
  public static Optional<Share> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(1));
    boolean percent = !matcher.group(2).isEmpty();
    return percent && number > 100 ? Optional.empty() : Optional.of(new Share(number, percent));
  }

  /** Returns how many of so many hosts these are, rounded down. */
  public int of(int hosts) {
    return percent ? (int) ((long) hosts * number / 100) : number;
  }

  /** Tells whether so many of all hosts are no more than these. */
  public boolean bears(int some, int all) {
    return some <= of(all);
  }

  @Override
  public String toString() {
    return number + (percent ? "%" : "");
  }
}
