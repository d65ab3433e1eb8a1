package dev.fwctl.core.facts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes facts of JSON that {@link FactsJson} wrote.
 *
 * <p>A key that a record has and the JSON does not is an error, one that only the JSON has is
 * passed over: minor versions add keys.
 */
final class FactsJsonReader {
  private FactsJsonReader() {}

  /** JSON that is not what it should be. */
  static final class Unexpected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unexpected(String message) {
      super(message);
    }

    Unexpected(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Reads a record.
   *
   * @throws Unexpected when the JSON is not of its form
   */
  static <T> T read(JsonNode node, Class<T> type) {
    return type.cast(value(node, type, type.getSimpleName()));
  }

  private static Object value(JsonNode node, Type type, String where) {
    if (type instanceof ParameterizedType generic) {
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (generic.getRawType() == Optional.class) {
        return node.isNull() ? Optional.empty() : Optional.of(value(node, last, where));
      }
      if (generic.getRawType() == List.class && node.isArray()) {
        List<Object> values = new ArrayList<>();
        node.forEach(element -> values.add(value(element, last, where)));
        return values;
      }
      if (generic.getRawType() == SortedMap.class && node.isObject()) {
        SortedMap<String, Object> values = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
          values.put(entry.getKey(), value(entry.getValue(), last, where));
        }
        return values;
      }
      throw unexpected(where);
    }
    if (type == boolean.class && node.isBoolean()) {
      return node.booleanValue();
    }
    if (type == int.class && node.canConvertToInt()) {
      return node.intValue();
    }
    if (type == AddressSet.class && node.isArray()) {
      List<IpPrefix> prefixes = new ArrayList<>();
      node.forEach(one -> prefixes.add((IpPrefix) value(one, IpPrefix.class, where)));
      return AddressSet.ofPrefixes(prefixes);
    }
    if (type == Ruleset.class) {
      return ruleset(node, where);
    }
    if (node.isTextual()) {
      return text(node.textValue(), (Class<?>) type).orElseThrow(() -> unexpected(where));
    }
    if (type instanceof Class<?> kind && kind.isRecord() && node.isObject()) {
      return record(node, kind, where);
    }
    throw unexpected(where);
  }

  private static Optional<?> text(String text, Class<?> type) {
    if (type == String.class) {
      return Optional.of(text);
    }
    if (type == IpAddress.class) {
      return IpAddress.parse(text);
    }
    if (type == IpPrefix.class) {
      return IpPrefix.parse(text);
    }
    if (type == InterfaceAddress.class) {
      int slash = text.indexOf('/');
      return slash < 0
          ? Optional.empty()
          : IpAddress.parse(text.substring(0, slash))
              .flatMap(
                  address ->
                      number(text.substring(slash + 1))
                          .map(length -> new InterfaceAddress(address, length)));
    }
    if (type == PortRange.class) {
      return range(text);
    }
    if (type == ProtocolPorts.class) {
      int slash = text.indexOf('/');
      return slash < 0
          ? Optional.empty()
          : TransportProtocol.parse(text.substring(slash + 1))
              .flatMap(
                  protocol ->
                      range(text.substring(0, slash))
                          .map(ports -> new ProtocolPorts(protocol, ports)));
    }
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants == null ? new Object[0] : constants) {
      if (((Enum<?>) constant).name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }

  private static Optional<PortRange> range(String text) {
    int dash = text.indexOf('-');
    Optional<Integer> first = number(dash < 0 ? text : text.substring(0, dash));
    Optional<Integer> last = number(text.substring(dash + 1));
    return first.isPresent() && last.isPresent() && first.get() <= last.get() && last.get() <= 65535
        ? Optional.of(new PortRange(first.get(), last.get()))
        : Optional.empty();
  }

  private static Optional<Integer> number(String text) {
    return text.matches("[0-9]{1,5}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }

  private static Object record(JsonNode node, Class<?> type, String where) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = FactsJson.snakeCase(components[i].getName());
      JsonNode value = node.path(key);
      if (value.isMissingNode()) {
        throw new Unexpected(where + " lacks '" + key + "'");
      }
      types[i] = components[i].getType();
      values[i] = value(value, components[i].getGenericType(), where + "." + key);
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new Unexpected(where + " makes no sense", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("can't make a " + type, e);
    }
  }

  /** Reads tables by way of the text that iptables-save prints. */
  private static Ruleset ruleset(JsonNode node, String where) {
    StringBuilder text = new StringBuilder();
    for (JsonNode table : node.path("tables")) {
      text.append('*').append(table.path("name").asText()).append('\n');
      for (JsonNode chain : table.path("chains")) {
        text.append(':').append(chain.path("name").asText()).append(' ');
        text.append(chain.path("policy").asText("-")).append('\n');
      }
      for (JsonNode chain : table.path("chains")) {
        for (JsonNode rule : chain.path("rules")) {
          text.append("-A ").append(chain.path("name").asText()).append(' ');
          text.append(rule.asText()).append('\n');
        }
      }
      text.append("COMMIT\n");
    }
    try {
      return new Ruleset(
          read(node.path("family"), Family.class),
          read(node.path("variant"), Variant.class),
          RulesetText.parse(text.toString()));
    } catch (FwctlException e) {
      throw new Unexpected(where + " are no rules of iptables", e);
    }
  }

  private static Unexpected unexpected(String where) {
    return new Unexpected(where + " is something else");
  }
}
