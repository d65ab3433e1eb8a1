package dev.fwctl.core.exposure;

/** How bad it is that an endpoint can be reached, the worst first. */
public enum Severity {
  /** By everyone, or nearly: by at least half of all public addresses of a family. */
  EVERYONE("open to everyone"),
  /** By more public addresses than an organisation has: over 65,536, or more than a /32 of IPv6. */
  MANY("open to large public networks"),
  /** By some public addresses. */
  SOME("open to some public addresses"),
  /** By addresses of private networks only. Source: RFC 1918, 4193, 6598, 3927. */
  PRIVATE("open to private addresses only"),
  /** Only by who can send the host packets for addresses that it does not have outside. */
  NEIGHBOURS("open to who can route to it"),
  NOBODY("open to nobody");

  private final String words;

  Severity(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
