package dev.fwctl.analysis.diagram;

import java.util.Arrays;

/**
 * A set of unsigned numbers of up to 128 bits, as the numbers at which membership changes.
 *
 * <p>The first is the lowest number that is in the set, the second the lowest above that is not,
 * and so on; a set that holds the highest number has no boundary behind it.
 */
public final class Boundaries {
  private long[] high = new long[16];
  private long[] low = new long[16];
  private int size;

  /**
   * Adds a boundary.
   *
   * @throws IllegalArgumentException if it does not lie above the one before
   */
  public void add(long upper, long lower) {
    if (size > 0 && compare(size - 1, upper, lower) >= 0) {
      throw new IllegalArgumentException("boundaries must ascend");
    }
    append(upper, lower);
  }

  /** Adds a boundary, or takes the last one away when both are the same number. */
  void toggle(long upper, long lower) {
    if (size > 0 && compare(size - 1, upper, lower) == 0) {
      size--;
    } else {
      append(upper, lower);
    }
  }

  private void append(long upper, long lower) {
    if (size == low.length) {
      high = Arrays.copyOf(high, 2 * size);
      low = Arrays.copyOf(low, 2 * size);
    }
    high[size] = upper;
    low[size] = lower;
    size++;
  }

  public int size() {
    return size;
  }

  /** Returns the upper 64 bits of a boundary. */
  public long high(int index) {
    return high[index];
  }

  /** Returns the lower 64 bits of a boundary. */
  public long low(int index) {
    return low[index];
  }

  /** Compares a boundary with a number. */
  int compare(int index, long upper, long lower) {
    int byHigh = Long.compareUnsigned(high[index], upper);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low[index], lower);
  }
}
