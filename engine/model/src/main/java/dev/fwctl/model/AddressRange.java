package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * All addresses from one to another of the same family, both included.
 *
 * @param first the lowest address
 * @param last the highest address, not below {@code first}
 */
public record AddressRange(IpAddress first, IpAddress last) implements Comparable<AddressRange> {
  public AddressRange {
    requireNonNull(first, "first is null");
    requireNonNull(last, "last is null");
    if (first.family() != last.family() || first.compareTo(last) > 0) {
      throw new IllegalArgumentException("not a range: " + first + "-" + last);
    }
  }

  public static AddressRange of(IpPrefix prefix) {
    return new AddressRange(prefix.address(), prefix.last());
  }

  public Family family() {
    return first.family();
  }

  public boolean contains(IpAddress address) {
    return first.compareTo(address) <= 0 && address.compareTo(last) <= 0;
  }

  @Override
  public int compareTo(AddressRange other) {
    int byFirst = first.compareTo(other.first);
    return byFirst != 0 ? byFirst : last.compareTo(other.last);
  }

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }
}
