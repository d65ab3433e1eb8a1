package dev.fwctl.core.document;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/** Makes a tree of one document's parser events. */
final class Composer {
  private static final String MERGE_KEY = "<<";

  private final String file;
  private final DocumentLimits limits;
  private final Problems problems;
  private final Parser parser;
  private final Map<String, Node> anchors = new HashMap<>();

  /** Anchors of the collections that we are in; an alias to one of them would be a cycle. */
  private final Map<String, Place> open = new HashMap<>();

  /** What collections come to when aliases in them are followed; scalars are left out. */
  private final Map<Node, Extent> extents = new IdentityHashMap<>();

  private int merged;

  private record Extent(int nodes, int depth) {
    static final Extent SCALAR = new Extent(1, 1);
  }

  Composer(String file, String text, DocumentLimits limits, Problems problems) {
    this.file = file;
    this.limits = limits;
    this.problems = problems;
    LoaderOptions options = new LoaderOptions();
    // The text is known to be within its limit; SnakeYAML's own would refuse it without a place.
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.parser = new ParserImpl(new StreamReader(text), options);
  }

  Document document() {
    try {
      next();
      Optional<Node> root = Optional.empty();
      if (parser.checkEvent(Event.ID.DocumentStart)) {
        next();
        Node node = node(1);
        root =
            node instanceof Node.Scalar scalar && scalar.isNull()
                ? Optional.empty()
                : Optional.of(node);
        next();
      }
      if (next() instanceof DocumentStartEvent second) {
        throw stop(
            place(second.getStartMark()),
            "a second document begins here",
            "one file holds one document; put this one into a file of its own");
      }
      return new Document(file, root);
    } catch (MarkedYAMLException malformed) {
      throw new FwctlException(SyntaxProblems.explain(malformed, file), malformed);
    } catch (YAMLException malformed) {
      String message = "not well-formed YAML: " + malformed.getMessage();
      throw new FwctlException(
          Problem.at(new Place(file, 1, 1), ErrorCode.DOCUMENT_MALFORMED, message), malformed);
    }
  }

  private Event next() {
    return parser.getEvent();
  }

  private Node node(int depth) {
    Event event = next();
    Place place = place(event.getStartMark());
    if (depth > limits.depth()) {
      throw stop(place, "nested deeper than " + limits.depth() + " levels", "flatten the document");
    }
    if (event instanceof AliasEvent alias) {
      return resolve(alias.getAnchor(), place);
    }
    String anchor = anchor(event);
    if (event instanceof ScalarEvent scalar) {
      // A tag that says that it is text does so as quotes do.
      boolean plain = scalar.getScalarStyle() == ScalarStyle.PLAIN && !isText(scalar.getTag());
      Node node = new Node.Scalar(scalar.getValue(), plain, tag(scalar.getTag()), place);
      declare(anchor, node);
      return node;
    }
    Place shadowed = open.put(anchor, place);
    Node node =
        switch (event) {
          case SequenceStartEvent sequence -> sequence(sequence, place, depth);
          case MappingStartEvent mapping -> mapping(mapping, place, depth);
          default -> throw new IllegalStateException("unexpected YAML event: " + event);
        };
    if (shadowed == null) {
      open.remove(anchor);
    } else {
      open.put(anchor, shadowed);
    }
    declare(anchor, node);
    return node;
  }

  private static String anchor(Event event) {
    @Nullable String anchor = event instanceof NodeEvent node ? node.getAnchor() : null;
    return anchor == null ? "" : anchor;
  }

  private void declare(String anchor, Node node) {
    if (!anchor.isEmpty()) {
      anchors.put(anchor, node);
    }
  }

  private Node resolve(String anchor, Place place) {
    Place opened = open.get(anchor);
    if (opened != null) {
      throw stop(
          place,
          "alias '*" + anchor + "' stands inside what it stands for, which begins at " + opened,
          "remove the cycle");
    }
    Node node = anchors.get(anchor);
    if (node == null) {
      throw stop(
          place,
          "alias '*" + anchor + "' refers to an anchor that is not declared above",
          Suggestions.closest(anchor, anchors.keySet())
              .map(closest -> "did you mean '*" + closest + "'?")
              .orElse(
                  "declare '&" + anchor + "' first; a pattern that begins with '*' needs quotes"));
    }
    return node;
  }

  private Node sequence(SequenceStartEvent event, Place place, int depth) {
    List<Node> items = new ArrayList<>();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      items.add(node(depth + 1));
    }
    next();
    Node.Sequence sequence = new Node.Sequence(items, tag(event.getTag()), place);
    measure(sequence, items);
    return sequence;
  }

  private Node mapping(MappingStartEvent event, Place place, int depth) {
    SequencedMap<String, Node.Entry> own = new LinkedHashMap<>();
    SequencedMap<String, Node.Entry> inherited = new LinkedHashMap<>();
    Optional<Node.Scalar> merge = Optional.empty();
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Node keyNode = node(depth + 1);
      Node value = node(depth + 1);
      if (!(keyNode instanceof Node.Scalar key)) {
        problems.add(
            keyNode.place(),
            ErrorCode.DOCUMENT_MALFORMED,
            "a key must be text, not " + keyNode.kind(),
            "quote a text that begins with '[' or '{'");
        continue;
      }
      if (key.plain() && key.text().equals(MERGE_KEY)) {
        if (merge.isPresent()) {
          duplicate(key, merge.get());
        } else {
          merge = Optional.of(key);
          merge(value, inherited);
        }
        continue;
      }
      Node.Entry earlier = own.putIfAbsent(key.text(), new Node.Entry(key, value));
      if (earlier != null) {
        duplicate(key, earlier.key());
      }
    }
    next();
    SequencedMap<String, Node.Entry> entries = own;
    if (!inherited.isEmpty()) {
      entries = inherited;
      entries.putAll(own);
    }
    Node.Mapping mapping = new Node.Mapping(entries, tag(event.getTag()), place);
    measure(mapping, entries.values().stream().map(Node.Entry::value).toList());
    return mapping;
  }

  private void duplicate(Node.Scalar key, Node.Scalar earlier) {
    problems.add(
        key.place(),
        ErrorCode.DOCUMENT_MALFORMED,
        "key '" + key.text() + "' is given twice; the first is at " + earlier.place(),
        key.text().equals(MERGE_KEY)
            ? "merge several with a list: <<: [*one, *two]"
            : "remove one");
  }

  /**
   * Takes over the entries of one mapping or of several, of which the earlier win. Source:
   * yaml.org/type/merge.
   */
  private void merge(Node value, SequencedMap<String, Node.Entry> inherited) {
    List<Node> from = value instanceof Node.Sequence list ? list.items() : List.of(value);
    for (Node node : from) {
      if (node instanceof Node.Mapping mapping) {
        merged += mapping.entries().size();
        if (merged > limits.nodes()) {
          throw tooMany(node.place());
        }
        mapping.entries().forEach(inherited::putIfAbsent);
      } else {
        problems.add(
            node.place(),
            ErrorCode.DOCUMENT_MALFORMED,
            "a merge key takes a mapping or a list of mappings, not " + node.kind(),
            "write '<<: *anchor', where the anchor is on a mapping");
      }
    }
  }

  private void measure(Node collection, List<Node> children) {
    long nodes = 1;
    int depth = 0;
    for (Node child : children) {
      Extent extent = extents.getOrDefault(child, Extent.SCALAR);
      nodes += extent.nodes();
      depth = Math.max(depth, extent.depth());
    }
    if (nodes > limits.nodes()) {
      throw tooMany(collection.place());
    }
    if (depth >= limits.depth()) {
      throw stop(
          collection.place(),
          "nested deeper than " + limits.depth() + " levels by its aliases",
          "flatten the document");
    }
    extents.put(collection, new Extent((int) nodes, depth + 1));
  }

  private FwctlException tooMany(Place place) {
    return stop(
        place,
        "holds more than " + limits.nodes() + " values once its aliases are followed",
        "repeat less by aliases, or split the document");
  }

  private static boolean isText(@Nullable String tag) {
    return tag != null && (tag.equals("!") || tag.equals("tag:yaml.org,2002:str"));
  }

  private static Optional<String> tag(@Nullable String tag) {
    return tag == null
        ? Optional.empty()
        : switch (tag) {
          case "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map" ->
              Optional.empty();
          default -> Optional.of(tag);
        };
  }

  private Place place(Mark mark) {
    return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
  }

  private static FwctlException stop(Place place, String message, String hint) {
    return new FwctlException(Problem.at(place, ErrorCode.DOCUMENT_MALFORMED, message, hint));
  }
}
