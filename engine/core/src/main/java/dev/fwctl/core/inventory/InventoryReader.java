package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.core.inventory.GroupGraph.Group;
import dev.fwctl.core.inventory.GroupGraph.HostNode;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.InventorySource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads inventory sources as Ansible's {@code -i} names them: files, folders, lists of hosts.
 *
 * <p>Variables come from these places, a later one over an earlier one: inline of {@code all};
 * inline of other groups, by depth, {@code ansible_group_priority} and name; {@code group_vars/all}
 * beside the sources, then in our folder; {@code group_vars} of other groups beside the sources,
 * then in our folder; inline of the host; {@code host_vars} beside the sources, then in our folder.
 * Source: Ansible's documentation, Using variables.
 */
public final class InventoryReader {
  /** Names in a folder that are no inventories. Source: Ansible's INVENTORY_IGNORE_EXTS. */
  private static final Pattern PASSED_OVER =
      Pattern.compile(
          "\\..*|host_vars|group_vars|vars_plugins"
              + "|.*(?:\\.pyc|\\.pyo|\\.swp|\\.bak|~|\\.rpm|\\.md|\\.txt|\\.rst|\\.orig|\\.cfg|\\.retry)");

  private static final int DEEPEST_FOLDER = 20;

  private final LocalSide localSide;
  private final List<InventorySource> sources;
  private final TextReader texts;
  private final YamlFiles yamlFiles;

  /**
   * Creates a reader.
   *
   * @param localSide what inventories take from this machine
   * @param plugins sources beside the built-in ones, which are asked last
   */
  public InventoryReader(LocalSide localSide, List<? extends InventorySource> plugins) {
    this.localSide = requireNonNull(localSide, "localSide is null");
    this.texts = new TextReader(localSide.folder(), DocumentLimits.DEFAULT.bytes());
    this.yamlFiles =
        new YamlFiles(texts, new DocumentReader(localSide.folder(), DocumentLimits.DEFAULT));
    List<InventorySource> asked = new ArrayList<>(plugins);
    asked.add(new YamlInventorySource(yamlFiles));
    asked.add(new IniInventorySource(texts));
    this.sources = List.copyOf(asked);
  }

  /**
   * Reads sources, a later one over an earlier one.
   *
   * @param names paths of files and folders, or hosts separated by commas
   * @throws FwctlException with every error of the sources and of the variables beside them
   */
  public Inventory read(List<String> names) {
    return new Reading().inventory(names);
  }

  /** The state of one reading. */
  private final class Reading {
    private final Problems problems = new Problems();
    private final Set<String> encryptedFiles = new TreeSet<>();
    private final Map<Path, VariableFiles> variableFiles = new HashMap<>();
    private final List<VariableFiles> beside = new ArrayList<>();
    private final Map<Set<Group>, Map<String, Variable>> groupVariables = new HashMap<>();
    private final VariableFiles ours = variableFiles(localSide.folder());
    private final GroupGraph graph =
        new GroupGraph(new Place(localSide.folder().toString(), 1, 1), problems);

    Inventory inventory(List<String> names) {
      for (String name : names) {
        check(() -> add(name));
      }
      problems.throwIfAny();
      graph.close();
      problems.throwIfAny();
      if (graph.hosts().isEmpty()) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.DOCUMENT_INVALID,
                names.isEmpty()
                    ? "there is no inventory"
                    : "the inventory has no hosts: " + String.join(" ", names),
                "name one with -i"));
      }
      Map<String, Inventory.Entry> entries = HashMap.newHashMap(graph.hosts().size());
      for (HostNode host : graph.hosts()) {
        entries.put(host.name(), entry(host));
      }
      problems.throwIfAny();
      return Inventory.of(index(), entries, warnings(entries), texts, localSide.folder());
    }

    private void add(String name) {
      Path path = localSide.resolve(name, "-i", new Place(name.isEmpty() ? "-i" : name, 1, 1));
      if (!name.isBlank() && Files.isDirectory(path)) {
        addFolder(path, 0);
        beside.add(variableFiles(path));
      } else if (!name.isBlank() && Files.exists(path)) {
        addFile(path);
        Path parent = path.getParent();
        beside.add(variableFiles(parent == null ? path : parent));
      } else if (name.indexOf(',') >= 0) {
        graph.add(hostList(name), Optional.empty());
      } else {
        problems.add(
            Problem.of(
                ErrorCode.FILE_UNREADABLE,
                "there is no inventory '" + name + "'",
                "name a file or folder with -i; a list of hosts needs a comma, as in 'web1,'"));
      }
    }

    private void addFolder(Path folder, int depth) {
      if (depth > DEEPEST_FOLDER) {
        problems.add(
            Problem.of(
                ErrorCode.FILE_UNREADABLE,
                texts.display(folder) + " is nested too deep",
                "look for a link that leads back up"));
        return;
      }
      for (Path path : list(folder)) {
        String name = path.getFileName().toString();
        boolean variables = name.equals("group_vars") || name.equals("host_vars");
        if (variables && depth > 0 && Files.isDirectory(path)) {
          problems.add(
              Problem.of(
                  ErrorCode.CONFLICT,
                  texts.display(path)
                      + " would not be read, because the inventory is a folder above",
                  "name the inventory beside it: -i " + texts.display(folder)));
        }
        if (PASSED_OVER.matcher(name).matches()) {
          continue;
        }
        if (Files.isDirectory(path)) {
          addFolder(path, depth + 1);
        } else {
          check(() -> addFile(path));
        }
      }
    }

    private List<Path> list(Path folder) {
      try (Stream<Path> paths = Files.list(folder)) {
        return paths.sorted().toList();
      } catch (IOException problem) {
        problems.add(
            Problem.of(
                ErrorCode.FILE_UNREADABLE,
                texts.display(folder) + " can't be read: " + problem.getMessage()));
        return List.of();
      }
    }

    private void addFile(Path file) {
      for (InventorySource source : sources) {
        if (source.accepts(file)) {
          boolean builtIn =
              source instanceof IniInventorySource || source instanceof YamlInventorySource;
          if (builtIn) {
            requireNoScript(file);
          }
          graph.add(source.read(file), Optional.of(file));
          return;
        }
      }
    }

    private void requireNoScript(Path file) {
      byte[] start;
      try (InputStream stream = Files.newInputStream(file)) {
        start = stream.readNBytes(2);
      } catch (IOException _) {
        // Whoever reads the file next says why it can't be read.
        return;
      }
      if (start.length == 2 && start[0] == '#' && start[1] == '!') {
        String name = texts.display(file);
        throw new FwctlException(
            Problem.at(
                new Place(name, 1, 1),
                ErrorCode.UNSUPPORTED,
                "this inventory is a script, which fwctl does not run",
                "write down what it finds: ansible-inventory -i "
                    + name
                    + " --list --yaml > hosts.yml"));
      }
    }

    private InventoryTree hostList(String names) {
      Place place = new Place("-i " + names, 1, 1);
      TreeBuilder tree = new TreeBuilder();
      for (String name : names.split(",", -1)) {
        if (!name.isBlank()) {
          HostName host = HostName.parse(name.strip(), place);
          host.names()
              .forEach(
                  each ->
                      tree.host(
                          IniInventorySource.UNGROUPED,
                          new HostEntry(each, host.port(), Map.of(), place)));
        }
      }
      return tree.build();
    }

    private VariableFiles variableFiles(Path folder) {
      return variableFiles.computeIfAbsent(
          folder.toAbsolutePath().normalize(),
          path -> new VariableFiles(yamlFiles, path, problems, encryptedFiles));
    }

    private Inventory.Entry entry(HostNode host) {
      HostVariables variables = variables(host);
      try {
        ConnectionSettings connection =
            ConnectionVariables.settings(host.name(), host.place(), variables, localSide);
        SortedSet<String> groups = new TreeSet<>();
        graph.membership(host.groups()).forEach(group -> groups.add(group.name()));
        return new Inventory.Entry.Usable(new Host(host.name(), groups, connection, host.place()));
      } catch (FwctlException problem) {
        return new Inventory.Entry.Unusable(problem.problems());
      }
    }

    private HostVariables variables(HostNode host) {
      List<Map<String, Variable>> layers = new ArrayList<>();
      layers.add(ours.ofHost(host.name()));
      beside.reversed().forEach(files -> layers.add(files.ofHost(host.name())));
      layers.add(host.variables());
      layers.add(groupVariables.computeIfAbsent(host.groups(), this::groupVariables));
      Map<String, String> magic = new HashMap<>();
      magic.put("inventory_hostname", host.name());
      magic.put("inventory_hostname_short", shortName(host.name()));
      magic.put("playbook_dir", localSide.folder().toAbsolutePath().normalize().toString());
      host.file()
          .ifPresent(
              file -> {
                magic.put("inventory_file", file.toString());
                magic.put("inventory_dir", String.valueOf(file.getParent()));
              });
      return new HostVariables(
          layers.stream().filter(layer -> !layer.isEmpty()).toList(),
          magic,
          List.copyOf(encryptedFiles));
    }

    private static String shortName(String name) {
      int dot = name.indexOf('.');
      boolean address = IpAddress.parse(name).isPresent();
      return address || dot < 0 ? name : name.substring(0, dot);
    }

    private Map<String, Variable> groupVariables(Set<Group> direct) {
      List<Group> groups = graph.byPrecedence(direct);
      Map<String, Variable> variables = new HashMap<>(graph.all().variables());
      groups.forEach(group -> variables.putAll(group.variables()));
      beside.forEach(files -> variables.putAll(files.ofGroup(GroupGraph.ALL)));
      variables.putAll(ours.ofGroup(GroupGraph.ALL));
      beside.forEach(
          files -> groups.forEach(group -> variables.putAll(files.ofGroup(group.name()))));
      groups.forEach(group -> variables.putAll(ours.ofGroup(group.name())));
      return Map.copyOf(variables);
    }

    private HostIndex index() {
      SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
      for (Group group : graph.groups()) {
        groups.put(group.name(), graph.hostsOf(group).stream().map(HostNode::name).toList());
      }
      return new HostIndex(graph.hosts().stream().map(HostNode::name).toList(), groups);
    }

    private List<Problem> warnings(Map<String, Inventory.Entry> entries) {
      List<Problem> warnings = new ArrayList<>();
      for (String file : encryptedFiles) {
        warnings.add(
            Problem.at(
                new Place(file, 1, 1),
                ErrorCode.UNSUPPORTED,
                "the file is encrypted by Ansible Vault, so its variables are not known",
                "nothing is to be done unless it sets how to connect"));
      }
      for (Group group : graph.groups()) {
        if (entries.containsKey(group.name())) {
          warnings.add(
              Problem.of(
                  ErrorCode.CONFLICT,
                  "'" + group.name() + "' is the name of a group and of a host",
                  "give the group or the host another name"));
        }
      }
      return warnings;
    }

    private void check(Runnable step) {
      try {
        step.run();
      } catch (FwctlException problem) {
        problems.addAll(problem.problems());
      }
    }
  }
}
