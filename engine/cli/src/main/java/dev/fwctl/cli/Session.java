package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.FactLimits;
import dev.fwctl.core.facts.FactReader;
import dev.fwctl.core.inventory.Inventory;
import dev.fwctl.core.inventory.InventoryReader;
import dev.fwctl.core.inventory.LocalSide;
import dev.fwctl.core.plugin.ExtensionLoader;
import dev.fwctl.core.plugin.Extensions;
import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import java.nio.file.Path;
import java.util.List;

/** A run on hosts: the workspace, the plugins and the inventory that it works with. */
final class Session implements AutoCloseable {
  private final Workspace workspace;
  private final Extensions extensions;
  private final Inventory inventory;
  private final Inventory selected;

  private Session(
      Workspace workspace, Extensions extensions, Inventory inventory, Inventory selected) {
    this.workspace = requireNonNull(workspace, "workspace is null");
    this.extensions = requireNonNull(extensions, "extensions is null");
    this.inventory = requireNonNull(inventory, "inventory is null");
    this.selected = requireNonNull(selected, "selected is null");
  }

  /**
   * Opens a session: reads the settings, the plugins and the inventory.
   *
   * @throws dev.fwctl.model.FwctlException with what is wrong with one of them
   */
  static Session open(Path base, RepositoryOptions repository, HostOptions hosts) {
    Workspace workspace = Workspace.locate(base, repository);
    Extensions extensions = ExtensionLoader.load(workspace.plugins());
    Inventory inventory =
        new InventoryReader(
                LocalSide.of(base, extensions.connectionProviders().keySet()),
                extensions.inventorySources())
            .read(workspace.inventories());
    return new Session(
        workspace, extensions, inventory, inventory.limitedTo(hosts.limit(), hosts.exclude()));
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

  FactCollector collector() {
    return new FactCollector(
        new FactReader(extensions.gatherers(), FactLimits.DEFAULT),
        this::connect,
        FactLimits.DEFAULT);
  }

  private Connection connect(Host host) {
    ConnectionProvider provider = extensions.connectionProviders().get(host.connection().type());
    return requireNonNull(provider, "the inventory knows the connection types").connect(host);
  }

  @Override
  public void close() {
    extensions.close();
  }
}
