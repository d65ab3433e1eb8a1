package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * A pattern in which {@code *} stands for any characters and {@code ?} for one.
 *
 * @param pattern the pattern as written
 */
public record Glob(String pattern) {
  public Glob {
    requireNonNull(pattern, "pattern is null");
  }

  /**
   * Tells whether the whole of a text fits; takes time linear in the text for a pattern with one
   * {@code *}.
   */
  public boolean matches(String text) {
    int patternAt = 0;
    int textAt = 0;
    int starAt = -1;
    int resumeAt = 0;
    while (textAt < text.length()) {
      if (patternAt < pattern.length() && pattern.charAt(patternAt) == '*') {
        starAt = patternAt++;
        resumeAt = textAt;
      } else if (patternAt < pattern.length()
          && (pattern.charAt(patternAt) == '?'
              || pattern.charAt(patternAt) == text.charAt(textAt))) {
        patternAt++;
        textAt++;
      } else if (starAt >= 0) {
        patternAt = starAt + 1;
        textAt = ++resumeAt;
      } else {
        return false;
      }
    }
    while (patternAt < pattern.length() && pattern.charAt(patternAt) == '*') {
      patternAt++;
    }
    return patternAt == pattern.length();
  }

  @Override
  public String toString() {
    return pattern;
  }
}
