package dev.fwctl.core.plugin;

import static java.util.Objects.requireNonNull;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.fwctl.spi.AddressSource;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.InventorySource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that plugins bring, built-in ones and others.
 *
 * @param connectionProviders the ways to reach hosts, by type
 * @param gatherersByName the fact gatherers, by name
 * @param backends the firewalls, by the order of their names
 * @param addressSources where address lists come from, by key
 * @param inventorySources where inventories come from, besides Ansible's files
 * @param release lets go of third-party plugins and their jars
 */
public record Extensions(
    SortedMap<String, ConnectionProvider> connectionProviders,
    SortedMap<String, FactGatherer> gatherersByName,
    List<FirewallBackend> backends,
    SortedMap<String, AddressSource> addressSources,
    List<InventorySource> inventorySources,
    Runnable release)
    implements AutoCloseable {
  public Extensions {
    connectionProviders = copy(connectionProviders);
    gatherersByName = copy(gatherersByName);
    backends = List.copyOf(backends);
    addressSources = copy(addressSources);
    inventorySources = List.copyOf(inventorySources);
    requireNonNull(release, "release is null");
  }

  private static <T> SortedMap<String, T> copy(Map<String, T> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** Returns the fact gatherers that a plan asks, in the order of their names. */
  public List<FactGatherer> gatherers() {
    return gatherersByName.values().stream().filter(gatherer -> !gatherer.onDemand()).toList();
  }

  /** Returns the firewalls by their names. */
  public Map<String, FirewallBackend> backendsByName() {
    return backends.stream().collect(toUnmodifiableMap(FirewallBackend::name, identity()));
  }

  /** Releases what connection providers share, then the plugins. */
  @Override
  public void close() {
    connectionProviders.values().forEach(ConnectionProvider::close);
    release.run();
  }
}
