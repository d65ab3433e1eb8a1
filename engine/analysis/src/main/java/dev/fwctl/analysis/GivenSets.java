package dev.fwctl.analysis;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** The sets of packets that were given out, as long as somebody has them. */
final class GivenSets {
  private static final int FEW = 1 << 10;

  private final List<WeakReference<PacketSet>> given = new ArrayList<>();

  /** How many there may be before it is looked which of them are left. */
  private int enough = FEW;

  PacketSet add(PacketSet set) {
    if (given.size() >= enough) {
      given.removeIf(one -> one.refersTo(null));
      enough = Math.max(FEW, 2 * given.size());
    }
    given.add(new WeakReference<>(set));
    return set;
  }

  /** Returns what those hold that are left. */
  IntStream diagrams() {
    return given.stream()
        .map(WeakReference::get)
        .filter(Objects::nonNull)
        .mapToInt(PacketSet::diagram);
  }
}
