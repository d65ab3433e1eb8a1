package dev.fwctl.core.document;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Place;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A part of a YAML document that knows where it stands.
 *
 * <p>Aliases and merge keys are resolved: a node that an alias stands for is the anchored node
 * itself, with the place of the anchor. The tree that results has no cycles and stays within the
 * reader's {@link DocumentLimits} when it is walked.
 */
public sealed interface Node {
  /** Returns where the node begins. */
  Place place();

  /**
   * Returns the explicit tag of the node, such as {@code !vault}.
   *
   * <p>YAML's own tags for text, sequences and mappings say nothing and are left out; its other
   * tags have their long form, {@code tag:yaml.org,2002:int}.
   */
  Optional<String> tag();

  /**
   * Returns what this is, for a message: {@code text}, {@code a list}, {@code a mapping} or {@code
   * nothing}.
   */
  String kind();

  /**
   * Text. Nothing is guessed from how it looks: {@code 0644}, {@code 22:30} and {@code yes} are
   * what they say.
   *
   * @param text the text, with YAML's escapes and folding resolved
   * @param plain whether it was written without quotes, not as a block, and not tagged as text
   * @param tag see {@link Node#tag()}
   * @param place see {@link Node#place()}
   */
  record Scalar(String text, boolean plain, Optional<String> tag, Place place) implements Node {
    public Scalar {
      requireNonNull(text, "text is null");
      requireNonNull(tag, "tag is null");
      requireNonNull(place, "place is null");
    }

    /**
     * Tells whether YAML takes this for no value: nothing at all, {@code ~} or {@code null},
     * unquoted.
     */
    public boolean isNull() {
      return plain
          && tag.isEmpty()
          && switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
          };
    }

    @Override
    public String kind() {
      return isNull() ? "nothing" : "text";
    }
  }

  /**
   * A list.
   *
   * @param items its items in order
   * @param tag see {@link Node#tag()}
   * @param place see {@link Node#place()}
   */
  record Sequence(List<Node> items, Optional<String> tag, Place place) implements Node {
    public Sequence {
      items = List.copyOf(items);
      requireNonNull(tag, "tag is null");
      requireNonNull(place, "place is null");
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /**
   * Keys with values; merge keys are resolved and no longer to be seen.
   *
   * @param entries the entries by key: first those merged in, then its own, each in order
   * @param tag see {@link Node#tag()}
   * @param place see {@link Node#place()}
   */
  record Mapping(SequencedMap<String, Entry> entries, Optional<String> tag, Place place)
      implements Node {
    public Mapping {
      entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
      requireNonNull(tag, "tag is null");
      requireNonNull(place, "place is null");
    }

    /** Returns the entry of a key. */
    public Optional<Entry> entry(String key) {
      return Optional.ofNullable(entries.get(key));
    }

    /** Returns the value of a key. */
    public Optional<Node> get(String key) {
      return entry(key).map(Entry::value);
    }

    @Override
    public String kind() {
      return "a mapping";
    }
  }

  /**
   * One key of a mapping and its value.
   *
   * @param key the key, with its own place
   * @param value the value
   */
  record Entry(Scalar key, Node value) {
    public Entry {
      requireNonNull(key, "key is null");
      requireNonNull(value, "value is null");
    }
  }
}
