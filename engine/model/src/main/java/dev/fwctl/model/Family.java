package dev.fwctl.model;

/** The two families of Internet addresses. */
public enum Family {
  IPV4(32),
  IPV6(128);

  private final int bits;

  Family(int bits) {
    this.bits = bits;
  }

  /** Returns the length of an address of this family in bits: 32 or 128. */
  public int bits() {
    return bits;
  }
}
