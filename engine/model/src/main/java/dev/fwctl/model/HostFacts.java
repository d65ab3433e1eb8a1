package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one round trip learnt of a host.
 *
 * @param facts the facts by the name of the gatherer that brought them
 */
public record HostFacts(SortedMap<String, Fact> facts) {
  public HostFacts {
    facts =
        Collections.unmodifiableSortedMap(
            new TreeMap<>((Map<String, Fact>) requireNonNull(facts, "facts is null")));
  }

  /** Returns the fact of a type, if a gatherer brought one. */
  public <T extends Fact> Optional<T> find(Class<T> type) {
    return facts.values().stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  public NetworkFacts network() {
    return require(NetworkFacts.class);
  }

  public SshFacts ssh() {
    return require(SshFacts.class);
  }

  public DockerFacts docker() {
    return require(DockerFacts.class);
  }

  public FirewallFacts firewall() {
    return require(FirewallFacts.class);
  }

  public Optional<Receipt> receipt() {
    return find(Receipt.class);
  }

  private <T extends Fact> T require(Class<T> type) {
    return find(type)
        .orElseThrow(
            () -> new IllegalStateException("no gatherer brought " + type.getSimpleName()));
  }
}
