package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import java.util.List;
import java.util.Optional;

/**
 * All tables of one family in one variant of iptables.
 *
 * @param family the family
 * @param variant the kernel interface that holds them
 * @param tables the tables in the order in which they were printed
 */
public record Ruleset(Family family, Variant variant, List<Table> tables) {
  public Ruleset {
    requireNonNull(family, "family is null");
    requireNonNull(variant, "variant is null");
    tables = List.copyOf(tables);
  }

  public Optional<Table> table(String name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /** Tells whether there is a rule in it, or anything else that may decide on a packet. */
  public boolean decides() {
    return tables.stream().anyMatch(Table::decides);
  }
}
