package dev.fwctl.core.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;

/** Says which rule it is, where it stands and whose it is. */
final class StepWords {
  private StepWords() {}

  /** Returns whose it is, for ours by which line of the policy; empty if nothing tells. */
  static String whose(Step step) {
    return PolicyLine.of(step)
        .map(PolicyLine::toString)
        .or(() -> RuleOwner.of(step).map(owner -> owner + "'s"))
        .orElse("");
  }

  /** Writes a rule and where it stands into an object, which is returned. */
  static ObjectNode write(Step step, Family family, ObjectNode node) {
    node.put("table", step.table());
    node.put("chain", step.chain());
    node.put("position", step.position());
    node.put("rule", RulesetText.rule(family, step.rule()));
    RuleOwner.of(step).ifPresent(owner -> node.put("owner", owner.toString()));
    PolicyLine.of(step)
        .ifPresent(
            line ->
                node.putObject("policy")
                    .put("name", line.policy())
                    .put("file", line.file())
                    .put("line", line.line()));
    return node;
  }
}
