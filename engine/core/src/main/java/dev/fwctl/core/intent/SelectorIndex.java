package dev.fwctl.core.intent;

import dev.fwctl.model.Container;
import dev.fwctl.model.ContainerSelector;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells which of many selectors select a container.
 *
 * <p>Most selectors go by name alone, and most names come back on many hosts: those are looked up,
 * not matched again.
 */
final class SelectorIndex {
  /**
   * How many names are remembered; more than a fleet has, unless every container is named apart.
   */
  private static final int REMEMBERED_NAMES = 20_000;

  private final List<ContainerSelector> selectors;
  private final Map<String, BitSet> byPlainName = new HashMap<>();
  private final List<Integer> byName = new ArrayList<>();
  private final List<Integer> others = new ArrayList<>();
  private final Map<String, BitSet> remembered = new ConcurrentHashMap<>();

  SelectorIndex(List<ContainerSelector> selectors) {
    this.selectors = selectors;
    for (int i = 0; i < selectors.size(); i++) {
      ContainerSelector selector = selectors.get(i);
      if (selector.name().isEmpty()
          || selector.label().isPresent()
          || selector.compose().isPresent()
          || selector.image().isPresent()) {
        others.add(i);
      } else {
        String pattern = selector.name().get().pattern();
        if (pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0) {
          byPlainName.computeIfAbsent(pattern, unseen -> new BitSet()).set(i);
        } else {
          byName.add(i);
        }
      }
    }
  }

  /** Returns the numbers of the selectors that select a container; not to be changed. */
  BitSet of(Container container) {
    BitSet named = remembered.get(container.name());
    if (named == null) {
      named = byNameAlone(container);
      if (remembered.size() < REMEMBERED_NAMES) {
        remembered.put(container.name(), named);
      }
    }
    if (others.isEmpty()) {
      return named;
    }
    BitSet all = (BitSet) named.clone();
    for (int i : others) {
      if (selectors.get(i).selects(container)) {
        all.set(i);
      }
    }
    return all;
  }

  private BitSet byNameAlone(Container container) {
    BitSet plain = byPlainName.get(container.name());
    BitSet found = plain == null ? new BitSet() : (BitSet) plain.clone();
    for (int i : byName) {
      if (selectors.get(i).selects(container)) {
        found.set(i);
      }
    }
    return found;
  }
}
