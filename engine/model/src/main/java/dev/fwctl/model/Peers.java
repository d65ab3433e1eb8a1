package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The far ends of a rule: who may send to us, or where to we may send.
 *
 * @param names what the policy wrote: names of sources, addresses, prefixes or {@code any}
 * @param addresses all the addresses that they stand for; never empty
 */
public record Peers(List<String> names, AddressSet addresses) {
  public Peers {
    names = List.copyOf(names);
    requireNonNull(addresses, "addresses is null");
    if (names.isEmpty() || addresses.isEmpty()) {
      throw new IllegalArgumentException("no peers");
    }
  }

  @Override
  public String toString() {
    return String.join(", ", names);
  }
}
