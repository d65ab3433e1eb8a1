package dev.fwctl.model;

import java.util.Locale;
import java.util.Optional;

/** A transport protocol that has ports. */
public enum TransportProtocol {
  TCP,
  UDP,
  SCTP;

  /** Returns the name that iptables, Docker and policy documents use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TransportProtocol> parse(String label) {
    for (TransportProtocol protocol : values()) {
      if (protocol.label().equals(label)) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return label();
  }
}
