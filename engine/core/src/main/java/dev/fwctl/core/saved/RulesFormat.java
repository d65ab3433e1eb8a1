package dev.fwctl.core.saved;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What fwctl owns on a host, as JSON around the text that iptables-save has for it.
 *
 * <p>That text has the chains of others that lead into ours, with these rules alone; beside it
 * stands which chains are ours and at which positions the others' rules are.
 */
final class RulesFormat {
  private RulesFormat() {}

  static String write(OwnedRules rules) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ArrayNode tables = root.putArray("tables");
    for (OwnedTable table : rules.tables()) {
      ObjectNode node = tables.addObject();
      node.put("family", Fields.word(table.family()));
      node.put("variant", Fields.word(table.variant()));
      ArrayNode chains = node.putArray("chains");
      table.chains().forEach(chain -> chains.add(chain.name()));
      ArrayNode hooks = node.putArray("hooks");
      table
          .hooks()
          .forEach(
              hook ->
                  hooks.addObject().put("chain", hook.chain()).put("position", hook.position()));
      node.put("rules", RulesetText.render(table.family(), List.of(whole(table))));
    }
    ArrayNode sets = root.putArray("sets");
    for (NamedSet set : rules.sets()) {
      ObjectNode node = sets.addObject();
      node.put("name", set.name());
      node.put("family", Fields.word(set.family()));
      ArrayNode members = node.putArray("members");
      set.members().prefixes().forEach(prefix -> members.add(prefix.toString()));
    }
    return root.toString();
  }

  /** Returns a table with every chain that its rules speak of: a jump is only one to a chain. */
  private static Table whole(OwnedTable owned) {
    Map<String, List<Rule>> chains = new LinkedHashMap<>();
    owned.chains().forEach(chain -> chains.put(chain.name(), chain.rules()));
    for (Hook hook : owned.hooks()) {
      chains.computeIfAbsent(hook.chain(), unseen -> new ArrayList<>()).add(hook.rule());
    }
    Stream.concat(
            owned.chains().stream().flatMap(chain -> chain.rules().stream()),
            owned.hooks().stream().map(Hook::rule))
        .flatMap(rule -> rule.target().stream())
        .forEach(
            target -> {
              if (target instanceof Target.Jump jump) {
                chains.computeIfAbsent(jump.chain(), unseen -> List.of());
              } else if (target instanceof Target.Goto jump) {
                chains.computeIfAbsent(jump.chain(), unseen -> List.of());
              }
            });
    return new Table(
        owned.name(),
        chains.entrySet().stream()
            .map(chain -> new Chain(chain.getKey(), Optional.empty(), chain.getValue()))
            .toList());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws Unexpected when the text is not of that form
   */
  static OwnedRules read(String text) {
    return Fields.read(
        text,
        root ->
            new OwnedRules(
                root.objects("tables", RulesFormat::table),
                root.objects("sets", RulesFormat::set)));
  }

  /** A rule of others' chains: which chain, and where in it. */
  private record Position(String chain, int position) {}

  private static OwnedTable table(Fields fields) {
    Family family = fields.word("family", Family.class);
    Variant variant = fields.word("variant", Variant.class);
    List<String> own = fields.texts("chains");
    List<Position> positions =
        fields.objects("hooks", hook -> new Position(hook.text("chain"), hook.number("position")));
    List<Table> tables = RulesetText.parse(fields.text("rules"));
    if (tables.size() != 1) {
      throw new Unexpected("rules of one table are expected");
    }
    Table table = tables.getFirst();
    List<Chain> chains = own.stream().map(name -> chain(table, name)).toList();
    Map<String, Integer> next = new LinkedHashMap<>();
    List<Hook> hooks = new ArrayList<>();
    for (Position position : positions) {
      List<Rule> rules = chain(table, position.chain()).rules();
      int index = next.merge(position.chain(), 1, Integer::sum) - 1;
      if (index >= rules.size()) {
        throw new Unexpected("a rule that leads into fwctl's chains is missing");
      }
      hooks.add(new Hook(position.chain(), position.position(), rules.get(index)));
    }
    return new OwnedTable(family, variant, table.name(), chains, hooks);
  }

  private static Chain chain(Table table, String name) {
    return table.chain(name).orElseThrow(() -> new Unexpected("no chain " + name));
  }

  private static NamedSet set(Fields fields) {
    return new NamedSet(
        fields.text("name"),
        fields.word("family", Family.class),
        addresses(fields.texts("members")));
  }

  static AddressSet addresses(List<String> prefixes) {
    return AddressSet.ofPrefixes(prefixes.stream().map(IpPrefix::of).toList());
  }
}
