package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Holds nodes to the shape that is expected of them; every departure becomes a problem, and nothing
 * is returned.
 */
final class Shapes {
  private final Problems problems;

  Shapes(Problems problems) {
    this.problems = problems;
  }

  /**
   * Returns a node as a mapping.
   *
   * @param what what the node is, to begin a message with
   * @param hint what to write
   */
  Optional<Node.Mapping> mapping(Node node, String what, String hint) {
    if (isTagged(node)) {
      return Optional.empty();
    }
    if (node instanceof Node.Mapping mapping) {
      if (!mapping.entries().isEmpty()) {
        return Optional.of(mapping);
      }
      invalid(node.place(), what + " is empty", hint);
    } else {
      invalid(node.place(), what + " must be a mapping, not " + node.kind(), hint);
    }
    return Optional.empty();
  }

  /** Returns a node's text, which is not empty and holds no control character. */
  Optional<String> text(Node node, String what, String hint) {
    if (isTagged(node)) {
      return Optional.empty();
    }
    if (!(node instanceof Node.Scalar scalar) || scalar.isNull()) {
      invalid(
          node.place(),
          what + " must be text, not " + node.kind(),
          quoteAddress(node).orElse(hint));
      return Optional.empty();
    }
    if (scalar.text().isEmpty()) {
      invalid(node.place(), what + " is empty", hint);
      return Optional.empty();
    }
    if (holdsControlCharacter(scalar.text())) {
      invalid(node.place(), what + " holds a control character", "remove it");
      return Optional.empty();
    }
    return Optional.of(scalar.text());
  }

  private static boolean holdsControlCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Tells which text an address became a mapping of, because nobody quoted the colon at its end.
   */
  private static Optional<String> quoteAddress(Node node) {
    if (node instanceof Node.Mapping mapping && mapping.entries().size() == 1) {
      Node.Entry entry = mapping.entries().firstEntry().getValue();
      if (entry.key().text().endsWith(":")
          && entry.value() instanceof Node.Scalar value
          && value.isNull()) {
        return Optional.of("quote the address: \"" + entry.key().text() + ":\"");
      }
    }
    return Optional.empty();
  }

  /** Returns the items of a list, or the node itself as the one item; a list is not empty. */
  List<Node> items(Node node, String what, String hint) {
    if (isTagged(node)) {
      return List.of();
    }
    if (!(node instanceof Node.Sequence sequence)) {
      return List.of(node);
    }
    if (sequence.items().isEmpty()) {
      invalid(node.place(), what + " is an empty list", hint);
    }
    return sequence.items();
  }

  /** Refuses a tag: nothing in a policy document has one. */
  private boolean isTagged(Node node) {
    node.tag()
        .ifPresent(
            tag ->
                problems.add(
                    node.place(),
                    ErrorCode.UNSUPPORTED,
                    "'" + tag + "' is a YAML tag, and none is supported here",
                    "quote a text that begins with '!'"));
    return node.tag().isPresent();
  }

  void refuseUnknownKeys(Node.Mapping mapping, Collection<String> known) {
    refuseUnknownKeys(mapping, known, List.of(), "");
  }

  /**
   * Refuses keys that a mapping does not have.
   *
   * @param elsewhere keys that somebody may have put here by mistake
   * @param hint where those belong
   */
  void refuseUnknownKeys(
      Node.Mapping mapping, Collection<String> known, Collection<String> elsewhere, String hint) {
    SequencedMap<String, Node.Entry> entries = mapping.entries();
    for (Node.Entry entry : entries.values()) {
      if (elsewhere.contains(entry.key().text())) {
        invalid(entry.key().place(), "'" + entry.key().text() + "' is in the wrong place", hint);
      } else if (!known.contains(entry.key().text())) {
        suggest(
            entry.key().place(),
            ErrorCode.DOCUMENT_INVALID,
            "unknown key '" + entry.key().text() + "'",
            entry.key().text(),
            known,
            "known keys");
      }
    }
  }

  /**
   * Tells whether a key is missing. One that is only misspelt is not: that it is unknown is said
   * already, with the hint.
   */
  static boolean isMissing(Node.Mapping mapping, String key, Collection<String> known) {
    return mapping.get(key).isEmpty()
        && mapping.entries().values().stream()
            .map(entry -> entry.key().text())
            .filter(name -> !known.contains(name))
            .noneMatch(name -> Suggestions.closest(name, known).equals(Optional.of(key)));
  }

  /** Adds a problem whose hint names the closest of the names there are, or else all of them. */
  void suggest(
      Place place,
      ErrorCode code,
      String message,
      String name,
      Collection<String> candidates,
      String kind) {
    problems.add(
        new Problem(code, message, Optional.of(place), Suggestions.hint(name, candidates, kind)));
  }

  void invalid(Place place, String message, String hint) {
    problems.add(place, ErrorCode.DOCUMENT_INVALID, message, hint);
  }
}
