package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A chain.
 *
 * @param name its name
 * @param policy the verdict at its end, {@code ACCEPT} or {@code DROP}, for a built-in chain
 * @param rules its rules in order
 */
public record Chain(String name, Optional<String> policy, List<Rule> rules) {
  public Chain {
    requireNonNull(name, "name is null");
    requireNonNull(policy, "policy is null");
    rules = List.copyOf(rules);
  }
}
