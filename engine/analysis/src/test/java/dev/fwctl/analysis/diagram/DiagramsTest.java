package dev.fwctl.analysis.diagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.FwctlException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds diagrams against truth tables and sets of numbers. */
class DiagramsTest {
  private static final int VARIABLES = 6;
  private static final int ASSIGNMENTS = 1 << VARIABLES;

  private enum Operation {
    AND,
    OR,
    MINUS,
    NOT,
    IF_THEN_ELSE,
    EXISTS,
    FOR_ALL,
    ASSIGN,
    FLIP,
    CUBE,
    /** Forgets all diagrams but those at hand. */
    COLLECT
  }

  /** One operation on what operations before it came to; numbers pick its operands. */
  private record Step(Operation operation, int first, int second, int third) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> number = Arbitraries.integers().between(0, 63);
    return Combinators.combine(Arbitraries.of(Operation.class), number, number, number)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  /** A diagram beside its truth table, one bit an assignment. */
  private record Pair(int diagram, long table) {}

  @Property(tries = 2000)
  void operationsAreThoseOfTruthTables(@ForAll("steps") List<Step> steps) {
    Diagrams diagrams = new Diagrams(10_000);
    List<Pair> pairs = new ArrayList<>();
    pairs.add(new Pair(Diagrams.FALSE, 0));
    pairs.add(new Pair(Diagrams.TRUE, -1));
    for (int variable = 0; variable < VARIABLES; variable++) {
      pairs.add(new Pair(diagrams.variable(variable), table(variable)));
    }
    for (Step step : steps) {
      Pair made = make(diagrams, step, pairs);
      assertThat(table(diagrams, made.diagram())).as("%s", step).isEqualTo(made.table());
      for (Pair other : pairs) {
        assertThat(made.diagram() == other.diagram()).isEqualTo(made.table() == other.table());
        assertThat(diagrams.implies(made.diagram(), other.diagram()))
            .isEqualTo((made.table() & ~other.table()) == 0);
      }
      assertThat(diagrams.support(made.diagram())).isEqualTo(support(made.table()));
      if (made.table() != 0) {
        BitSet witness = diagrams.witness(made.diagram(), bits(step.third()));
        assertThat(diagrams.contains(made.diagram(), witness::get)).isTrue();
        if ((made.table() >>> step.third() & 1) == 1) {
          assertThat(witness).isEqualTo(bits(step.third()));
        }
      }
      pairs.add(made);
    }
  }

  private static Pair make(Diagrams diagrams, Step step, List<Pair> pairs) {
    Pair f = pairs.get(step.first() % pairs.size());
    Pair g = pairs.get(step.second() % pairs.size());
    Pair h = pairs.get(step.third() % pairs.size());
    BitSet some = bits(step.second());
    BitSet others = bits(step.third());
    return switch (step.operation()) {
      case AND -> new Pair(diagrams.and(f.diagram(), g.diagram()), f.table() & g.table());
      case OR -> new Pair(diagrams.or(f.diagram(), g.diagram()), f.table() | g.table());
      case MINUS -> new Pair(diagrams.minus(f.diagram(), g.diagram()), f.table() & ~g.table());
      case NOT -> new Pair(diagrams.not(f.diagram()), ~f.table());
      case IF_THEN_ELSE ->
          new Pair(
              diagrams.ifThenElse(f.diagram(), g.diagram(), h.diagram()),
              f.table() & g.table() | ~f.table() & h.table());
      case EXISTS -> new Pair(diagrams.exists(f.diagram(), some), exists(f.table(), some));
      case FOR_ALL -> new Pair(diagrams.forAll(f.diagram(), some), ~exists(~f.table(), some));
      case ASSIGN ->
          new Pair(
              diagrams.assign(f.diagram(), some, others),
              exists(f.table(), some) & cube(some, others));
      case FLIP -> {
        int variable = step.second() % VARIABLES;
        long flipped = 0;
        for (int row = 0; row < ASSIGNMENTS; row++) {
          flipped |= (f.table() >>> (row ^ 1 << variable) & 1) << row;
        }
        yield new Pair(diagrams.flip(f.diagram(), variable), flipped);
      }
      case CUBE -> new Pair(diagrams.cube(some, others), cube(some, others));
      case COLLECT -> {
        diagrams.keepOnly(pairs.stream().mapToInt(Pair::diagram));
        yield f;
      }
    };
  }

  private static BitSet bits(int number) {
    return BitSet.valueOf(new long[] {number});
  }

  private static long table(int variable) {
    long table = 0;
    for (int row = 0; row < ASSIGNMENTS; row++) {
      table |= (long) (row >> variable & 1) << row;
    }
    return table;
  }

  private static long table(Diagrams diagrams, int diagram) {
    long table = 0;
    for (int row = 0; row < ASSIGNMENTS; row++) {
      int assignment = row;
      if (diagrams.contains(diagram, variable -> (assignment >> variable & 1) == 1)) {
        table |= 1L << row;
      }
    }
    return table;
  }

  private static long exists(long table, BitSet quantified) {
    long result = 0;
    int free = 0;
    for (int variable = 0; variable < VARIABLES; variable++) {
      free |= quantified.get(variable) ? 0 : 1 << variable;
    }
    for (int row = 0; row < ASSIGNMENTS; row++) {
      for (int other = 0; other < ASSIGNMENTS; other++) {
        if ((row & free) == (other & free)) {
          result |= (table >>> other & 1) << row;
        }
      }
    }
    return result;
  }

  private static long cube(BitSet given, BitSet values) {
    long result = -1;
    for (int variable = 0; variable < VARIABLES; variable++) {
      if (given.get(variable)) {
        result &= values.get(variable) ? table(variable) : ~table(variable);
      }
    }
    return result;
  }

  private static BitSet support(long table) {
    BitSet support = new BitSet();
    for (int variable = 0; variable < VARIABLES; variable++) {
      for (int row = 0; row < ASSIGNMENTS; row++) {
        if ((table >>> row & 1) != (table >>> (row ^ 1 << variable) & 1)) {
          support.set(variable);
        }
      }
    }
    return support;
  }

  @Property(tries = 500)
  void numbersWithinBoundariesAreThoseOfTheSet(
      @ForAll List<@IntRange(max = 256) Integer> changes, @ForAll @IntRange(max = 2) int gap) {
    Diagrams diagrams = new Diagrams(100_000);
    int[] bits = IntStream.range(0, 8).map(bit -> 3 + bit * (gap + 1)).toArray();
    SortedSet<Integer> sorted = new TreeSet<>(changes);
    sorted.remove(256);
    Boundaries boundaries = new Boundaries();
    sorted.forEach(change -> boundaries.add(0, change));
    int diagram = diagrams.within(bits, boundaries);
    for (int number = 0; number < 256; number++) {
      int value = number;
      assertThat(
              diagrams.contains(
                  diagram, variable -> (value >> (7 - (variable - 3) / (gap + 1)) & 1) == 1))
          .isEqualTo(sorted.headSet(number + 1).size() % 2 == 1);
    }
    Boundaries found = diagrams.boundaries(diagram, bits);
    assertThat(IntStream.range(0, found.size()).mapToObj(index -> (int) found.low(index)))
        .containsExactlyElementsOf(sorted);
  }

  /** With a fixed seed, so that it fails in each run or in none. */
  @ParameterizedTest
  @CsvSource({"32, 100000", "128, 2000"})
  void holdsRandomAddresses(int size, int count) {
    int[] bits = IntStream.range(0, size).toArray();
    Random random = new Random(size);
    SortedSet<BigInteger> left = new TreeSet<>();
    SortedSet<BigInteger> right = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      BigInteger address = new BigInteger(size, random).clearBit(0);
      left.add(address);
      right.add(i % 2 == 0 ? address : new BigInteger(size, random).clearBit(0));
    }
    Diagrams diagrams = new Diagrams(2_000_000);
    int common = diagrams.and(single(diagrams, bits, left), single(diagrams, bits, right));
    left.retainAll(right);
    assertThat(common).isEqualTo(single(diagrams, bits, left));
    assertThat(diagrams.boundaries(common, bits).size()).isEqualTo(2 * left.size());
  }

  private static int single(Diagrams diagrams, int[] bits, SortedSet<BigInteger> numbers) {
    Boundaries boundaries = new Boundaries();
    for (BigInteger number : numbers) {
      boundaries.add(number.shiftRight(64).longValue(), number.longValue());
      BigInteger next = number.setBit(0);
      boundaries.add(next.shiftRight(64).longValue(), next.longValue());
    }
    return diagrams.within(bits, boundaries);
  }

  @Test
  void doesNotRecurseByVariables() {
    int variables = 300_000;
    Diagrams diagrams = new Diagrams(10_000_000);
    BitSet even = new BitSet();
    BitSet all = new BitSet();
    for (int variable = 0; variable < variables; variable++) {
      even.set(variable, variable % 2 == 0);
      all.set(variable);
    }
    BitSet odd = (BitSet) all.clone();
    odd.andNot(even);
    int cube = diagrams.and(diagrams.cube(even, even), diagrams.cube(odd, even));
    assertThat(cube).isEqualTo(diagrams.cube(all, even));
    assertThat(diagrams.exists(cube, even)).isEqualTo(diagrams.cube(odd, even));
    assertThat(diagrams.exists(diagrams.not(cube), odd)).isEqualTo(Diagrams.TRUE);
    assertThat(diagrams.witness(cube, new BitSet())).isEqualTo(even);
    diagrams.keepOnly(IntStream.of(cube));
    assertThat(diagrams.support(cube)).isEqualTo(all);
    assertThat(diagrams.size()).isEqualTo(variables + 1);
  }

  @Test
  void usesNodesAgainThatNobodyNeeds() {
    Diagrams diagrams = new Diagrams(1_000);
    int kept = diagrams.or(diagrams.variable(0), diagrams.variable(9));
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      int made = kept;
      for (int i = 0; i < 8; i++) {
        made = diagrams.ifThenElse(diagrams.variable(random.nextInt(10)), made, kept);
      }
      diagrams.keepOnly(IntStream.of(kept));
    }
    assertThat(diagrams.contains(kept, variable -> variable == 9)).isTrue();
    assertThat(diagrams.or(diagrams.variable(9), diagrams.variable(0))).isEqualTo(kept);
    assertThat(diagrams.largestSize()).isLessThan(1_000);
  }

  @Test
  void saysWhenItIsFull() {
    Diagrams diagrams = new Diagrams(100);
    int small = diagrams.variable(0);
    assertThatThrownBy(
            () -> {
              int parity = small;
              for (int variable = 1; variable < 1_000; variable++) {
                parity =
                    diagrams.ifThenElse(diagrams.variable(variable), diagrams.not(parity), parity);
              }
            })
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("100 nodes");
    // What was there before still is, and can be worked with once the rest is gone.
    diagrams.keepOnly(IntStream.of(small));
    assertThat(diagrams.and(small, diagrams.variable(1))).isGreaterThan(Diagrams.TRUE);
  }

  @Test
  void refusesWhatMakesNoSense() {
    Diagrams diagrams = new Diagrams(100);
    assertThatThrownBy(() -> diagrams.witness(Diagrams.FALSE, new BitSet()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> diagrams.boundaries(diagrams.variable(3), new int[] {1, 2}))
        .hasMessageContaining("variable 3");
    Boundaries boundaries = new Boundaries();
    boundaries.add(0, 5);
    assertThatThrownBy(() -> boundaries.add(0, 5)).hasMessageContaining("ascend");
  }
}
