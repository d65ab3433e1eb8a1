package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One inventory source as it was written: groups with hosts, children and variables.
 *
 * @param groups the groups in the order in which they were first named
 */
public record InventoryTree(List<Group> groups) {
  public InventoryTree {
    groups = List.copyOf(groups);
  }

  /**
   * A group.
   *
   * @param name its name
   * @param hosts its own hosts
   * @param children the names of its child groups
   * @param variables its variables by name
   * @param declared whether this source declares the group; one that only sets variables for it
   *     relies on another to do so
   * @param place where it is first named
   */
  public record Group(
      String name,
      List<HostEntry> hosts,
      List<Child> children,
      Map<String, Variable> variables,
      boolean declared,
      Place place) {
    public Group {
      requireNonNull(name, "name is null");
      hosts = List.copyOf(hosts);
      children = List.copyOf(children);
      variables = Map.copyOf(variables);
      requireNonNull(place, "place is null");
    }
  }

  /**
   * A child of a group.
   *
   * @param name the child group's name
   * @param place where it is named as a child
   */
  public record Child(String name, Place place) {
    public Child {
      requireNonNull(name, "name is null");
      requireNonNull(place, "place is null");
    }
  }

  /**
   * A host as one group names it; ranges are expanded.
   *
   * @param name its name
   * @param port the port written after the name, as in {@code web1:2222}; it counts only where the
   *     host is named for the first time, as in Ansible
   * @param variables its variables by name
   * @param place where it is named
   */
  public record HostEntry(
      String name, OptionalInt port, Map<String, Variable> variables, Place place) {
    public HostEntry {
      requireNonNull(name, "name is null");
      requireNonNull(port, "port is null");
      variables = Map.copyOf(variables);
      requireNonNull(place, "place is null");
    }
  }

  /**
   * A variable's value; neither text nor unsupported when it is set to nothing.
   *
   * @param text the value as text, when it is a scalar; it may refer to other variables, as in
   *     {@code {{ name }}}
   * @param unsupported why it can't be used, to be read after the variable's name, such as {@code
   *     is encrypted by Ansible Vault}; an error only where the variable is used
   * @param place where it is set
   */
  public record Variable(Optional<String> text, Optional<String> unsupported, Place place) {
    public Variable {
      requireNonNull(text, "text is null");
      requireNonNull(unsupported, "unsupported is null");
      requireNonNull(place, "place is null");
    }
  }
}
