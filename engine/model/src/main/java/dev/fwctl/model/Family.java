package dev.fwctl.model;

/** The two families of Internet addresses. */
public enum Family {
  IPV4("IPv4", 32),
  IPV6("IPv6", 128);

  private final String label;
  private final int bits;

  Family(String label, int bits) {
    this.label = label;
    this.bits = bits;
  }

  /** Returns what people call it: {@code IPv4} or {@code IPv6}. */
  public String label() {
    return label;
  }

  /** Returns the length of an address of this family in bits: 32 or 128. */
  public int bits() {
    return bits;
  }
}
