package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import java.util.List;

/**
 * What fwctl owns in a host's kernel, or is to own: chains of its own, jumps into them, address
 * sets.
 *
 * <p>Two that are equal filter alike; lists are in a fixed order (tables and chains by name).
 *
 * @param tables what is owned in each table of each family and variant
 * @param sets the address sets
 */
public record OwnedRules(List<OwnedTable> tables, List<NamedSet> sets) {
  private static final OwnedRules NONE = new OwnedRules(List.of(), List.of());

  public OwnedRules {
    tables = List.copyOf(tables);
    sets = List.copyOf(sets);
  }

  public static OwnedRules none() {
    return NONE;
  }

  public boolean isEmpty() {
    return tables.isEmpty() && sets.isEmpty();
  }

  /**
   * What fwctl owns in one table.
   *
   * @param family the family
   * @param variant the kernel interface
   * @param name the table's name
   * @param chains the chains of our own
   * @param hooks the rules in others' chains that lead into ours
   */
  public record OwnedTable(
      Family family, Variant variant, String name, List<Chain> chains, List<Hook> hooks) {
    public OwnedTable {
      requireNonNull(family, "family is null");
      requireNonNull(variant, "variant is null");
      requireNonNull(name, "name is null");
      chains = List.copyOf(chains);
      hooks = List.copyOf(hooks);
    }
  }

  /**
   * A rule in a chain that is not ours.
   *
   * @param chain that chain
   * @param position where in it the rule stands, from 1
   * @param rule the rule, a jump into a chain of ours
   */
  public record Hook(String chain, int position, Rule rule) {
    public Hook {
      requireNonNull(chain, "chain is null");
      requireNonNull(rule, "rule is null");
      if (position < 1) {
        throw new IllegalArgumentException("positions count from 1: " + position);
      }
    }
  }
}
