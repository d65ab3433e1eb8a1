package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * A password. It never shows itself in a message, a log or a debugger's rendering of a record.
 *
 * @param value the text
 */
public record Secret(String value) {
  public Secret {
    requireNonNull(value, "value is null");
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
