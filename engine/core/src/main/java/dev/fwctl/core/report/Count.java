package dev.fwctl.core.report;

/** Says how many there are of something. */
final class Count {
  private Count() {}

  /** Returns such as {@code 1 host} and {@code 2 hosts}. */
  static String of(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
