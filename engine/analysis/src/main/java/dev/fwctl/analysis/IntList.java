package dev.fwctl.analysis;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Numbers in the order in which they were added. */
final class IntList {
  private int[] numbers = new int[64];
  private int size;

  /** Adds a number and returns it. */
  int add(int number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    numbers[size++] = number;
    return number;
  }

  IntStream stream() {
    return Arrays.stream(numbers, 0, size);
  }
}
