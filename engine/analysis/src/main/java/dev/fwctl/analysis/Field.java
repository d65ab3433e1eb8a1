package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Variables of decision diagrams that stand for a number, that of its highest bit first.
 *
 * @param first the first of them
 * @param bits how many there are, 1 to 128
 * @param values how many numbers, from 0 on, stand for something; of addresses all do
 */
record Field(int first, int bits, int values) {
  /** Creates one of which every number stands for something. */
  Field(int first, int bits) {
    this(first, bits, bits < Integer.SIZE - 1 ? 1 << bits : Integer.MAX_VALUE);
  }

  int[] variables() {
    return IntStream.range(first, first + bits).toArray();
  }

  BitSet asSet() {
    BitSet set = new BitSet();
    set.set(first, first + bits);
    return set;
  }

  void write(BitSet assignment, IpAddress address) {
    write(assignment, 0, address.low());
    if (bits > Long.SIZE) {
      write(assignment, Long.SIZE, address.high());
    }
  }

  void write(BitSet assignment, long number) {
    write(assignment, 0, number);
  }

  private void write(BitSet assignment, int offset, long number) {
    for (int bit = 0; bit < Math.min(Long.SIZE, bits - offset); bit++) {
      assignment.set(variableOf(offset + bit), (number >>> bit & 1) == 1);
    }
  }

  IpAddress address(BitSet assignment, Family family) {
    return new IpAddress(
        family, bits > Long.SIZE ? number(assignment, Long.SIZE) : 0, number(assignment, 0));
  }

  int number(BitSet assignment) {
    return (int) number(assignment, 0);
  }

  private long number(BitSet assignment, int offset) {
    long number = 0;
    for (int bit = 0; bit < Math.min(Long.SIZE, bits - offset); bit++) {
      number |= (assignment.get(variableOf(offset + bit)) ? 1L : 0L) << bit;
    }
    return number;
  }

  /** Returns the variable of a bit, the lowest of which is 0. */
  private int variableOf(int bit) {
    return first + bits - 1 - bit;
  }
}
