package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The hosts of all inventory sources together, or some of them.
 *
 * <p>Patterns are always held against the whole inventory; what they select is then cut down to the
 * hosts that this inventory is limited to. A host whose connection variables are wrong is an error
 * only when it is selected, so that an inventory may hold hosts that are none of fwctl's business.
 */
public final class Inventory {
  private final HostIndex index;
  private final List<Entry> entries;
  private final Map<Integer, List<Integer>> sameMachine;
  private final List<Problem> warnings;
  private final TextReader texts;
  private final Path folder;
  private final BitSet scope;

  /** A host, or why it can't be used. */
  sealed interface Entry {
    /** A host that can be connected to. */
    record Usable(Host host) implements Entry {}

    /** A host whose connection variables are wrong. */
    record Unusable(List<Problem> problems) implements Entry {
      public Unusable {
        problems = List.copyOf(problems);
      }
    }
  }

  private Inventory(
      HostIndex index,
      List<Entry> entries,
      Map<Integer, List<Integer>> sameMachine,
      List<Problem> warnings,
      TextReader texts,
      Path folder,
      BitSet scope) {
    this.index = index;
    this.entries = entries;
    this.sameMachine = sameMachine;
    this.warnings = warnings;
    this.texts = texts;
    this.folder = folder;
    this.scope = scope;
  }

  /**
   * Creates an inventory.
   *
   * @param index the names
   * @param entries what is known of each host, by name
   * @param warnings what a user may want to know
   * @param texts reads the files that a limit names
   * @param folder what their paths are relative to
   */
  static Inventory of(
      HostIndex index,
      Map<String, Entry> entries,
      List<Problem> warnings,
      TextReader texts,
      Path folder) {
    requireNonNull(index, "index is null");
    List<Entry> numbered =
        index.names().stream().map(name -> requireNonNull(entries.get(name), name)).toList();
    BitSet scope = new BitSet(numbered.size());
    scope.set(0, numbered.size());
    return new Inventory(
        index,
        numbered,
        sameMachine(numbered),
        List.copyOf(warnings),
        requireNonNull(texts, "texts is null"),
        requireNonNull(folder, "folder is null"),
        scope);
  }

  private static Map<Integer, List<Integer>> sameMachine(List<Entry> entries) {
    Map<String, List<Integer>> byMachine = HashMap.newHashMap(entries.size());
    for (int number = 0; number < entries.size(); number++) {
      if (entries.get(number) instanceof Entry.Usable usable) {
        byMachine
            .computeIfAbsent(machine(usable.host().connection()), _ -> new ArrayList<>(1))
            .add(number);
      }
    }
    Map<Integer, List<Integer>> sameMachine = new HashMap<>();
    for (List<Integer> numbers : byMachine.values()) {
      if (numbers.size() > 1) {
        numbers.forEach(number -> sameMachine.put(number, List.copyOf(numbers)));
      }
    }
    return Map.copyOf(sameMachine);
  }

  /** Returns a text that is the same for two connections that surely lead to the same machine. */
  private static String machine(ConnectionSettings connection) {
    if (connection.type().equals("local")) {
      return "local";
    }
    String address =
        IpAddress.parse(connection.address())
            .map(IpAddress::toString)
            .orElseGet(() -> connection.address().toLowerCase(Locale.ROOT));
    // The same private address behind two jump hosts is two machines.
    return connection.type()
        + " "
        + address
        + " "
        + connection.port()
        + connection.jump().map(jump -> " through " + machine(jump)).orElse("");
  }

  /** Returns the names of all hosts that this inventory is limited to, whether usable or not. */
  public SortedSet<String> names() {
    return names(scope);
  }

  private SortedSet<String> names(BitSet numbers) {
    SortedSet<String> names = new TreeSet<>();
    numbers.stream().mapToObj(index.names()::get).forEach(names::add);
    return Collections.unmodifiableSortedSet(names);
  }

  /** Returns what a user may want to know of the sources and their variables. */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * Returns all hosts that this inventory is limited to, sorted by name.
   *
   * @throws FwctlException when a host's connection variables are wrong or unsupported, or when two
   *     hosts are the same machine
   */
  public List<Host> hosts() {
    return usable(scope);
  }

  /**
   * Returns the hosts that a pattern selects among those that this inventory is limited to.
   *
   * @param pattern an Ansible host pattern, such as {@code web:&prod:!db}
   * @param place where it stands, for messages
   * @return the hosts sorted by name; none when all that it selects lie outside of the limit
   * @throws FwctlException as {@link #match} and {@link #hosts} do
   */
  public List<Host> select(String pattern, Optional<Place> place) {
    BitSet selected = index.select(pattern, "host pattern", place);
    selected.and(scope);
    return usable(selected);
  }

  /**
   * Returns the names of the hosts that a pattern selects, usable or not, as {@link #select} does.
   *
   * @throws FwctlException when the pattern is malformed, when a term of it matches nothing in the
   *     whole inventory, or when it selects no host there
   */
  public SortedSet<String> match(String pattern, Optional<Place> place) {
    BitSet selected = index.select(pattern, "host pattern", place);
    selected.and(scope);
    return names(selected);
  }

  /**
   * Returns this inventory, limited to some of its hosts.
   *
   * @param limit a pattern of the hosts to keep, as {@code --limit} gives it; a term {@code @FILE}
   *     stands for the terms in a file, one a line
   * @param exclude a pattern of the hosts to take out, as {@code --exclude} gives it
   * @throws FwctlException as {@link #match} does, and when nothing is left
   */
  public Inventory limitedTo(Optional<String> limit, Optional<String> exclude) {
    BitSet limited = (BitSet) scope.clone();
    limit.ifPresent(
        pattern -> limited.and(index.select(expand(pattern), "--limit", Optional.empty())));
    exclude.ifPresent(
        pattern -> limited.andNot(index.select(expand(pattern), "--exclude", Optional.empty())));
    if (limited.isEmpty()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.UNKNOWN_NAME,
              "--limit and --exclude together leave no host",
              "keep at least one"));
    }
    return new Inventory(index, entries, sameMachine, warnings, texts, folder, limited);
  }

  /** Returns this inventory, limited to hosts of some names; it may have all of them or none. */
  public Inventory limitedTo(Set<String> names) {
    BitSet limited = new BitSet();
    scope.stream()
        .filter(number -> names.contains(index.names().get(number)))
        .forEach(limited::set);
    return new Inventory(index, entries, sameMachine, warnings, texts, folder, limited);
  }

  /** Returns this inventory without any limit. */
  public Inventory unlimited() {
    BitSet everything = new BitSet();
    everything.set(0, index.names().size());
    return new Inventory(index, entries, sameMachine, warnings, texts, folder, everything);
  }

  private String expand(String pattern) {
    if (pattern.indexOf('@') < 0) {
      return pattern;
    }
    List<String> terms = new ArrayList<>();
    for (String term : pattern.split(",", -1)) {
      if (term.strip().startsWith("@")) {
        Problems problems = new Problems();
        Optional<String> text = texts.read(folder.resolve(term.strip().substring(1)), problems);
        problems.throwIfAny();
        text.orElseThrow()
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .forEach(terms::add);
      } else {
        terms.add(term);
      }
    }
    return String.join(",", terms);
  }

  private List<Host> usable(BitSet numbers) {
    List<Host> hosts = new ArrayList<>(numbers.cardinality());
    SequencedMap<Problem, List<String>> found = new LinkedHashMap<>();
    Problems problems = new Problems();
    numbers.stream()
        .forEach(
            number -> {
              switch (entries.get(number)) {
                case Entry.Usable usable -> {
                  hosts.add(usable.host());
                  sameMachine(number, usable.host(), problems);
                }
                case Entry.Unusable unusable ->
                    unusable
                        .problems()
                        .forEach(
                            problem ->
                                found
                                    .computeIfAbsent(problem, _ -> new ArrayList<>())
                                    .add(index.names().get(number)));
              }
            });
    found.forEach((problem, affected) -> problems.add(named(problem, affected)));
    problems.throwIfAny();
    return List.copyOf(hosts);
  }

  private void sameMachine(int number, Host host, Problems problems) {
    List<Integer> numbers = sameMachine.get(number);
    if (numbers == null) {
      return;
    }
    List<String> others =
        numbers.stream()
            .filter(other -> other < number && scope.get(other))
            .map(index.names()::get)
            .toList();
    if (others.isEmpty()) {
      return;
    }
    ConnectionSettings connection = host.connection();
    String machine =
        connection.type().equals("local")
            ? "this machine"
            : connection.address() + " port " + connection.port();
    problems.add(
        connection.places().getOrDefault("ansible_host", host.place()),
        ErrorCode.CONFLICT,
        "hosts "
            + others.getFirst()
            + " and "
            + host.name()
            + " are the same machine, "
            + machine
            + ", and would be changed twice",
        "keep one of the names, or leave one out with --exclude");
  }

  private static Problem named(Problem problem, List<String> hosts) {
    String more = hosts.size() > 1 ? " and " + (hosts.size() - 1) + " more" : "";
    return new Problem(
        problem.code(),
        problem.message() + " (host " + hosts.getFirst() + more + ")",
        problem.place(),
        problem.hint());
  }
}
