package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.Sha256;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Texts by their sha256, each once, however many hosts and changes refer to it. */
final class Artifacts {
  private final SortedMap<String, String> texts;

  /** By identity, which is quick; equal values that are not one have the same text in the end. */
  private final Map<Object, String> written = new IdentityHashMap<>();

  private final Map<String, Object> read = new HashMap<>();
  private final Set<String> used = new HashSet<>();

  Artifacts() {
    this.texts = new TreeMap<>();
  }

  Artifacts(SortedMap<String, String> texts) {
    this.texts = Collections.unmodifiableSortedMap(texts);
  }

  SortedMap<String, String> texts() {
    return texts;
  }

  /** Puts a text in and returns its sha256. */
  String put(String text) {
    String digest = Sha256.hex(text);
    texts.put(digest, text);
    return digest;
  }

  /** Puts a value in, written once, and returns the sha256 of its text. */
  <T> String put(T value, Function<T, String> writer) {
    String known = written.get(value);
    if (known == null) {
      known = put(writer.apply(value));
      written.put(value, known);
    }
    return known;
  }

  /**
   * Returns a text.
   *
   * @throws Unexpected when there is none
   */
  String text(String digest) {
    String text = texts.get(digest);
    if (text == null) {
      throw new Unexpected("the artifact " + digest + " is missing");
    }
    used.add(digest);
    return text;
  }

  /** Returns what a text means, read once. */
  <T> T value(String digest, Class<T> type, Function<String, T> reader) {
    Object known = read.get(digest);
    if (known == null) {
      known = requireNonNull(reader.apply(text(digest)), "a reader returned null");
      read.put(digest, known);
    }
    if (!type.isInstance(known)) {
      throw new Unexpected("the artifact " + digest + " is of another kind");
    }
    return type.cast(known);
  }

  /**
   * Checks that everything was referred to.
   *
   * @throws Unexpected when something was not
   */
  void requireAllUsed() {
    if (used.size() != texts.size()) {
      throw new Unexpected("it holds an artifact that no host refers to");
    }
  }
}
