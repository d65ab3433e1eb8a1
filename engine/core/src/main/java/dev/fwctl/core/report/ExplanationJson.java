package dev.fwctl.core.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Packet;
import dev.fwctl.core.explain.Explanation;
import dev.fwctl.core.explain.Explanation.Way;
import dev.fwctl.model.Family;
import java.util.Locale;

/**
 * Makes JSON of what becomes of a packet: how it ends, or {@code depends}, and its ways.
 *
 * <p>Each way holds what it supposes of rules that are not understood, and its stages in order: a
 * {@code hook} with the rules that applied, a {@code destination_nat} or a {@code route}.
 */
final class ExplanationJson {
  private final Explanation explanation;
  private final Family family;

  ExplanationJson(Explanation explanation) {
    this.explanation = explanation;
    this.family = explanation.packet().family();
  }

  void writeTo(ObjectNode node) {
    node.put("host", explanation.host());
    write(explanation.packet(), node.putObject("packet"));
    node.put("ending", explanation.ending().map(ExplanationJson::label).orElse("depends"));
    explanation.remarks().forEach(node.putArray("remarks")::add);
    explanation.unseen().forEach(node.putArray("not_looked_at")::add);
    ArrayNode ways = node.putArray("ways");
    explanation.ways().forEach(way -> write(way, ways.addObject()));
  }

  private void write(Way way, ObjectNode node) {
    ArrayNode supposed = node.putArray("supposed");
    way.possibility()
        .suppositions()
        .forEach(one -> write(one.step(), supposed.addObject()).put("applies", one.applies()));
    Journey journey = way.journey();
    node.put("ending", label(journey.ending()));
    journey.decisive().ifPresent(step -> write(step, node.putObject("decided_by")));
    way.receivers().forEach(node.putArray("receivers")::add);
    write(journey.packet(), node.putObject("packet_at_end"));
    ArrayNode stages = node.putArray("stages");
    journey.stages().forEach(stage -> write(stage, stages.addObject()));
  }

  static void write(Packet packet, ObjectNode node) {
    packet.in().ifPresent(in -> node.put("in", in));
    packet.out().ifPresent(out -> node.put("out", out));
    node.put("source", packet.source().toString());
    node.put("destination", packet.destination().toString());
    node.put("protocol", packet.protocol());
    switch (packet.payload()) {
      case Packet.Payload.Ports ports ->
          node.put("source_port", ports.source()).put("destination_port", ports.destination());
      case Packet.Payload.Icmp icmp -> node.put("icmp_type", icmp.type());
      case Packet.Payload.Other _ -> {}
    }
    node.put("mark", packet.mark());
  }

  private void write(Journey.Stage stage, ObjectNode node) {
    switch (stage) {
      case Journey.Asked asked -> {
        node.put("stage", "hook");
        node.put("table", asked.hook().table());
        node.put("chain", asked.hook().chain());
        node.put("verdict", label(asked.verdict()));
        node.put("by_policy", asked.byPolicy());
        ArrayNode rules = node.putArray("rules");
        asked.steps().forEach(step -> write(step, rules.addObject()));
      }
      case Journey.Translated nat -> {
        node.put("stage", "destination_nat");
        node.put("address", nat.address().toString());
        nat.port().ifPresent(port -> node.put("port", port));
      }
      case Journey.Routed routed -> {
        node.put("stage", "route");
        node.put("here", routed.here());
        ArrayNode interfaces = node.putArray("interfaces");
        routed.interfaces().stream().sorted().forEach(interfaces::add);
      }
    }
  }

  private ObjectNode write(Step step, ObjectNode node) {
    return StepWords.write(step, family, node);
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
