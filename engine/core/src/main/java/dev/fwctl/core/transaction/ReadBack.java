package dev.fwctl.core.transaction;

import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the kernel of a host holds of ours, as a script printed it at its end.
 *
 * @param lines a line a rule, as a receipt has it
 * @param digest a fingerprint of the same
 */
record ReadBack(List<String> lines, String digest) {
  ReadBack {
    lines = List.copyOf(lines);
  }

  /** Reads what a script printed behind a token; nothing when it was cut off or makes no sense. */
  static Optional<ReadBack> of(
      Execution execution, String token, Order order, FactGatherer gatherer) {
    String output = execution.output();
    int begin = output.lastIndexOf("\n" + token + "\n");
    int end = output.lastIndexOf("\n" + token + " ");
    if (begin < 0 || end < begin) {
      return Optional.empty();
    }
    String status = output.substring(end + token.length() + 2).strip();
    if (!status.equals("0")) {
      return Optional.empty();
    }
    int from = begin + token.length() + 2;
    String answer = from > end ? "" : output.substring(from, end);
    try {
      Fact fact = gatherer.parse(new ProbeAnswer(0, answer, execution.errors()));
      SortedMap<String, Fact> facts = new TreeMap<>(order.facts().facts());
      facts.values().removeIf(FirewallFacts.class::isInstance);
      facts.put(order.backend().gatherer(), fact);
      HostFacts seen = new HostFacts(facts);
      return Optional.of(
          new ReadBack(
              Order.lines(order.backend().inForce(seen), order.backend()),
              seen.firewall().ownDigest()));
    } catch (FwctlException unreadable) {
      return Optional.empty();
    }
  }
}
