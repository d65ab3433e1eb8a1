package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.List;

/**
 * What is to be made of one host, and what to make of it again when that goes wrong.
 *
 * @param host the host
 * @param backend the firewall that takes the scripts
 * @param facts what the order was made from
 * @param forth the script that puts the wanted rules in force
 * @param wanted what fwctl is to own then, a line a rule, as a receipt has it
 * @param back the script that puts in force what is there now
 * @param before what fwctl owns now, likewise
 * @param artifact the sha256 of the script forth, in hexadecimal
 */
public record Order(
    Host host,
    FirewallBackend backend,
    HostFacts facts,
    String forth,
    List<String> wanted,
    String back,
    List<String> before,
    String artifact) {
  public Order {
    requireNonNull(host, "host is null");
    requireNonNull(backend, "backend is null");
    requireNonNull(facts, "facts is null");
    requireNonNull(forth, "forth is null");
    wanted = List.copyOf(wanted);
    requireNonNull(back, "back is null");
    before = List.copyOf(before);
    requireNonNull(artifact, "artifact is null");
  }

  /** Makes an order of a plan. */
  public static Order of(HostPlan.Changed plan) {
    OwnedRules before = plan.change().before();
    return new Order(
        plan.host(),
        plan.backend(),
        plan.facts(),
        plan.change().wording().script(),
        plan.change().wording().receipt(),
        plan.change().wording().back(),
        lines(before, plan.backend()),
        plan.change().artifact());
  }

  /** Tells whether nothing is to be left of fwctl on the host. */
  boolean removes() {
    return wanted.isEmpty();
  }

  static List<String> lines(OwnedRules rules, FirewallBackend backend) {
    return RuleLine.of(rules, backend).stream().map(RuleLine::written).toList();
  }
}
