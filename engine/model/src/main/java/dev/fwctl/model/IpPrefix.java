package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A prefix in CIDR form whose host bits are zero.
 *
 * @param address the network address
 * @param length the number of leading bits that count, 0 to 32 or 128
 */
public record IpPrefix(IpAddress address, int length) implements Comparable<IpPrefix> {
  public IpPrefix {
    requireNonNull(address, "address is null");
    if (length < 0 || length > address.family().bits()) {
      throw new IllegalArgumentException("prefix length out of range: " + length);
    }
    if (!address.truncate(length).equals(address)) {
      throw new IllegalArgumentException("host bits are set: " + address + "/" + length);
    }
  }

  /** Returns the prefix of the given length that holds an address, whatever its host bits. */
  public static IpPrefix containing(IpAddress address, int length) {
    return new IpPrefix(address.truncate(length), length);
  }

  /** Returns the prefix that holds one address alone. */
  public static IpPrefix single(IpAddress address) {
    return new IpPrefix(address, address.family().bits());
  }

  /** Returns {@code 0.0.0.0/0} or {@code ::/0}. */
  public static IpPrefix everything(Family family) {
    return new IpPrefix(IpAddress.lowest(family), 0);
  }

  /**
   * Parses {@code ADDRESS} or {@code ADDRESS/LENGTH}; nothing if malformed or if host bits are set.
   */
  public static Optional<IpPrefix> parse(String text) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty() || slash < 0) {
      return address.map(IpPrefix::single);
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("0|[1-9][0-9]{0,2}")) {
      return Optional.empty();
    }
    int length = Integer.parseInt(digits);
    if (length > address.get().family().bits()
        || !address.get().truncate(length).equals(address.get())) {
      return Optional.empty();
    }
    return Optional.of(new IpPrefix(address.get(), length));
  }

  /** Parses a prefix that is known to be well formed. */
  public static IpPrefix of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("not a prefix: " + text));
  }

  public Family family() {
    return address.family();
  }

  /** Returns the highest address in this prefix. */
  public IpAddress last() {
    return address.fill(length);
  }

  public boolean contains(IpAddress candidate) {
    return candidate.beginsAs(address, length);
  }

  /** Tells whether this prefix holds one address alone. */
  public boolean isSingle() {
    return length == family().bits();
  }

  @Override
  public int compareTo(IpPrefix other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
  }

  /** Returns {@code ADDRESS/LENGTH}, also where the length is that of a single address. */
  @Override
  public String toString() {
    return address + "/" + length;
  }
}
