package dev.fwctl.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How many hosts may be left out of a run without its being incomplete.
 *
 * @param number hosts, or percent of all hosts
 * @param percent whether the number is in percent
 */
record Tolerance(int number, boolean percent) {
  static final Tolerance NONE = new Tolerance(0, false);

  boolean bears(int leftOut, int all) {
    return percent ? (long) leftOut * 100 <= (long) number * all : leftOut <= number;
  }

  /** Reads {@code N} or {@code N%}. */
  static final class Converter implements ITypeConverter<Tolerance> {
    @Override
    public Tolerance convert(String text) {
      boolean percent = text.endsWith("%");
      String digits = percent ? text.substring(0, text.length() - 1) : text;
      if (!digits.matches("[0-9]{1,6}") || (percent && Integer.parseInt(digits) > 100)) {
        throw new TypeConversionException("expected a number of hosts, or a percentage as 10%");
      }
      return new Tolerance(Integer.parseInt(digits), percent);
    }
  }
}
