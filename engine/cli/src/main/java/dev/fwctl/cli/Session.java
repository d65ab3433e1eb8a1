package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Suggestions;
import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.FactLimits;
import dev.fwctl.core.facts.FactReader;
import dev.fwctl.core.facts.HeldConnections;
import dev.fwctl.core.inventory.Inventory;
import dev.fwctl.core.inventory.InventoryReader;
import dev.fwctl.core.inventory.LocalSide;
import dev.fwctl.core.plugin.ExtensionLoader;
import dev.fwctl.core.plugin.Extensions;
import dev.fwctl.core.transaction.Connections;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.FactGatherer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/** A run on hosts: the workspace, the plugins and the inventory that it works with. */
final class Session implements Connections, AutoCloseable {
  private final Workspace workspace;
  private final Extensions extensions;
  private final Inventory inventory;
  private final Inventory selected;
  private final HeldConnections held;

  private Session(
      Workspace workspace,
      Extensions extensions,
      Inventory inventory,
      Inventory selected,
      int parallelism) {
    this.workspace = requireNonNull(workspace, "workspace is null");
    this.extensions = requireNonNull(extensions, "extensions is null");
    this.inventory = requireNonNull(inventory, "inventory is null");
    this.selected = requireNonNull(selected, "selected is null");
    // A host has one connection at a time, so that no more are open than may be.
    this.held =
        new HeldConnections(this::fresh, selected.hosts().size() <= parallelism ? parallelism : 0);
  }

  /**
   * Opens a session: reads the settings, the plugins and the inventory.
   *
   * @throws dev.fwctl.model.FwctlException with what is wrong with one of them
   */
  static Session open(Path base, RepositoryOptions repository, HostOptions hosts) {
    Workspace workspace = Workspace.locate(base, repository);
    Extensions extensions = ExtensionLoader.load(workspace.plugins());
    Inventory inventory = inventory(workspace, extensions);
    return new Session(
        workspace,
        extensions,
        inventory,
        inventory.limitedTo(hosts.limit(), hosts.exclude()),
        hosts.parallelism());
  }

  /**
   * Opens a session on one host.
   *
   * @param host its name; needless in an inventory of one host
   * @throws dev.fwctl.model.FwctlException with what is wrong with the inventory, or with the name
   */
  static Session on(Path base, RepositoryOptions repository, Optional<String> host) {
    Workspace workspace = Workspace.locate(base, repository);
    Extensions extensions = ExtensionLoader.load(workspace.plugins());
    Inventory inventory = inventory(workspace, extensions);
    SortedSet<String> names = inventory.names();
    if (host.isEmpty() && names.size() != 1) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.USAGE,
              "no host is named, and the inventory has " + names.size(),
              "name one of them, as in 'fwctl explain web-01'"));
    }
    String name = host.orElseGet(names::first);
    if (!names.contains(name)) {
      throw new FwctlException(
          new Problem(
              ErrorCode.UNKNOWN_NAME,
              "the inventory has no host '" + name + "'",
              Optional.empty(),
              Suggestions.hint(name, names, "its hosts")));
    }
    return new Session(workspace, extensions, inventory, inventory.limitedTo(Set.of(name)), 1);
  }

  /**
   * Opens a session on the hosts of some names, as far as the inventory has them.
   *
   * @throws dev.fwctl.model.FwctlException with what is wrong with the inventory
   */
  static Session of(
      Workspace workspace, Extensions extensions, Set<String> hosts, int parallelism) {
    Inventory inventory = inventory(workspace, extensions);
    return new Session(workspace, extensions, inventory, inventory.limitedTo(hosts), parallelism);
  }

  private static Inventory inventory(Workspace workspace, Extensions extensions) {
    return new InventoryReader(
            LocalSide.of(workspace.base(), extensions.connectionProviders().keySet()),
            extensions.inventorySources())
        .read(workspace.inventories());
  }

  Workspace workspace() {
    return workspace;
  }

  Extensions extensions() {
    return extensions;
  }

  /** Returns the whole inventory, whatever the hosts are limited to. */
  Inventory inventory() {
    return inventory;
  }

  /** Returns the hosts that the run works on. */
  List<Host> hosts() {
    return selected.hosts();
  }

  /** Returns a collector that leaves connections open for what comes next on the same hosts. */
  FactCollector collector() {
    return collector(extensions.gatherers());
  }

  /** Returns a collector of all that can be learnt, also of what a plan does not need. */
  FactCollector thoroughCollector() {
    return collector(List.copyOf(extensions.gatherersByName().values()));
  }

  private FactCollector collector(List<FactGatherer> gatherers) {
    return new FactCollector(reader(gatherers), this::any, FactLimits.DEFAULT);
  }

  /** Returns a reader that asks for what some gatherers want to know. */
  FactReader reader(List<FactGatherer> gatherers) {
    return new FactReader(gatherers, FactLimits.DEFAULT);
  }

  @Override
  public Connection any(Host host) {
    return held.connect(host);
  }

  @Override
  public Connection fresh(Host host) {
    held.letGo(host);
    ConnectionProvider provider = extensions.connectionProviders().get(host.connection().type());
    return requireNonNull(provider, "the inventory knows the connection types").connect(host);
  }

  @Override
  public void close() {
    held.close();
    extensions.close();
  }
}
