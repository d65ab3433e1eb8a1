package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * A set of addresses of both families, kept as sorted ranges that neither overlap nor touch.
 *
 * <p>Two sets that hold the same addresses are equal. Union, intersection and difference take time
 * linear in the number of ranges.
 *
 * @param ranges the ranges in ascending order, IPv4 before IPv6
 */
public record AddressSet(List<AddressRange> ranges) {
  private static final AddressSet NONE = new AddressSet(List.of());
  private static final AddressSet LOOPBACK = of(IpPrefix.of("127.0.0.0/8"), IpPrefix.of("::1/128"));
  private static final AddressSet ANY =
      ofPrefixes(List.of(IpPrefix.everything(Family.IPV4), IpPrefix.everything(Family.IPV6)));

  public AddressSet {
    ranges = List.copyOf(requireNonNull(ranges, "ranges is null"));
    for (int i = 1; i < ranges.size(); i++) {
      if (!isApart(ranges.get(i - 1), ranges.get(i))) {
        throw new IllegalArgumentException("ranges overlap, touch or are out of order: " + ranges);
      }
    }
  }

  private static boolean isApart(AddressRange lower, AddressRange upper) {
    return lower.last().compareTo(upper.first()) < 0
        && (lower.family() != upper.family()
            || !lower.last().next().orElseThrow().equals(upper.first()));
  }

  public static AddressSet none() {
    return NONE;
  }

  /** Returns the set of every address of both families. */
  public static AddressSet any() {
    return ANY;
  }

  /** Returns the addresses of both families that are each host's own. */
  public static AddressSet loopback() {
    return LOOPBACK;
  }

  public static AddressSet of(IpPrefix... prefixes) {
    return ofPrefixes(List.of(prefixes));
  }

  public static AddressSet ofPrefixes(Collection<IpPrefix> prefixes) {
    return ofRanges(prefixes.stream().map(AddressRange::of).toList());
  }

  /**
   * Returns the set of all addresses in the given ranges, which may overlap and be in any order.
   */
  public static AddressSet ofRanges(Collection<AddressRange> ranges) {
    if (ranges.isEmpty()) {
      return NONE;
    }
    List<AddressRange> sorted = new ArrayList<>(ranges);
    Collections.sort(sorted);
    List<AddressRange> merged = new ArrayList<>(sorted.size());
    AddressRange current = sorted.getFirst();
    for (AddressRange range : sorted.subList(1, sorted.size())) {
      if (isApart(current, range)) {
        merged.add(current);
        current = range;
      } else if (range.last().compareTo(current.last()) > 0) {
        current = new AddressRange(current.first(), range.last());
      }
    }
    merged.add(current);
    return new AddressSet(merged);
  }

  public boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Tells whether this is the set of every address of both families. */
  public boolean isAny() {
    return equals(ANY);
  }

  public boolean contains(IpAddress address) {
    int low = 0;
    int high = ranges.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      AddressRange range = ranges.get(middle);
      if (range.contains(address)) {
        return true;
      }
      if (range.first().compareTo(address) > 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return false;
  }

  public AddressSet union(AddressSet other) {
    if (isEmpty()) {
      return other;
    }
    if (other.isEmpty()) {
      return this;
    }
    return ofRanges(Stream.concat(ranges.stream(), other.ranges.stream()).toList());
  }

  public AddressSet intersect(AddressSet other) {
    List<AddressRange> common = new ArrayList<>();
    int left = 0;
    int right = 0;
    while (left < ranges.size() && right < other.ranges.size()) {
      AddressRange mine = ranges.get(left);
      AddressRange theirs = other.ranges.get(right);
      IpAddress first = mine.first().compareTo(theirs.first()) >= 0 ? mine.first() : theirs.first();
      IpAddress last = mine.last().compareTo(theirs.last()) <= 0 ? mine.last() : theirs.last();
      if (first.compareTo(last) <= 0) {
        common.add(new AddressRange(first, last));
      }
      if (mine.last().compareTo(theirs.last()) < 0) {
        left++;
      } else {
        right++;
      }
    }
    return new AddressSet(common);
  }

  /** Returns every address of both families that this set does not hold. */
  public AddressSet complement() {
    List<AddressRange> gaps = new ArrayList<>();
    for (Family family : Family.values()) {
      IpAddress next = IpAddress.lowest(family);
      boolean open = true;
      for (AddressRange range : ranges) {
        if (range.family() != family) {
          continue;
        }
        if (next.compareTo(range.first()) < 0) {
          gaps.add(new AddressRange(next, range.first().previous().orElseThrow()));
        }
        if (range.last().next().isEmpty()) {
          open = false;
        } else {
          next = range.last().next().orElseThrow();
        }
      }
      if (open) {
        gaps.add(new AddressRange(next, IpAddress.highest(family)));
      }
    }
    return new AddressSet(gaps);
  }

  /** Returns the addresses of this set that the other does not hold. */
  public AddressSet minus(AddressSet other) {
    return other.isEmpty() ? this : intersect(other.complement());
  }

  /** Returns the addresses of one family. */
  public AddressSet of(Family family) {
    return new AddressSet(ranges.stream().filter(range -> range.family() == family).toList());
  }

  /** Returns the shortest list of prefixes that holds exactly this set, in ascending order. */
  public List<IpPrefix> prefixes() {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (AddressRange range : ranges) {
      IpAddress next = range.first();
      while (true) {
        int length = range.family().bits();
        while (length > 0
            && next.truncate(length - 1).equals(next)
            && next.fill(length - 1).compareTo(range.last()) <= 0) {
          length--;
        }
        IpPrefix prefix = new IpPrefix(next, length);
        prefixes.add(prefix);
        if (prefix.last().equals(range.last())) {
          break;
        }
        next = prefix.last().next().orElseThrow();
      }
    }
    return List.copyOf(prefixes);
  }
}
