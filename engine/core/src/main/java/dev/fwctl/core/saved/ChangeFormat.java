package dev.fwctl.core.saved;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.facts.ReceiptFormat;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.List;

/** Changes and drifts as JSON; scripts, rules and receipts in it are artifacts of their own. */
final class ChangeFormat {
  private final Artifacts artifacts;
  private final ReceiptFormat receipts = new ReceiptFormat();

  ChangeFormat(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  String write(Change change) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    Change.Wording wording = change.wording();
    root.put("script", artifacts.put(wording.script()));
    root.put("back", artifacts.put(wording.back()));
    root.put("before", artifacts.put(change.before(), RulesFormat::write));
    root.put("wanted", artifacts.put(change.wanted(), RulesFormat::write));
    ArrayNode reach = root.putArray("reach");
    for (ReachChange one : change.reach()) {
      ObjectNode node = reach.addObject();
      node.put("direction", Fields.word(one.direction()));
      node.put("endpoint", one.endpoint());
      write(one.opened(), node.putArray("opened"));
      write(one.closed(), node.putArray("closed"));
      node.put("certain", one.certain());
    }
    write(wording.rules(), root.putArray("rules"));
    ArrayNode receipt = root.putArray("receipt");
    wording.receipt().forEach(receipt::add);
    return root.toString();
  }

  private static void write(AddressSet set, ArrayNode array) {
    set.prefixes().forEach(prefix -> array.add(prefix.toString()));
  }

  private static void write(List<RuleChange> rules, ArrayNode array) {
    for (RuleChange rule : rules) {
      ObjectNode node = array.addObject();
      node.put("action", Fields.word(rule.kind()));
      write(rule.line(), node.putObject("rule"));
      rule.before().ifPresent(before -> write(before, node.putObject("before")));
    }
  }

  private static void write(RuleLine line, ObjectNode node) {
    node.put("chain", line.chain()).put("text", line.text()).put("note", line.note());
  }

  /**
   * Reads a change.
   *
   * @throws Unexpected when the text is not one
   */
  Change read(String text) {
    return Fields.read(
        text,
        root -> {
          String script = root.text("script");
          return new Change(
              script,
              rules(root.text("before")),
              rules(root.text("wanted")),
              root.objects("reach", ChangeFormat::reach),
              new Change.Written(
                  artifacts.text(script),
                  artifacts.text(root.text("back")),
                  root.objects("rules", ChangeFormat::rule),
                  root.texts("receipt")));
        });
  }

  private OwnedRules rules(String digest) {
    return artifacts.value(digest, OwnedRules.class, RulesFormat::read);
  }

  private static ReachChange reach(Fields fields) {
    return new ReachChange(
        fields.word("direction", ReachChange.Direction.class),
        fields.text("endpoint"),
        RulesFormat.addresses(fields.texts("opened")),
        RulesFormat.addresses(fields.texts("closed")),
        fields.flag("certain"));
  }

  private static RuleChange rule(Fields fields) {
    return new RuleChange(
        fields.word("action", RuleChange.Kind.class),
        fields.object("rule", ChangeFormat::line),
        fields.optional("before", key -> fields.object(key, ChangeFormat::line)));
  }

  private static RuleLine line(Fields fields) {
    return new RuleLine(fields.text("chain"), fields.text("text"), fields.text("note"));
  }

  String write(Drift drift) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    drift.receipt().ifPresent(it -> root.put("receipt", artifacts.put(it, receipts::write)));
    write(drift.changes(), root.putArray("rules"));
    root.put("lasts", drift.lasts());
    return root.toString();
  }

  /**
   * Reads a drift.
   *
   * @throws Unexpected when the text is not one
   */
  Drift readDrift(String text) {
    return Fields.read(
        text,
        root ->
            new Drift(
                root.optional("receipt", root::text).map(artifacts::text).map(receipts::read),
                root.objects("rules", ChangeFormat::rule),
                root.flag("lasts")));
  }
}
