package dev.fwctl.core.inventory;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SequencedSet;
import java.util.Set;

/**
 * The groups and hosts of all sources together.
 *
 * <p>Sources are added in order, a later one over an earlier one; {@link #close} then puts every
 * group below {@code all}, every host without a group into {@code ungrouped}, and computes what
 * follows from the shape of the graph.
 */
final class GroupGraph {
  /** The group that everything is in; Ansible's name for it. */
  static final String ALL = "all";

  private static final String PRIORITY = "ansible_group_priority";

  /** A group; its collections grow while sources are added. */
  static final class Group {
    private final String name;
    private final SequencedSet<Group> parents = new LinkedHashSet<>();
    private final Map<Group, Place> children = new LinkedHashMap<>();
    private final SequencedSet<HostNode> hosts = new LinkedHashSet<>();
    private final Map<String, Variable> variables = new HashMap<>();
    private final Set<Group> ancestors = new LinkedHashSet<>();
    private Place place;
    private boolean declared;
    private int priority = 1;
    private int depth;

    private Group(String name, Place place) {
      this.name = name;
      this.place = place;
    }

    String name() {
      return name;
    }

    Map<String, Variable> variables() {
      return Collections.unmodifiableMap(variables);
    }
  }

  /** A host; its collections grow while sources are added. */
  static final class HostNode {
    private final String name;
    private final Place place;
    private final Optional<Path> file;
    private final SequencedSet<Group> groups = new LinkedHashSet<>();
    private final Map<String, Variable> variables = new HashMap<>();

    private HostNode(String name, Place place, Optional<Path> file) {
      this.name = name;
      this.place = place;
      this.file = file;
    }

    String name() {
      return name;
    }

    Place place() {
      return place;
    }

    /** Returns the inventory file that names the host first; none for a list of hosts. */
    Optional<Path> file() {
      return file;
    }

    /** Returns the groups that list the host themselves. */
    Set<Group> groups() {
      return Collections.unmodifiableSet(groups);
    }

    Map<String, Variable> variables() {
      return Collections.unmodifiableMap(variables);
    }
  }

  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Map<String, HostNode> hosts = new LinkedHashMap<>();
  private final Problems problems;
  private final Group all;
  private final Group ungrouped;

  /**
   * Creates a graph of the two groups that always exist.
   *
   * @param start a place for them, until a source names them
   * @param problems takes what is wrong with the graph
   */
  GroupGraph(Place start, Problems problems) {
    this.problems = problems;
    this.all = group(ALL, start);
    this.ungrouped = group(IniInventorySource.UNGROUPED, start);
    all.declared = true;
    ungrouped.declared = true;
    link(all, ungrouped, start);
  }

  private Group group(String name, Place place) {
    return groups.computeIfAbsent(name, missing -> new Group(missing, place));
  }

  private static void link(Group parent, Group child, Place place) {
    parent.children.putIfAbsent(child, place);
    child.parents.add(parent);
  }

  /**
   * Adds a source.
   *
   * @param tree what it says
   * @param file the file that it was read from
   */
  void add(InventoryTree tree, Optional<Path> file) {
    for (InventoryTree.Group read : tree.groups()) {
      if (read.name().isBlank() || read.name().chars().anyMatch(Character::isISOControl)) {
        problems.add(
            read.place(),
            ErrorCode.DOCUMENT_INVALID,
            "the name of a group is empty or holds control characters",
            "give it a name of letters, digits, - and _");
        continue;
      }
      Group group = group(read.name(), read.place());
      if (read.declared() && !group.declared) {
        group.declared = true;
        group.place = read.place();
      }
      for (InventoryTree.HostEntry entry : read.hosts()) {
        add(group, entry, file);
      }
      for (InventoryTree.Child child : read.children()) {
        link(group, group(child.name(), child.place()), child.place());
      }
      read.variables().forEach((name, variable) -> set(group, name, variable));
    }
  }

  private void add(Group group, InventoryTree.HostEntry entry, Optional<Path> file) {
    HostNode host = hosts.get(entry.name());
    if (host == null && !HostName.isValid(entry.name())) {
      // The built-in sources have looked; this one is a plugin's.
      problems.add(
          entry.place(),
          ErrorCode.DOCUMENT_INVALID,
          "the inventory names a host by what can't be a host's name",
          "a name holds letters, digits and . - _, or is an IP address");
      return;
    }
    if (host == null) {
      host = new HostNode(entry.name(), entry.place(), file);
      hosts.put(entry.name(), host);
      if (entry.port().isPresent()) {
        String port = Integer.toString(entry.port().getAsInt());
        host.variables.put(
            "ansible_port", new Variable(Optional.of(port), Optional.empty(), entry.place()));
      }
    }
    host.variables.putAll(entry.variables());
    group.hosts.add(host);
    host.groups.add(group);
  }

  private void set(Group group, String name, Variable variable) {
    if (!name.equals(PRIORITY)) {
      group.variables.put(name, variable);
      return;
    }
    try {
      group.priority = Integer.parseInt(variable.text().orElse(""));
    } catch (NumberFormatException _) {
      problems.add(
          variable.place(),
          ErrorCode.DOCUMENT_INVALID,
          PRIORITY + " of group " + group.name + " is not a number",
          "write a whole number; the default is 1 and the highest wins");
    }
  }

  /** Returns the hosts in the order in which the sources name them. */
  Collection<HostNode> hosts() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  /** Returns the groups in the order in which the sources name them. */
  Collection<Group> groups() {
    return Collections.unmodifiableCollection(groups.values());
  }

  Group all() {
    return all;
  }

  /** Ends the adding of sources; when this finds problems the graph is of no use. */
  void close() {
    requireDeclared();
    for (Group group : groups.values()) {
      if (group != all && group.parents.isEmpty()) {
        link(all, group, group.place);
      }
    }
    for (HostNode host : hosts.values()) {
      boolean grouped = host.groups.stream().anyMatch(group -> group != all && group != ungrouped);
      if (!grouped) {
        ungrouped.hosts.add(host);
        host.groups.add(ungrouped);
      } else if (host.groups.remove(ungrouped)) {
        ungrouped.hosts.remove(host);
      }
    }
    measure();
  }

  private void requireDeclared() {
    List<String> declared =
        groups.values().stream().filter(group -> group.declared).map(Group::name).toList();
    for (Group group : groups.values()) {
      if (group.declared) {
        continue;
      }
      String hint =
          Suggestions.closest(group.name, declared)
              .map(closest -> "did you mean '" + closest + "'?")
              .orElse("declare it: [" + group.name + "] or, in YAML, " + group.name + ":");
      for (Group parent : group.parents) {
        problems.add(
            parent.children.getOrDefault(group, group.place),
            ErrorCode.UNKNOWN_NAME,
            "group " + parent.name + " has the child " + group.name + ", which is no group",
            hint);
      }
      if (group.parents.isEmpty()) {
        problems.add(
            group.place,
            ErrorCode.UNKNOWN_NAME,
            "variables are set for " + group.name + ", which is no group",
            hint);
      }
    }
  }

  /** Computes depths and ancestors from the top down; what is left over then is in a cycle. */
  private void measure() {
    Map<Group, Integer> waitingFor = new HashMap<>();
    Queue<Group> ready = new ArrayDeque<>();
    for (Group group : groups.values()) {
      waitingFor.put(group, group.parents.size());
      if (group.parents.isEmpty()) {
        ready.add(group);
      }
    }
    while (!ready.isEmpty()) {
      Group group = ready.remove();
      waitingFor.remove(group);
      for (Group child : group.children.keySet()) {
        child.depth = Math.max(child.depth, group.depth + 1);
        child.ancestors.addAll(group.ancestors);
        child.ancestors.add(group);
        if (waitingFor.merge(child, -1, Integer::sum) == 0) {
          ready.add(child);
        }
      }
    }
    if (!waitingFor.isEmpty()) {
      reportCycle(waitingFor.keySet());
    }
  }

  private void reportCycle(Set<Group> remaining) {
    // Each of them has a parent among them, so that walking up ends where it has been before.
    List<Group> path = new ArrayList<>();
    Group group = groups.values().stream().filter(remaining::contains).findFirst().orElseThrow();
    while (!path.contains(group)) {
      path.add(group);
      group = group.parents.stream().filter(remaining::contains).findFirst().orElseThrow();
    }
    List<Group> upwards = new ArrayList<>(path.subList(path.indexOf(group), path.size()));
    Collections.reverse(upwards);
    Group last = upwards.getLast();
    Place closing = last.children.getOrDefault(upwards.getFirst(), last.place);
    List<String> names = new ArrayList<>(upwards.stream().map(Group::name).toList());
    names.add(upwards.getFirst().name);
    problems.add(
        Problem.at(
            closing,
            ErrorCode.CONFLICT,
            "groups contain each other: " + String.join(" → ", names),
            "remove "
                + upwards.getFirst().name
                + " from the children of "
                + last.name
                + (names.size() > 2 ? ", or break the circle elsewhere" : "")));
  }

  /** Returns every group that a host is in, {@code all} included. */
  SequencedSet<Group> membership(Set<Group> direct) {
    SequencedSet<Group> found = new LinkedHashSet<>();
    for (Group group : direct) {
      found.addAll(group.ancestors);
      found.add(group);
    }
    return found;
  }

  /**
   * Returns the groups of a host, without {@code all}, in the order in which their variables count:
   * the deeper, of the same depth the one of higher priority, of the same priority the later in the
   * alphabet over the earlier.
   */
  List<Group> byPrecedence(Set<Group> direct) {
    return membership(direct).stream()
        .filter(group -> group != all)
        .sorted(
            Comparator.comparingInt((Group group) -> group.depth)
                .thenComparingInt(group -> group.priority)
                .thenComparing(Group::name))
        .toList();
  }

  /** Returns the hosts of a group and of those below it, a level at a time, each host once. */
  SequencedSet<HostNode> hostsOf(Group group) {
    SequencedSet<HostNode> found = new LinkedHashSet<>();
    SequencedSet<Group> seen = new LinkedHashSet<>();
    Queue<Group> ahead = new ArrayDeque<>(List.of(group));
    seen.add(group);
    while (!ahead.isEmpty()) {
      Group next = ahead.remove();
      found.addAll(next.hosts);
      for (Group child : next.children.keySet()) {
        if (seen.add(child)) {
          ahead.add(child);
        }
      }
    }
    return found;
  }
}
