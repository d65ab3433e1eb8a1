package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.intent.Interest;
import dev.fwctl.model.HostFacts;
import dev.fwctl.spi.FirewallBackend;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the plan of a host was made from, to tell later whether it still is so.
 *
 * @param interest what the policies want to know of the host; nothing when none speaks of it, so
 *     that all that is fwctl's is to go
 * @param seen what the host said of that, and what else bore on the rules, a sentence for each
 *     thing
 */
public record Basis(Optional<Interest> interest, SortedSet<String> seen) {
  public Basis {
    requireNonNull(interest, "interest is null");
    seen = Collections.unmodifiableSortedSet(new TreeSet<>(seen));
  }

  /** Returns what a plan that is made from some facts rests on. */
  static Basis of(Optional<Interest> interest, FirewallBackend backend, HostFacts facts) {
    SortedSet<String> seen = new TreeSet<>();
    if (interest.isPresent()) {
      seen.addAll(interest.get().in(facts));
      seen.addAll(backend.ground(facts));
    }
    return new Basis(interest, seen);
  }

  /** Returns the same of other facts. */
  Basis in(HostFacts facts, FirewallBackend backend) {
    return of(interest, backend, facts);
  }
}
