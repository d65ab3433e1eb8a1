package dev.fwctl.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * A script for a host and how much of it we bear.
 *
 * @param text POSIX sh
 * @param timeLimit the longest wait for its end
 * @param outputLimit the most bytes that it may print, on standard output and standard error
 *     together
 */
public record Script(String text, Duration timeLimit, int outputLimit) {
  public Script {
    requireNonNull(text, "text is null");
    requireNonNull(timeLimit, "timeLimit is null");
    if (outputLimit < 1) {
      throw new IllegalArgumentException("outputLimit is not positive: " + outputLimit);
    }
  }

  /**
   * Writes a text as one word of a script, in which no character has a meaning.
   *
   * @param text any text without NUL, which the shell can't hold
   */
  public static String word(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
