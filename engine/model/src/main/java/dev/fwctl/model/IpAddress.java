package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One IPv4 or IPv6 address, as an unsigned number of 128 bits.
 *
 * @param family the family; an IPv4 address keeps its 32 bits at the low end of {@code low}
 * @param high the upper 64 bits, 0 for IPv4
 * @param low the lower 64 bits, at most 2^32 - 1 for IPv4
 */
public record IpAddress(Family family, long high, long low) implements Comparable<IpAddress> {
  public IpAddress {
    requireNonNull(family, "family is null");
    if (family == Family.IPV4 && (high != 0 || low >>> 32 != 0)) {
      throw new IllegalArgumentException("not an IPv4 address: " + high + ":" + low);
    }
  }

  /**
   * Parses the textual form of RFC 4291 or a dotted quad without leading zeros; zone indices are
   * not accepted.
   */
  public static Optional<IpAddress> parse(String text) {
    return text.indexOf(':') >= 0 ? parseIpv6(text) : parseIpv4(text);
  }

  /** Parses an address that is known to be well formed, such as one that a kernel printed. */
  public static IpAddress of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
  }

  /** Returns the lowest address of a family: {@code 0.0.0.0} or {@code ::}. */
  public static IpAddress lowest(Family family) {
    return new IpAddress(family, 0, 0);
  }

  /** Returns the highest address of a family. */
  public static IpAddress highest(Family family) {
    return family == Family.IPV4
        ? new IpAddress(family, 0, 0xffff_ffffL)
        : new IpAddress(family, -1L, -1L);
  }

  /** Tells whether this is {@code 0.0.0.0} or {@code ::}. */
  public boolean isUnspecified() {
    return high == 0 && low == 0;
  }

  /** Tells whether this is in {@code 127.0.0.0/8} or is {@code ::1}. */
  public boolean isLoopback() {
    return family == Family.IPV4 ? low >>> 24 == 127 : high == 0 && low == 1;
  }

  /** Tells whether this is in {@code 169.254.0.0/16} or {@code fe80::/10}. */
  public boolean isLinkLocal() {
    return family == Family.IPV4 ? low >>> 16 == 0xa9feL : high >>> 54 == 0xfe80L >>> 6;
  }

  /** Returns the address after this one, or nothing at the end of the family. */
  public Optional<IpAddress> next() {
    if (equals(highest(family))) {
      return Optional.empty();
    }
    return Optional.of(new IpAddress(family, low == -1L ? high + 1 : high, low + 1));
  }

  /** Returns the address before this one, or nothing at the start of the family. */
  public Optional<IpAddress> previous() {
    if (isUnspecified()) {
      return Optional.empty();
    }
    return Optional.of(new IpAddress(family, low == 0 ? high - 1 : high, low - 1));
  }

  /** Returns this address with all but the first {@code length} bits cleared. */
  IpAddress truncate(int length) {
    int keep = family == Family.IPV4 ? length + 96 : length;
    return new IpAddress(family, high & highMask(keep), low & lowMask(keep));
  }

  /** Tells whether another address is of this one's family and has the same first bits. */
  boolean beginsAs(IpAddress other, int length) {
    int keep = family == Family.IPV4 ? length + 96 : length;
    return family == other.family
        && ((high ^ other.high) & highMask(keep)) == 0
        && ((low ^ other.low) & lowMask(keep)) == 0;
  }

  /** Returns this address with all but the first {@code length} bits set. */
  IpAddress fill(int length) {
    int keep = family == Family.IPV4 ? length + 96 : length;
    long filledHigh = family == Family.IPV4 ? 0 : high | ~highMask(keep);
    return new IpAddress(family, filledHigh, low | ~lowMask(keep));
  }

  private static long highMask(int length) {
    return length >= 64 ? -1L : length == 0 ? 0 : -1L << (64 - length);
  }

  private static long lowMask(int length) {
    return length >= 128 ? -1L : length <= 64 ? 0 : -1L << (128 - length);
  }

  // By hand: sets compare addresses by the million, and what the compiler makes for a record is
  // several times slower in a run that is too short for the optimizing compiler.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress that
        && family == that.family
        && high == that.high
        && low == that.low;
  }

  @Override
  public int hashCode() {
    return (31 * Long.hashCode(high) + Long.hashCode(low)) * 31 + family.ordinal();
  }

  @Override
  public int compareTo(IpAddress other) {
    if (family != other.family) {
      return family.compareTo(other.family);
    }
    int upper = Long.compareUnsigned(high, other.high);
    return upper != 0 ? upper : Long.compareUnsigned(low, other.low);
  }

  /**
   * Returns this address and what stands behind a colon, such as a port: an IPv6 address stands in
   * brackets then.
   */
  public String withPort(Object port) {
    return (family == Family.IPV6 ? "[" + this + "]" : toString()) + ":" + port;
  }

  /** Returns the dotted quad, or the canonical form of RFC 5952. */
  @Override
  public String toString() {
    if (family == Family.IPV4) {
      return (low >>> 24)
          + "."
          + (low >>> 16 & 0xff)
          + "."
          + (low >>> 8 & 0xff)
          + "."
          + (low & 0xff);
    }
    int[] groups = new int[8];
    for (int i = 0; i < 4; i++) {
      groups[i] = (int) (high >>> (48 - 16 * i)) & 0xffff;
      groups[i + 4] = (int) (low >>> (48 - 16 * i)) & 0xffff;
    }
    if (high == 0 && low >>> 32 == 0xffffL) {
      return "::ffff:" + new IpAddress(Family.IPV4, 0, low & 0xffff_ffffL);
    }
    int longestStart = -1;
    int longestLength = 1;
    for (int i = 0; i < 8; i++) {
      int j = i;
      while (j < 8 && groups[j] == 0) {
        j++;
      }
      if (j - i > longestLength) {
        longestStart = i;
        longestLength = j - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == longestStart) {
        text.append("::");
        i += longestLength - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static Optional<IpAddress> parseIpv4(String text) {
    long value = 0;
    int parts = 0;
    int start = 0;
    while (start <= text.length()) {
      int end = text.indexOf('.', start);
      if (end < 0) {
        end = text.length();
      }
      int length = end - start;
      if (length < 1 || length > 3 || (length > 1 && text.charAt(start) == '0') || parts == 4) {
        return Optional.empty();
      }
      int part = 0;
      for (int i = start; i < end; i++) {
        char digit = text.charAt(i);
        if (digit < '0' || digit > '9') {
          return Optional.empty();
        }
        part = part * 10 + (digit - '0');
      }
      if (part > 255) {
        return Optional.empty();
      }
      value = value << 8 | part;
      parts++;
      start = end + 1;
    }
    return parts == 4 ? Optional.of(new IpAddress(Family.IPV4, 0, value)) : Optional.empty();
  }

  private static Optional<IpAddress> parseIpv6(String text) {
    String rest = text;
    int lastColon = text.lastIndexOf(':');
    if (text.indexOf('.') >= 0) {
      Optional<IpAddress> tail = parseIpv4(text.substring(lastColon + 1));
      if (tail.isEmpty()) {
        return Optional.empty();
      }
      long bits = tail.get().low();
      rest =
          text.substring(0, lastColon + 1)
              + Long.toHexString(bits >>> 16)
              + ":"
              + Long.toHexString(bits & 0xffff);
    }
    int gap = rest.indexOf("::");
    int[] groups = new int[8];
    if (gap < 0) {
      return parseGroups(rest, groups, 0) == 8 ? Optional.of(ofGroups(groups)) : Optional.empty();
    }
    int[] tail = new int[8];
    int before = gap == 0 ? 0 : parseGroups(rest.substring(0, gap), groups, 0);
    int after = gap + 2 == rest.length() ? 0 : parseGroups(rest.substring(gap + 2), tail, 0);
    if (before < 0 || after < 0 || before + after > 7) {
      return Optional.empty();
    }
    System.arraycopy(tail, 0, groups, 8 - after, after);
    return Optional.of(ofGroups(groups));
  }

  /** Returns the number of groups read, or -1 if one is malformed or there are more than eight. */
  private static int parseGroups(String text, int[] groups, int from) {
    int count = from;
    int start = 0;
    while (start <= text.length()) {
      int end = text.indexOf(':', start);
      if (end < 0) {
        end = text.length();
      }
      if (end - start < 1 || end - start > 4 || count == 8) {
        return -1;
      }
      int group = 0;
      for (int i = start; i < end; i++) {
        int digit = hexDigit(text.charAt(i));
        if (digit < 0) {
          return -1;
        }
        group = group << 4 | digit;
      }
      groups[count++] = group;
      start = end + 1;
    }
    return count;
  }

  private static int hexDigit(char digit) {
    if (digit >= '0' && digit <= '9') {
      return digit - '0';
    }
    char lower = (char) (digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  private static IpAddress ofGroups(int[] groups) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[i + 4];
    }
    return new IpAddress(Family.IPV6, high, low);
  }
}
