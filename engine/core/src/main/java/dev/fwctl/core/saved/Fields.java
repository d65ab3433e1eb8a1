package dev.fwctl.core.saved;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads a JSON object of which every key must be known: what a plan says and we don't understand
 * could be what matters.
 */
final class Fields {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode node;
  private final Set<String> taken = new HashSet<>();

  /** A part of a plan that is not what it should be; who reads the file says which file. */
  static final class Unexpected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unexpected(String message) {
      super(message);
    }
  }

  private Fields(JsonNode node) {
    this.node = node;
  }

  /**
   * Reads an object, all of whose keys the reader must take.
   *
   * @throws Unexpected when the text is not such an object
   */
  static <T> T read(String text, Function<Fields, T> reader) {
    try {
      return all(JSON.readTree(text), reader);
    } catch (JsonProcessingException e) {
      throw new Unexpected("it is not JSON");
    }
  }

  private static <T> T all(JsonNode node, Function<Fields, T> reader) {
    if (!node.isObject()) {
      throw new Unexpected("an object is expected where there is none");
    }
    Fields fields = new Fields(node);
    T value = reader.apply(fields);
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!fields.taken.contains(key)) {
                throw new Unexpected("it has the key '" + key + "', which this format has not");
              }
            });
    return value;
  }

  private JsonNode take(String key) {
    taken.add(key);
    JsonNode value = node.get(key);
    if (value == null) {
      throw new Unexpected("'" + key + "' is missing");
    }
    return value;
  }

  private static Unexpected wrong(String key) {
    return new Unexpected("'" + key + "' is not what it should be");
  }

  String text(String key) {
    JsonNode value = take(key);
    if (!value.isTextual()) {
      throw wrong(key);
    }
    return value.textValue();
  }

  int number(String key) {
    JsonNode value = take(key);
    if (!value.isInt()) {
      throw wrong(key);
    }
    return value.intValue();
  }

  boolean flag(String key) {
    JsonNode value = take(key);
    if (!value.isBoolean()) {
      throw wrong(key);
    }
    return value.booleanValue();
  }

  <E extends Enum<E>> E word(String key, Class<E> type) {
    String word = text(key);
    for (E constant : type.getEnumConstants()) {
      if (word(constant).equals(word)) {
        return constant;
      }
    }
    throw wrong(key);
  }

  /** Returns the word by which a constant is written. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode value : list(key)) {
      if (!value.isTextual()) {
        throw wrong(key);
      }
      texts.add(value.textValue());
    }
    return texts;
  }

  <T> T object(String key, Function<Fields, T> reader) {
    return all(take(key), reader);
  }

  <T> List<T> objects(String key, Function<Fields, T> reader) {
    List<T> values = new ArrayList<>();
    list(key).forEach(value -> values.add(all(value, reader)));
    return values;
  }

  private JsonNode list(String key) {
    JsonNode value = take(key);
    if (!value.isArray()) {
      throw wrong(key);
    }
    return value;
  }

  /** Returns what a reader makes of a key, or nothing when the object does not have it. */
  <T> Optional<T> optional(String key, Function<String, T> reader) {
    return node.has(key) ? Optional.of(reader.apply(key)) : Optional.empty();
  }
}
