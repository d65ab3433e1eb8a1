package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A table.
 *
 * @param name such as {@code filter} or {@code mangle}
 * @param chains its chains in the order in which they were printed
 */
public record Table(String name, List<Chain> chains) {
  public Table {
    requireNonNull(name, "name is null");
    chains = List.copyOf(chains);
  }

  public Optional<Chain> chain(String name) {
    return chains.stream().filter(chain -> chain.name().equals(name)).findFirst();
  }

  /** Tells whether there is a rule in it, or anything else that may decide on a packet. */
  public boolean decides() {
    return chains.stream()
        .anyMatch(chain -> !chain.rules().isEmpty() || chain.policy().equals(Optional.of("DROP")));
  }
}
