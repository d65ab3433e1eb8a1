package dev.fwctl.analysis;

import dev.fwctl.model.PortRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/** Cuts ports into pieces in each of which rules treat all ports alike. */
final class PortPieces {
  private PortPieces() {}

  /** Returns a range in pieces, each wholly inside or wholly outside each of the others. */
  static List<PortRange> cut(PortRange whole, Set<PortRange> by) {
    TreeSet<Integer> starts = new TreeSet<>();
    starts.add(whole.first());
    for (PortRange range : by) {
      if (range.overlaps(whole)) {
        starts.add(Math.max(range.first(), whole.first()));
        if (range.last() < whole.last()) {
          starts.add(range.last() + 1);
        }
      }
    }
    List<PortRange> pieces = new ArrayList<>(starts.size());
    for (int start : starts) {
      Integer next = starts.higher(start);
      pieces.add(new PortRange(start, next == null ? whole.last() : next - 1));
    }
    return pieces;
  }

  static boolean isIn(Set<PortRange> ranges, PortRange piece) {
    return ranges.stream().anyMatch(range -> range.contains(piece));
  }

  /** Returns a port from 1 that is in none of the ranges. */
  static Optional<Integer> outside(Set<PortRange> ranges) {
    return cut(new PortRange(1, 65535), ranges).stream()
        .filter(piece -> !isIn(ranges, piece))
        .findFirst()
        .map(PortRange::first);
  }

  /**
   * Tells what holds of each piece, those together that lie next to each other and are alike.
   *
   * @param question tells what holds of a port
   */
  static <T> void tell(
      List<PortRange> pieces, IntFunction<T> question, BiConsumer<PortRange, T> sink) {
    Optional<PortRange> pending = Optional.empty();
    Optional<T> last = Optional.empty();
    for (PortRange piece : pieces) {
      T answer = question.apply(piece.first());
      boolean joins =
          pending.map(range -> range.last() + 1 == piece.first()).orElse(false)
              && last.equals(Optional.of(answer));
      if (joins) {
        pending = Optional.of(new PortRange(pending.get().first(), piece.last()));
      } else {
        if (pending.isPresent()) {
          sink.accept(pending.get(), last.orElseThrow());
        }
        pending = Optional.of(piece);
        last = Optional.of(answer);
      }
    }
    if (pending.isPresent()) {
      sink.accept(pending.get(), last.orElseThrow());
    }
  }
}
