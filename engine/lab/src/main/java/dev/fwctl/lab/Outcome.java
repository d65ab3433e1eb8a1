package dev.fwctl.lab;

import java.util.Locale;

/** What became of a probe. */
public enum Outcome {
  /** TCP: connected. UDP and ICMP: an answer came. */
  OPEN,
  /** A TCP reset or an ICMP port unreachable came back. */
  REFUSED,
  /** Another ICMP error came back, or there is no route. */
  UNREACHABLE,
  /** Nothing came. */
  TIMEOUT;

  /** Returns the name in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Outcome parse(String label) {
    return valueOf(label.strip().toUpperCase(Locale.ROOT));
  }
}
