package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.PolicyRepository.Source;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.AddressSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The named sets of addresses of a repository, and what a rule's far end means by them. */
final class Sources {
  private static final String ANY = "any";

  /** Words that have a meaning where a source could be named. */
  private static final Set<String> RESERVED = Set.of(ANY, "host", "published", "direct");

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");

  private static final String LIST_HINT = "list addresses, as in [192.0.2.0/24, \"2001:db8::/32\"]";

  private final Map<String, AddressSource> addressSources;
  private final Problems problems;
  private final boolean allDocumentsRead;
  private final Shapes shapes;
  private final Addresses addresses;
  private final Map<String, Place> places = new HashMap<>();
  private final SortedMap<String, Source> declared = new TreeMap<>();

  /** Far ends that were met before; rules by the thousand share a few. */
  private final Map<List<String>, Peers> known = new HashMap<>();

  /**
   * Creates a set without sources.
   *
   * @param allDocumentsRead whether a source that is not declared is really unknown, and not in a
   *     document that could not be read
   */
  Sources(Map<String, AddressSource> addressSources, Problems problems, boolean allDocumentsRead) {
    this.addressSources = addressSources;
    this.problems = problems;
    this.allDocumentsRead = allDocumentsRead;
    this.shapes = new Shapes(problems);
    this.addresses = new Addresses(problems);
  }

  /** Returns the sources without a problem, by name. */
  SortedMap<String, Source> declared() {
    return declared;
  }

  /**
   * Takes in the sources of one document.
   *
   * @param folder the document's folder
   */
  void declare(Node node, Path folder) {
    shapes
        .mapping(node, "'sources'", "write 'NAME: [ADDRESS, …]' for each")
        .ifPresent(mapping -> mapping.entries().values().forEach(entry -> declare(entry, folder)));
  }

  private void declare(Node.Entry entry, Path folder) {
    String name = entry.key().text();
    Place place = entry.key().place();
    if (RESERVED.contains(name)) {
      shapes.invalid(
          place,
          "'" + name + "' has a meaning of its own and can't name a source",
          "choose another name");
    } else if (!NAME.matcher(name).matches()) {
      shapes.invalid(
          place,
          "'" + name + "' can't name a source",
          "a name begins with a letter and has letters, digits, '-', '_' and '.', at most 64");
    }
    Place first = places.putIfAbsent(name, place);
    if (first != null) {
      problems.add(
          place,
          ErrorCode.CONFLICT,
          "source '" + name + "' is declared twice; the first is at " + first,
          "rename one, or make them one");
      return;
    }
    int before = problems.met();
    AddressSet found =
        entry.value() instanceof Node.Mapping mapping
            ? fromElsewhere(mapping, folder)
            : fromList(entry.value(), "source '" + name + "'");
    if (problems.met() == before) {
      declared.put(name, new Source(name, found, place));
    }
  }

  private AddressSet fromList(Node node, String what) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (Node item : shapes.items(node, what, LIST_HINT)) {
      Optional<String> text = shapes.text(item, "an address", LIST_HINT);
      if (text.isPresent() && !Addresses.looksLikeAddress(text.get())) {
        shapes.invalid(
            item.place(),
            "'" + text.get() + "' is not an IP address or prefix",
            "a source lists addresses; names are neither looked up nor nested");
      } else {
        text.flatMap(address -> addresses.parse(address, item.place())).ifPresent(prefixes::add);
      }
    }
    return AddressSet.ofPrefixes(prefixes);
  }

  private AddressSet fromElsewhere(Node.Mapping node, Path folder) {
    Optional<Node.Mapping> mapping =
        shapes.mapping(node, "a source", "write {file: NAME}, or " + LIST_HINT);
    if (mapping.isEmpty()) {
      return AddressSet.none();
    }
    shapes.refuseUnknownKeys(node, addressSources.keySet());
    if (node.entries().size() > 1) {
      shapes.invalid(
          node.place(),
          "a source has one key, not " + node.entries().size(),
          "declare a source for each");
      return AddressSet.none();
    }
    Node.Entry entry = node.entries().firstEntry().getValue();
    AddressSource source = addressSources.get(entry.key().text());
    Optional<String> value =
        shapes.text(entry.value(), "'" + entry.key().text() + "'", "write {file: NAME}");
    if (source == null || value.isEmpty()) {
      return AddressSet.none();
    }
    try {
      AddressSet found = source.read(value.get(), entry.value().place(), folder);
      if (found.isEmpty()) {
        shapes.invalid(
            entry.value().place(),
            "'" + value.get() + "' lists no address",
            "list at least one, or remove the source");
      }
      return found;
    } catch (FwctlException unreadable) {
      problems.addAll(unreadable.problems());
      return AddressSet.none();
    }
  }

  /** Returns the far end of a rule: names of sources, addresses, prefixes and {@code any}. */
  Optional<Peers> peers(Node node, String what) {
    String hint = "name sources or addresses, or write 'any'";
    int before = problems.met();
    List<String> names = new ArrayList<>();
    List<Place> namePlaces = new ArrayList<>();
    for (Node item : shapes.items(node, what, hint)) {
      shapes
          .text(item, what, hint)
          .ifPresent(
              name -> {
                names.add(name);
                namePlaces.add(item.place());
              });
    }
    if (problems.met() > before) {
      return Optional.empty();
    }
    Peers met = known.get(names);
    if (met != null) {
      return Optional.of(met);
    }
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      meaning(names.get(i), namePlaces.get(i), what)
          .ifPresent(meant -> ranges.addAll(meant.ranges()));
    }
    if (problems.met() > before || ranges.isEmpty()) {
      return Optional.empty();
    }
    Peers peers = new Peers(names, AddressSet.ofRanges(ranges));
    known.put(names, peers);
    return Optional.of(peers);
  }

  private Optional<AddressSet> meaning(String name, Place place, String what) {
    if (name.equals(ANY)) {
      return Optional.of(AddressSet.any());
    }
    Source source = declared.get(name);
    if (source != null) {
      return Optional.of(source.addresses());
    }
    if (places.containsKey(name)) {
      // Declared with a problem of its own, which is enough.
      return Optional.empty();
    }
    if (Addresses.looksLikeAddress(name)) {
      return addresses.parse(name, place).map(AddressSet::of);
    }
    if (RESERVED.contains(name)) {
      shapes.invalid(
          place,
          "'" + name + "' can't stand in " + what + " here, which is the far end",
          "name sources or addresses, or write 'any'");
    } else if (allDocumentsRead) {
      unknown(name, place);
    }
    return Optional.empty();
  }

  private void unknown(String name, Place place) {
    List<String> candidates = new ArrayList<>(places.keySet());
    candidates.add(ANY);
    Optional<String> closest = Suggestions.closest(name, candidates);
    if (closest.isEmpty() && name.indexOf('.') > 0) {
      problems.add(
          Problem.at(
              place,
              ErrorCode.UNKNOWN_NAME,
              "unknown source '" + name + "'",
              "host names are not looked up; write the address"));
    } else {
      shapes.suggest(
          place,
          ErrorCode.UNKNOWN_NAME,
          "unknown source '" + name + "'",
          name,
          candidates,
          "known names");
    }
  }
}
