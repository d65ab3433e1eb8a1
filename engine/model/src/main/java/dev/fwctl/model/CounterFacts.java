package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How often the rules of fwctl applied to a packet since they were put in force.
 *
 * @param upSeconds how long the host has been up, in seconds
 * @param counts the rules, those that iptables shows
 */
public record CounterFacts(long upSeconds, List<Count> counts) implements Fact {
  public CounterFacts {
    if (upSeconds < 0) {
      throw new IllegalArgumentException("up for " + upSeconds + " seconds");
    }
    counts = List.copyOf(counts);
  }

  /**
   * One rule.
   *
   * @param family whose packets it sees
   * @param table its table
   * @param chain its chain
   * @param position where in the chain it stands, from 1
   * @param packets how many packets it applied to
   */
  public record Count(Family family, String table, String chain, int position, long packets) {
    public Count {
      requireNonNull(family, "family is null");
      requireNonNull(table, "table is null");
      requireNonNull(chain, "chain is null");
      if (position < 1 || packets < 0) {
        throw new IllegalArgumentException("rule " + position + ", packets " + packets);
      }
    }
  }
}
