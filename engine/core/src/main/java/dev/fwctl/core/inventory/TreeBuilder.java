package dev.fwctl.core.inventory;

import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.Child;
import dev.fwctl.model.InventoryTree.Group;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what one source says of each group, in whatever order it says it. */
final class TreeBuilder {
  private static final class GroupBuilder {
    private final String name;
    private final Place place;
    private final List<HostEntry> hosts = new ArrayList<>();
    private final List<Child> children = new ArrayList<>();
    private final Map<String, Variable> variables = new LinkedHashMap<>();
    private boolean declared;

    GroupBuilder(String name, Place place) {
      this.name = name;
      this.place = place;
    }
  }

  private final Map<String, GroupBuilder> groups = new LinkedHashMap<>();

  private GroupBuilder group(String name, Place place) {
    return groups.computeIfAbsent(name, missing -> new GroupBuilder(missing, place));
  }

  void declare(String name, Place place) {
    group(name, place).declared = true;
  }

  void host(String group, HostEntry host) {
    group(group, host.place()).hosts.add(host);
  }

  void child(String group, String child, Place place) {
    group(group, place).children.add(new Child(child, place));
  }

  void variable(String group, String name, Variable variable) {
    group(group, variable.place()).variables.put(name, variable);
  }

  /** Names a group for which variables will be set, without declaring it. */
  void mention(String name, Place place) {
    group(name, place);
  }

  InventoryTree build() {
    return new InventoryTree(
        groups.values().stream()
            .map(
                group ->
                    new Group(
                        group.name,
                        group.hosts,
                        group.children,
                        group.variables,
                        group.declared,
                        group.place))
            .toList());
  }
}
