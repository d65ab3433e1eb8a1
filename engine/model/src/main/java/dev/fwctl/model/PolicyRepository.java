package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All policy documents of a repository, read together.
 *
 * @param sources the named sets of addresses
 * @param policies the policies in the order of their names
 * @param assertions the assertions in the order of their names
 * @param files the documents that were read, as a user would type their paths, sorted
 */
public record PolicyRepository(
    SortedMap<String, Source> sources,
    List<Policy> policies,
    List<Assertion> assertions,
    List<String> files) {
  public PolicyRepository {
    sources = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Source>) sources));
    policies = List.copyOf(policies);
    assertions = List.copyOf(assertions);
    files = List.copyOf(files);
  }

  /**
   * A named set of addresses.
   *
   * @param name its name
   * @param addresses its addresses; never empty
   * @param place where it is declared
   */
  public record Source(String name, AddressSet addresses, Place place) {
    public Source {
      requireNonNull(name, "name is null");
      requireNonNull(addresses, "addresses is null");
      requireNonNull(place, "place is null");
    }
  }
}
