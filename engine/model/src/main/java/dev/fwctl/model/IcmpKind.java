package dev.fwctl.model;

import java.util.Locale;
import java.util.Optional;

/**
 * ICMP messages that a policy may name; the others are either always let through or never meant for
 * a host.
 *
 * <p>Source of the numbers: the IANA registries "ICMP Type Numbers" and "ICMPv6 Parameters".
 */
public enum IcmpKind {
  ECHO_REQUEST(8, 128),
  TIMESTAMP_REQUEST(13, -1),
  /** Every ICMP and ICMPv6 message. */
  ANY(-1, -1);

  private final int ipv4Type;
  private final int ipv6Type;

  IcmpKind(int ipv4Type, int ipv6Type) {
    this.ipv4Type = ipv4Type;
    this.ipv6Type = ipv6Type;
  }

  /**
   * Returns the type number in a family, or nothing where it has no such message or every type is
   * meant.
   */
  public Optional<Integer> type(Family family) {
    int type = family == Family.IPV4 ? ipv4Type : ipv6Type;
    return type < 0 ? Optional.empty() : Optional.of(type);
  }

  /** Tells whether messages of this kind exist in a family. */
  public boolean existsIn(Family family) {
    return this == ANY || type(family).isPresent();
  }

  /** Returns the name in policy documents, such as {@code echo-request}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<IcmpKind> parse(String label) {
    for (IcmpKind kind : values()) {
      if (kind.label().equals(label)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return label();
  }
}
