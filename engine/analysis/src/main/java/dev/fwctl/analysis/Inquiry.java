package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.PortRange;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * A question that is put to every endpoint of a host.
 *
 * @param <T> its answer
 */
abstract class Inquiry<T> {
  private final Set<Family> families;

  /**
   * Creates one.
   *
   * @param families the families that the host's kernel speaks
   */
  Inquiry(Set<Family> families) {
    this.families = families;
  }

  /** Answers of packets of some kinds that lead to or from the same endpoint in one family. */
  abstract T of(Collection<PacketKind> kinds);

  /** Returns the answer of what two answers are about, taken together. */
  abstract T and(T one, T other);

  /** Returns the answer where there are no packets. */
  abstract T nothing();

  /** Returns the port ranges that rules speak of which decide on packets of a kind. */
  abstract Set<PortRange> ports(PacketKind kind);

  final T inEveryFamily(Function<Family, ? extends Collection<PacketKind>> kinds) {
    T answer = nothing();
    for (Family family : families) {
      answer = and(answer, of(kinds.apply(family)));
    }
    return answer;
  }

  /** Returns the port ranges that rules speak of which decide on packets of some kinds. */
  final Set<PortRange> named(Function<Family, ? extends Collection<PacketKind>> kinds) {
    Set<PortRange> named = new HashSet<>();
    for (Family family : families) {
      for (PacketKind kind : kinds.apply(family)) {
        named.addAll(ports(kind));
      }
    }
    return named;
  }
}
