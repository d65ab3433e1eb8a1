package dev.fwctl.analysis.diagram;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.util.Arrays;
import java.util.BitSet;
import java.util.PrimitiveIterator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A store of reduced ordered binary decision diagrams.
 *
 * <p>A diagram is a number that this store gave out; two are the same set exactly if they are the
 * same number. It stays valid until {@link #keepOnly} is called without it. Variables are numbered
 * from 0, and lower ones stand nearer to the root. Nothing here recurses deeper than the 128 bits
 * of a number, however many variables there are. Not safe for use by several threads.
 *
 * <p>The complement of a diagram shares its nodes: the lowest bit of the number says whether it is
 * meant. For that to be unambiguous, the branch for false is never complemented. Source: Brace,
 * Rudell, Bryant, "Efficient Implementation of a BDD Package", 1990.
 */
public final class Diagrams {
  /** The empty set. */
  public static final int FALSE = 0;

  /** The set of every assignment. */
  public static final int TRUE = 1;

  private static final int UNKNOWN = -1;
  private static final int LAST_VARIABLE = Integer.MAX_VALUE - 1;

  /** The variable of the node that ends every path. */
  private static final int END = Integer.MAX_VALUE;

  private static final int FIRST_CAPACITY = 1 << 12;
  private static final int LARGEST_CACHE = 1 << 20;

  /** Fewer nodes than this are not worth to be collected. */
  private static final int FEW = 1 << 16;

  /** What an entry of the cache consists of: two operands, the operation, the result. */
  private static final int ENTRY = 4;

  /** What a suspended step consists of: two operands, and the result of the branch for false. */
  private static final int FRAME = 3;

  private static final int CONJUNCTION = 0;

  private final int limit;

  private int[] variables = new int[FIRST_CAPACITY];
  private int[] lows = new int[FIRST_CAPACITY];
  private int[] highs = new int[FIRST_CAPACITY];

  /** The next node with the same hash, or the next one that is free. */
  private int[] nexts = new int[FIRST_CAPACITY];

  private int[] buckets = new int[FIRST_CAPACITY];
  private int[] cache = new int[ENTRY * FIRST_CAPACITY];
  private int[] stack = new int[FRAME * 512];
  private int top;

  /** How many nodes were ever in use at the same time. */
  private int used = 1;

  private int free;
  private int live = 1;
  private int most = 1;
  private int liveAfterCollection = 1;
  private int variableCount;
  private int calls;

  /**
   * Creates an empty store.
   *
   * @param limit how many nodes it may hold, of 20 bytes each and up to twice that while it grows
   */
  public Diagrams(int limit) {
    if (limit < 1 || limit > 1 << 29) {
      throw new IllegalArgumentException("limit out of range: " + limit);
    }
    this.limit = limit;
    variables[0] = END;
    Arrays.fill(buckets, UNKNOWN);
  }

  /** Returns how many nodes are held, those that nobody needs any more among them. */
  public int size() {
    return live;
  }

  /** Returns how many nodes were held at most. */
  public int largestSize() {
    return most;
  }

  /** Returns the set of assignments in which a variable is true. */
  public int variable(int variable) {
    if (variable < 0 || variable > LAST_VARIABLE) {
      throw new IllegalArgumentException("no such variable: " + variable);
    }
    return node(variable, FALSE, TRUE);
  }

  public int not(int diagram) {
    return diagram ^ 1;
  }

  public int or(int left, int right) {
    return and(left ^ 1, right ^ 1) ^ 1;
  }

  /** Returns what the left one has and the right one has not. */
  public int minus(int left, int right) {
    return and(left, right ^ 1);
  }

  /** Returns the one where a condition holds, and the other where it does not. */
  public int ifThenElse(int condition, int then, int otherwise) {
    return or(and(condition, then), minus(otherwise, condition));
  }

  /** Tells whether the left one is part of the right one. */
  public boolean implies(int left, int right) {
    return minus(left, right) == FALSE;
  }

  /** Returns what both have. */
  public int and(int left, int right) {
    int known = knownConjunction(left, right);
    if (known != UNKNOWN) {
      return known;
    }
    int base = top;
    push(left, right);
    int result = UNKNOWN;
    while (top > base) {
      int frame = top - FRAME;
      int f = stack[frame];
      int g = stack[frame + 1];
      int variable = Math.min(variables[f >> 1], variables[g >> 1]);
      if (stack[frame + 2] == UNKNOWN) {
        int below = conjunctionBelow(f, g, variable, false);
        if (below == UNKNOWN) {
          continue;
        }
        stack[frame + 2] = below;
      }
      int below = conjunctionBelow(f, g, variable, true);
      if (below == UNKNOWN) {
        continue;
      }
      result = node(variable, stack[frame + 2], below);
      remember(Math.min(f, g), Math.max(f, g), CONJUNCTION, result);
      top = frame;
    }
    return result;
  }

  /** Returns the conjunction of two branches; when it is not known, that is what is next to do. */
  private int conjunctionBelow(int f, int g, int variable, boolean value) {
    int left = variables[f >> 1] == variable ? branch(f, value) : f;
    int right = variables[g >> 1] == variable ? branch(g, value) : g;
    int known = knownConjunction(left, right);
    if (known == UNKNOWN) {
      push(left, right);
    }
    return known;
  }

  private int knownConjunction(int f, int g) {
    if (f == g || g == TRUE) {
      return f;
    }
    if (f == TRUE) {
      return g;
    }
    if (f == FALSE || g == FALSE || f == (g ^ 1)) {
      return FALSE;
    }
    return recall(Math.min(f, g), Math.max(f, g), CONJUNCTION);
  }

  /** Returns the assignments that are in a diagram for some values of given variables. */
  public int exists(int diagram, BitSet quantified) {
    Projection projection = new Projection(quantified);
    int known = projection.known(diagram);
    if (known != UNKNOWN) {
      return known;
    }
    int base = top;
    push(diagram, UNKNOWN);
    int result = UNKNOWN;
    while (top > base) {
      int frame = top - FRAME;
      int f = stack[frame];
      int variable = variables[f >> 1];
      boolean forgotten = quantified.get(variable);
      if (stack[frame + 2] == UNKNOWN) {
        int below = projection.below(branch(f, false));
        if (below == UNKNOWN) {
          continue;
        }
        stack[frame + 2] = below;
      }
      int low = stack[frame + 2];
      int high = TRUE;
      if (!forgotten || low != TRUE) {
        high = projection.below(branch(f, true));
        if (high == UNKNOWN) {
          continue;
        }
      }
      result = forgotten ? or(low, high) : node(variable, low, high);
      remember(f, UNKNOWN, projection.call, result);
      top = frame;
    }
    return result;
  }

  /** One call of {@link #exists}; what it found out is of no use to others. */
  private final class Projection {
    private final int call = ++calls;

    /** From here on there is nothing to forget. */
    private final int end;

    /** From here on everything is forgotten. */
    private final int tail;

    Projection(BitSet quantified) {
      this.end = quantified.length();
      this.tail = end < variableCount ? END : quantified.previousClearBit(end - 1) + 1;
    }

    int known(int f) {
      int variable = variables[f >> 1];
      if (f == FALSE || f == TRUE || variable >= end) {
        return f;
      }
      return variable >= tail ? TRUE : recall(f, UNKNOWN, call);
    }

    int below(int f) {
      int known = known(f);
      if (known == UNKNOWN) {
        push(f, UNKNOWN);
      }
      return known;
    }
  }

  /** Returns the assignments that are in a diagram for all values of given variables. */
  public int forAll(int diagram, BitSet quantified) {
    return exists(diagram ^ 1, quantified) ^ 1;
  }

  /**
   * Sets variables to constants in every assignment of a diagram.
   *
   * @param assigned the variables
   * @param values those of them that become true
   */
  public int assign(int diagram, BitSet assigned, BitSet values) {
    return and(exists(diagram, assigned), cube(assigned, values));
  }

  /** Returns the assignments in which given variables have given values. */
  public int cube(BitSet given, BitSet values) {
    int cube = TRUE;
    for (int variable = given.length() - 1;
        variable >= 0;
        variable = given.previousSetBit(variable - 1)) {
      cube = values.get(variable) ? node(variable, FALSE, cube) : node(variable, cube, FALSE);
    }
    return cube;
  }

  /** Turns a variable into its opposite in every assignment of a diagram. */
  public int flip(int diagram, int variable) {
    BitSet one = new BitSet();
    one.set(variable);
    int is = variable(variable);
    int wasFalse = exists(minus(diagram, is), one);
    int wasTrue = exists(and(diagram, is), one);
    return ifThenElse(is, wasFalse, wasTrue);
  }

  /** Tells whether a diagram holds an assignment. */
  public boolean contains(int diagram, IntPredicate assignment) {
    int f = diagram;
    while (f > TRUE) {
      f = branch(f, assignment.test(variables[f >> 1]));
    }
    return f == TRUE;
  }

  /**
   * Returns the variables that are true in one assignment of a diagram that is not empty.
   *
   * @param preferred the variables that are to be true, as far as that is possible
   * @throws IllegalArgumentException if the diagram is empty
   */
  public BitSet witness(int diagram, BitSet preferred) {
    if (diagram == FALSE) {
      throw new IllegalArgumentException("an empty set has no witness");
    }
    BitSet witness = (BitSet) preferred.clone();
    int f = diagram;
    while (f != TRUE) {
      int variable = variables[f >> 1];
      boolean value = preferred.get(variable);
      if (branch(f, value) == FALSE) {
        value = !value;
      }
      witness.set(variable, value);
      f = branch(f, value);
    }
    return witness;
  }

  /** Returns the variables on which it depends what a diagram holds. */
  public BitSet support(int diagram) {
    BitSet found = new BitSet();
    reach(IntStream.of(diagram)).stream().skip(1).forEach(node -> found.set(variables[node]));
    return found;
  }

  /**
   * Returns the assignments in which variables, as a number, lie within boundaries.
   *
   * @param bits the variables in ascending order, that of the highest bit first; at most 128
   */
  public int within(int[] bits, Boundaries boundaries) {
    return new Number(bits).within(boundaries, 0, 0, 0, 0, boundaries.size());
  }

  /**
   * Returns the boundaries of the numbers that variables may stand for.
   *
   * @param diagram a diagram that depends on no other variables
   * @param bits the variables in ascending order, that of the highest bit first; at most 128
   * @throws IllegalArgumentException if it depends on another variable
   */
  public Boundaries boundaries(int diagram, int[] bits) {
    Boundaries boundaries = new Boundaries();
    new Number(bits).collect(diagram, 0, 0, 0, false, boundaries);
    return boundaries;
  }

  /** Variables that stand for a number. */
  private final class Number {
    private final int[] bits;

    Number(int[] bits) {
      this.bits = bits;
    }

    private long withBit(long number, int index, int offset) {
      int place = bits.length - 1 - index - offset;
      return place >= 0 && place < 64 ? number | 1L << place : number;
    }

    /**
     * Builds what lies under a prefix.
     *
     * @param from the first boundary above the lowest number of the prefix, or at it
     * @param to behind the last boundary that lies under the prefix
     */
    int within(Boundaries all, int length, long high, long low, int from, int to) {
      int begin = from < to && all.compare(from, high, low) == 0 ? from + 1 : from;
      if (begin == to) {
        return begin % 2 == 0 ? FALSE : TRUE;
      }
      long middleHigh = withBit(high, length, 64);
      long middleLow = withBit(low, length, 0);
      int middle = firstFrom(all, middleHigh, middleLow, begin, to);
      int below = within(all, length + 1, high, low, begin, middle);
      int above = within(all, length + 1, middleHigh, middleLow, middle, to);
      return node(bits[length], below, above);
    }

    private static int firstFrom(Boundaries all, long high, long low, int from, int to) {
      int first = from;
      int behind = to;
      while (first < behind) {
        int middle = (first + behind) >>> 1;
        if (all.compare(middle, high, low) < 0) {
          first = middle + 1;
        } else {
          behind = middle;
        }
      }
      return first;
    }

    /** Adds the boundaries under a prefix; tells whether its highest number is in the set. */
    boolean collect(
        int f, int length, long high, long low, boolean inBefore, Boundaries boundaries) {
      if (f <= TRUE) {
        if (f == TRUE != inBefore) {
          boundaries.toggle(high, low);
        }
        return f == TRUE;
      }
      if (length == bits.length || variables[f >> 1] < bits[length]) {
        throw new IllegalArgumentException("it depends on variable " + variables[f >> 1]);
      }
      boolean decides = variables[f >> 1] == bits[length];
      boolean in =
          collect(decides ? branch(f, false) : f, length + 1, high, low, inBefore, boundaries);
      return collect(
          decides ? branch(f, true) : f,
          length + 1,
          withBit(high, length, 64),
          withBit(low, length, 0),
          in,
          boundaries);
    }
  }

  /** Tells whether there are by far more nodes than were needed last, so that some may go. */
  public boolean isCrowded() {
    return live >= FEW && live / 2 >= liveAfterCollection;
  }

  /** Forgets every diagram that is neither given nor part of a given one. */
  public void keepOnly(IntStream diagrams) {
    BitSet needed = reach(diagrams);
    Arrays.fill(buckets, UNKNOWN);
    Arrays.fill(cache, 0);
    free = 0;
    live = 1;
    for (int node = used - 1; node > 0; node--) {
      if (needed.get(node)) {
        int bucket = bucket(variables[node], lows[node], highs[node]);
        nexts[node] = buckets[bucket];
        buckets[bucket] = node;
        live++;
      } else {
        nexts[node] = free;
        free = node;
      }
    }
    liveAfterCollection = live;
  }

  /** Returns all nodes of diagrams, the one that ends every path among them. */
  private BitSet reach(IntStream diagrams) {
    BitSet reached = new BitSet(used);
    reached.set(0);
    int base = top;
    for (PrimitiveIterator.OfInt each = diagrams.iterator(); each.hasNext(); ) {
      visit(each.nextInt() >> 1, reached);
      while (top > base) {
        top -= FRAME;
        int node = stack[top];
        visit(lows[node] >> 1, reached);
        visit(highs[node] >> 1, reached);
      }
    }
    return reached;
  }

  private void visit(int node, BitSet reached) {
    if (!reached.get(node)) {
      reached.set(node);
      push(node, UNKNOWN);
    }
  }

  private void push(int first, int second) {
    if (top == stack.length) {
      stack = Arrays.copyOf(stack, 2 * top);
    }
    stack[top] = first;
    stack[top + 1] = second;
    stack[top + 2] = UNKNOWN;
    top += FRAME;
  }

  private int branch(int f, boolean value) {
    return (value ? highs[f >> 1] : lows[f >> 1]) ^ (f & 1);
  }

  /** Returns the diagram that has one branch where a variable is false, and another where true. */
  private int node(int variable, int low, int high) {
    if (low == high) {
      return low;
    }
    int sign = low & 1;
    int plainLow = low ^ sign;
    int plainHigh = high ^ sign;
    int bucket = bucket(variable, plainLow, plainHigh);
    for (int node = buckets[bucket]; node != UNKNOWN; node = nexts[node]) {
      if (lows[node] == plainLow && highs[node] == plainHigh && variables[node] == variable) {
        return node << 1 | sign;
      }
    }
    int node = takeFree();
    bucket = bucket(variable, plainLow, plainHigh);
    variables[node] = variable;
    lows[node] = plainLow;
    highs[node] = plainHigh;
    nexts[node] = buckets[bucket];
    buckets[bucket] = node;
    variableCount = Math.max(variableCount, variable + 1);
    return node << 1 | sign;
  }

  private int takeFree() {
    if (live >= limit) {
      top = 0;
      throw new FwctlException(
          Problem.of(
              ErrorCode.LIMIT_EXCEEDED,
              "the rules are too entangled: the packets that they tell apart take more than "
                  + "%,d nodes of a decision diagram".formatted(limit),
              "ask about fewer packets"));
    }
    int node = free;
    if (node != 0) {
      free = nexts[node];
    } else {
      if (used == variables.length) {
        grow();
      }
      node = used++;
    }
    live++;
    most = Math.max(most, live);
    return node;
  }

  private void grow() {
    int capacity = Math.min(2 * used, Math.max(used + 1, limit));
    variables = Arrays.copyOf(variables, capacity);
    lows = Arrays.copyOf(lows, capacity);
    highs = Arrays.copyOf(highs, capacity);
    nexts = Arrays.copyOf(nexts, capacity);
    buckets = new int[Math.min(2 * buckets.length, 1 << 29)];
    Arrays.fill(buckets, UNKNOWN);
    // Nothing is free, so every node is in use.
    for (int node = 1; node < used; node++) {
      int bucket = bucket(variables[node], lows[node], highs[node]);
      nexts[node] = buckets[bucket];
      buckets[bucket] = node;
    }
    if (cache.length < ENTRY * LARGEST_CACHE) {
      int[] old = cache;
      cache = new int[2 * old.length];
      for (int entry = 0; entry < old.length; entry += ENTRY) {
        if (old[entry] != 0) {
          remember(old[entry], old[entry + 1], old[entry + 2], old[entry + 3]);
        }
      }
    }
  }

  private int bucket(int variable, int low, int high) {
    return mix(variable, low, high) & (buckets.length - 1);
  }

  private static int mix(int a, int b, int c) {
    int hash = (a * 0x9e3779b1 ^ b) * 0x85ebca6b;
    hash = ((hash ^ hash >>> 15) + c) * 0xc2b2ae35;
    return hash ^ hash >>> 16;
  }

  /** Returns what an operation on operands came to, if that is still known. No operand is 0. */
  private int recall(int first, int second, int operation) {
    int entry = ENTRY * (mix(first, second, operation) & (cache.length / ENTRY - 1));
    return cache[entry] == first && cache[entry + 1] == second && cache[entry + 2] == operation
        ? cache[entry + 3]
        : UNKNOWN;
  }

  private void remember(int first, int second, int operation, int result) {
    int entry = ENTRY * (mix(first, second, operation) & (cache.length / ENTRY - 1));
    cache[entry] = first;
    cache[entry + 1] = second;
    cache[entry + 2] = operation;
    cache[entry + 3] = result;
  }
}
