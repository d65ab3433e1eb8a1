package dev.fwctl.core.inventory;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that one host entry of an inventory stands for.
 *
 * <p>An entry is a name or an address, with any number of ranges in it and a port after it: {@code
 * db[01:10:3]-[a:c].example:2222}, {@code [2001:db8::1]:22}.
 *
 * @param names the names, in the order of the ranges
 * @param port the port that is written after them, 1 to 65535
 */
record HostName(List<String> names, OptionalInt port) {
  /** More than any fleet, and little enough to fit in memory when a range has a digit too many. */
  static final int MOST_NAMES = 100_000;

  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}_.-]*");
  private static final Pattern BRACKETED = Pattern.compile("\\[([^\\[\\]]*)](?::(.*))?");
  private static final Pattern RANGE = Pattern.compile("\\[([^\\[\\]]*)]");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  HostName {
    names = List.copyOf(names);
  }

  /** Tells whether a text can name a host: letters, digits, {@code . - _}, or an IP address. */
  static boolean isValid(String text) {
    return NAME.matcher(text).matches() || IpAddress.parse(text).isPresent();
  }

  /**
   * Reads an entry.
   *
   * @throws FwctlException when it is not a host name, or a range or the port is wrong
   */
  static HostName parse(String entry, Place place) {
    Matcher bracketed = BRACKETED.matcher(entry);
    if (bracketed.matches() && IpAddress.parse(bracketed.group(1)).isPresent()) {
      String port = bracketed.group(2);
      return new HostName(
          List.of(bracketed.group(1)),
          port == null ? OptionalInt.empty() : OptionalInt.of(port(entry, port, place)));
    }
    int colon = onlyColonOutsideBrackets(entry);
    String pattern = colon < 0 ? entry : entry.substring(0, colon);
    OptionalInt port =
        colon < 0
            ? OptionalInt.empty()
            : OptionalInt.of(port(entry, entry.substring(colon + 1), place));
    List<String> names = expand(pattern, entry, place);
    for (String name : names) {
      if (!isValid(name)) {
        throw new FwctlException(
            Problem.at(
                place,
                ErrorCode.DOCUMENT_INVALID,
                name.isEmpty()
                    ? "a host has no name"
                    : "'" + name + "' can't be the name of a host",
                name.indexOf('@') > 0
                    ? "set the user with ansible_user"
                    : "a name holds letters, digits and . - _; the port of an IPv6 address is written"
                        + " [2001:db8::1]:22"));
      }
    }
    return new HostName(names, port);
  }

  /** Returns the index of the colon before a port; -1 without one and where it is part of IPv6. */
  private static int onlyColonOutsideBrackets(String entry) {
    int found = -1;
    int depth = 0;
    for (int i = 0; i < entry.length(); i++) {
      switch (entry.charAt(i)) {
        case '[' -> depth++;
        case ']' -> depth--;
        case ':' -> {
          if (depth == 0) {
            if (found >= 0) {
              return -1;
            }
            found = i;
          }
        }
        default -> {}
      }
    }
    return found;
  }

  private static int port(String entry, String text, Place place) {
    if (NUMBER.matcher(text).matches()) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    }
    throw invalid(
        place,
        "the port of '" + entry + "' is " + (text.isEmpty() ? "missing" : "'" + text + "'"),
        "a port is a number from 1 to 65535");
  }

  private static List<String> expand(String pattern, String entry, Place place) {
    List<String> heads = List.of("");
    int from = 0;
    Matcher ranges = RANGE.matcher(pattern);
    while (ranges.find()) {
      String fixed = pattern.substring(from, ranges.start());
      List<String> steps = range(ranges.group(1), place);
      if ((long) heads.size() * steps.size() > MOST_NAMES) {
        throw invalid(
            place,
            "'" + entry + "' stands for more than " + MOST_NAMES + " hosts",
            "use smaller ranges");
      }
      List<String> longer = new ArrayList<>(heads.size() * steps.size());
      for (String head : heads) {
        for (String step : steps) {
          longer.add(head + fixed + step);
        }
      }
      heads = longer;
      from = ranges.end();
    }
    String tail = pattern.substring(from);
    if (tail.indexOf('[') >= 0 || tail.indexOf(']') >= 0) {
      throw invalid(
          place, "a bracket of '" + entry + "' has no partner", "a range is written [01:10]");
    }
    return tail.isEmpty() ? heads : heads.stream().map(head -> head + tail).toList();
  }

  private static List<String> range(String text, Place place) {
    String[] parts = text.split(":", -1);
    if (parts.length != 2 && parts.length != 3) {
      throw invalid(
          place, "[" + text + "] is not a range", "write [begin:end] or [begin:end:step]");
    }
    String begin = parts[0].isEmpty() ? "0" : parts[0];
    String end = parts[1];
    int step = 1;
    if (parts.length == 3) {
      if (!NUMBER.matcher(parts[2]).matches() || Integer.parseInt(parts[2]) == 0) {
        throw invalid(
            place,
            "the step of range [" + text + "] is '" + parts[2] + "'",
            "a step is a number from 1");
      }
      step = Integer.parseInt(parts[2]);
    }
    if (begin.length() == 1
        && end.length() == 1
        && LETTERS.contains(begin)
        && LETTERS.contains(end)) {
      return letters(text, LETTERS.indexOf(begin), LETTERS.indexOf(end), step, place);
    }
    if (!NUMBER.matcher(begin).matches() || !NUMBER.matcher(end).matches()) {
      throw invalid(
          place,
          "range [" + text + "] goes neither from number to number nor from letter to letter",
          "write [01:10] or [a:f]");
    }
    boolean padded = begin.length() > 1 && begin.charAt(0) == '0';
    if (padded && begin.length() != end.length()) {
      throw invalid(
          place,
          "begin and end of range [" + text + "] have different lengths",
          "where the begin has leading zeros the end has as many digits");
    }
    int first = Integer.parseInt(begin);
    int last = Integer.parseInt(end);
    requireForward(text, first <= last, place);
    if ((last - first) / step >= MOST_NAMES) {
      throw invalid(
          place,
          "range [" + text + "] has more than " + MOST_NAMES + " steps",
          "use a smaller one");
    }
    List<String> names = new ArrayList<>();
    for (long number = first; number <= last; number += step) {
      String digits = Long.toString(number);
      names.add(padded ? "0".repeat(begin.length() - digits.length()) + digits : digits);
    }
    return names;
  }

  private static List<String> letters(String text, int first, int last, int step, Place place) {
    requireForward(text, first <= last, place);
    List<String> names = new ArrayList<>();
    for (long letter = first; letter <= last; letter += step) {
      names.add(String.valueOf(LETTERS.charAt((int) letter)));
    }
    return names;
  }

  private static void requireForward(String text, boolean forward, Place place) {
    if (!forward) {
      throw invalid(place, "range [" + text + "] ends before it begins", "swap begin and end");
    }
  }

  private static FwctlException invalid(Place place, String message, String hint) {
    return new FwctlException(Problem.at(place, ErrorCode.DOCUMENT_INVALID, message, hint));
  }
}
