package dev.fwctl.core.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.exposure.Endpoint;
import dev.fwctl.core.exposure.Exposure;
import dev.fwctl.core.exposure.HostExposure;
import dev.fwctl.core.exposure.Way;
import dev.fwctl.model.AddressSet;
import java.util.Locale;

/** Makes JSON of who can reach what on a host. */
final class ExposureJson {
  private ExposureJson() {}

  static void write(HostExposure host, ObjectNode node) {
    node.put("host", host.host());
    host.outside().forEach(node.putArray("outside")::add);
    host.remarks().forEach(node.putArray("remarks")::add);
    host.unseen().forEach(node.putArray("not_looked_at")::add);
    ArrayNode endpoints = node.putArray("endpoints");
    host.exposures().forEach(exposure -> write(exposure, endpoints.addObject()));
  }

  private static void write(Exposure exposure, ObjectNode node) {
    switch (exposure.endpoint()) {
      case Endpoint.InContainer it ->
          node.put("kind", "container")
              .put("container", it.container())
              .put("host_network", it.hostNetwork());
      case Endpoint.AtHost it -> {
        node.put("kind", "host");
        it.programs().forEach(node.putArray("programs")::add);
      }
      case Endpoint.Behind it -> node.put("kind", "behind").put("address", it.address().toString());
    }
    node.put("ports", exposure.endpoint().ports().toString());
    node.put("severity", label(exposure.severity()));
    node.put("certain", exposure.certain());
    exposure.sensitive().ifPresent(what -> node.put("sensitive", what));
    put(exposure.sources(), node.putArray("sources"));
    put(exposure.perhaps(), node.putArray("perhaps"));
    ArrayNode ways = node.putArray("ways");
    exposure.ways().forEach(way -> write(way, ways.addObject()));
  }

  private static void write(Way way, ObjectNode node) {
    node.put("path", label(way.path()));
    ArrayNode dialled = node.putArray("dialled");
    way.dialled().forEach(ports -> dialled.add(ports.toString()));
    put(way.addresses(), node.putArray("addresses"));
    node.put("by_route", way.byRoute());
    put(way.sources(), node.putArray("sources"));
    put(way.perhaps(), node.putArray("perhaps"));
    ArrayNode reasons = node.putArray("reasons");
    for (Way.Reason reason : way.reasons()) {
      ObjectNode one = reasons.addObject();
      one.put("family", label(reason.family()));
      put(reason.sources(), one.putArray("sources"));
      one.put("unhindered", reason.unhindered());
      ArrayNode rules = one.putArray("rules");
      reason.rules().forEach(step -> StepWords.write(step, reason.family(), rules.addObject()));
    }
    ArrayNode dependsOn = node.putArray("depends_on");
    way.dependsOn()
        .forEach(
            (family, steps) ->
                steps.forEach(step -> StepWords.write(step, family, dependsOn.addObject())));
    way.unknowns().forEach(node.putArray("unknowns")::add);
  }

  private static void put(AddressSet addresses, ArrayNode prefixes) {
    addresses.prefixes().forEach(prefix -> prefixes.add(prefix.toString()));
  }

  private static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
