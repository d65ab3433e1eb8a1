package dev.fwctl.core.facts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.Secret;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes JSON of facts, whoever brought them; {@link FactsJsonReader} reads it.
 *
 * <p>A record becomes an object with its components in snake case; one of several kinds has its
 * kind as {@code type}. Addresses, prefixes and ports are texts as people write them, a rule is the
 * text that iptables has for it, an empty {@code Optional} is null.
 */
public final class FactsJson {
  /** Records that are one value to a person. */
  private static final Set<Class<?>> VALUES =
      Set.of(
          AddressRange.class,
          InterfaceAddress.class,
          IpAddress.class,
          IpPrefix.class,
          PortRange.class,
          ProtocolPorts.class,
          Secret.class);

  private final JsonNodeFactory nodes = JsonNodeFactory.instance;

  /** Returns an object with the facts of a host by the names of their gatherers. */
  public ObjectNode facts(HostFacts facts) {
    ObjectNode object = nodes.objectNode();
    facts.facts().forEach((name, fact) -> object.set(name, value(fact)));
    return object;
  }

  /** Returns any value of a fact; what is neither known nor a record becomes its text. */
  public JsonNode value(@Nullable Object value) {
    return switch (value) {
      case null -> nodes.nullNode();
      case Boolean flag -> nodes.booleanNode(flag);
      case Integer number -> nodes.numberNode(number);
      case Long number -> nodes.numberNode(number);
      case Double number -> nodes.numberNode(number);
      case Optional<?> optional -> value(optional.orElse(null));
      case Enum<?> constant -> nodes.textNode(constant.name().toLowerCase(Locale.ROOT));
      case AddressSet set -> array(set.prefixes());
      case Ruleset ruleset -> ruleset(ruleset);
      case Map<?, ?> map -> object(map);
      case Collection<?> collection -> array(collection);
      case Record entry when !VALUES.contains(entry.getClass()) -> object(entry);
      default -> nodes.textNode(value.toString());
    };
  }

  private ArrayNode array(Collection<?> values) {
    ArrayNode array = nodes.arrayNode(values.size());
    values.forEach(value -> array.add(value(value)));
    return array;
  }

  private ObjectNode object(Map<?, ?> map) {
    ObjectNode object = nodes.objectNode();
    map.forEach((key, value) -> object.set(String.valueOf(key), value(value)));
    return object;
  }

  private ObjectNode object(Record entry) {
    ObjectNode object = nodes.objectNode();
    for (Class<?> parent : entry.getClass().getInterfaces()) {
      if (parent.isSealed()) {
        object.put("type", snakeCase(entry.getClass().getSimpleName()));
      }
    }
    for (RecordComponent component : entry.getClass().getRecordComponents()) {
      object.set(snakeCase(component.getName()), value(read(entry, component)));
    }
    return object;
  }

  private static @Nullable Object read(Record entry, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      // A plugin's record may be private to it.
      accessor.setAccessible(true);
      return accessor.invoke(entry);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("can't read " + component, e);
    }
  }

  private ObjectNode ruleset(Ruleset ruleset) {
    ObjectNode object = nodes.objectNode();
    object.set("family", value(ruleset.family()));
    object.set("variant", value(ruleset.variant()));
    ArrayNode tables = object.putArray("tables");
    for (Table table : ruleset.tables()) {
      ObjectNode shown = tables.addObject().put("name", table.name());
      ArrayNode chains = shown.putArray("chains");
      table
          .chains()
          .forEach(
              chain -> {
                ObjectNode one = chains.addObject().put("name", chain.name());
                one.set("policy", value(chain.policy()));
                ArrayNode rules = one.putArray("rules");
                chain.rules().forEach(rule -> rules.add(RulesetText.rule(ruleset.family(), rule)));
              });
    }
    return object;
  }

  /** Returns a name as keys are written. */
  static String snakeCase(String name) {
    StringBuilder text = new StringBuilder();
    name.chars()
        .forEach(
            character -> {
              if (Character.isUpperCase(character) && !text.isEmpty()) {
                text.append('_');
              }
              text.append((char) Character.toLowerCase(character));
            });
    return text.toString();
  }
}
