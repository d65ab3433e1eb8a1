package dev.fwctl.core.plan;

import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Receipt;
import dev.fwctl.spi.FirewallBackend;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What is kept of a host's facts until it is changed, a small part of all that it told. */
public final class FactsToApply {
  private FactsToApply() {}

  /**
   * Keeps no more than the fact by which a host is known again, and the receipt.
   *
   * @param shared returns a receipt's equal that other hosts have, too, or the receipt
   */
  public static HostFacts of(
      HostFacts facts, FirewallBackend backend, UnaryOperator<Receipt> shared) {
    SortedMap<String, Fact> needed = new TreeMap<>();
    facts
        .facts()
        .forEach(
            (name, fact) -> {
              if (fact instanceof FirewallFacts firewall) {
                needed.put(name, firewall.withoutRules());
              } else if (fact instanceof Receipt receipt) {
                needed.put(name, shared.apply(receipt));
              } else if (name.equals(backend.gatherer())) {
                needed.put(name, fact);
              }
            });
    return new HostFacts(needed);
  }
}
