package dev.fwctl.model;

import java.util.Locale;
import java.util.Optional;

/** What happens to a packet that no rule of a policy speaks of. */
public enum DefaultAction {
  ACCEPT,
  DROP,
  /** Drop, and tell the sender: a TCP reset, else an ICMP error. */
  REJECT;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<DefaultAction> parse(String label) {
    for (DefaultAction action : values()) {
      if (action.label().equals(label)) {
        return Optional.of(action);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return label();
  }
}
