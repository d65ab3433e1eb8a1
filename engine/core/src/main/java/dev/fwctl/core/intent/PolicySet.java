package dev.fwctl.core.intent;

import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The policies that some hosts have in common, added up.
 *
 * <p>Hosts under the same policies share one, so that what does not depend on a host is done once.
 */
final class PolicySet {
  private final List<Policy> policies;
  private final List<Policy.ExternalInterface> external;
  private final Optional<Direction> inbound;
  private final Optional<Direction> outbound;
  private final SelectorIndex selectors;

  PolicySet(List<Policy> policies, Map<Policy.Rule, Integer> numbers) {
    this.policies = List.copyOf(policies);
    this.external = policies.stream().flatMap(policy -> policy.external().stream()).toList();
    Map<ContainerSelector, Integer> found = new LinkedHashMap<>();
    this.inbound = merge(policies, true, numbers, found);
    this.outbound = merge(policies, false, numbers, found);
    this.selectors = new SelectorIndex(List.copyOf(found.keySet()));
  }

  private static Optional<Direction> merge(
      List<Policy> policies,
      boolean inbound,
      Map<Policy.Rule, Integer> numbers,
      Map<ContainerSelector, Integer> selectors) {
    List<Policy.Fallback> fallbacks = new ArrayList<>();
    List<NumberedRule> allow = new ArrayList<>();
    List<NumberedRule> deny = new ArrayList<>();
    boolean spoken = false;
    for (Policy policy : policies) {
      Optional<Policy.Rules> rules = inbound ? policy.inbound() : policy.outbound();
      if (rules.isEmpty()) {
        continue;
      }
      spoken = true;
      rules.get().fallback().ifPresent(fallbacks::add);
      for (Policy.Rule rule : rules.get().allow()) {
        allow.add(number(policy, rule, numbers, selectors));
      }
      for (Policy.Rule rule : rules.get().deny()) {
        deny.add(number(policy, rule, numbers, selectors));
      }
    }
    return spoken
        ? Optional.of(new Direction(List.copyOf(fallbacks), List.copyOf(allow), List.copyOf(deny)))
        : Optional.empty();
  }

  private static NumberedRule number(
      Policy policy,
      Policy.Rule rule,
      Map<Policy.Rule, Integer> numbers,
      Map<ContainerSelector, Integer> selectors) {
    int selector = -1;
    if (rule.local() instanceof LocalEnd.Containers containers) {
      selector = selectors.computeIfAbsent(containers.selector(), unseen -> selectors.size());
    }
    Integer number = numbers.get(rule);
    if (number == null) {
      throw new IllegalStateException("a rule without a number: " + rule);
    }
    return new NumberedRule(policy.name(), rule, number, selector);
  }

  List<Policy> policies() {
    return policies;
  }

  List<Policy.ExternalInterface> external() {
    return external;
  }

  Optional<Direction> inbound() {
    return inbound;
  }

  Optional<Direction> outbound() {
    return outbound;
  }

  SelectorIndex selectors() {
    return selectors;
  }

  /** Returns what of a host bears on what these come to there; nothing when they say nothing. */
  Optional<Interest> interest() {
    return inbound.isEmpty() && outbound.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Interest(
                external.stream().map(Policy.ExternalInterface::name).distinct().sorted().toList(),
                inbound.map(Direction::selectors),
                outbound.map(Direction::selectors)));
  }

  /**
   * What all policies of a host say of one direction.
   *
   * @param fallbacks every default that is set
   * @param allow what is let through
   * @param deny what is not
   */
  record Direction(
      List<Policy.Fallback> fallbacks, List<NumberedRule> allow, List<NumberedRule> deny) {
    /** Returns the selectors by which rules name containers, each once, in a fixed order. */
    private List<ContainerSelector> selectors() {
      return Stream.concat(allow.stream(), deny.stream())
          .map(numbered -> numbered.rule().local())
          .filter(LocalEnd.Containers.class::isInstance)
          .map(local -> ((LocalEnd.Containers) local).selector())
          .distinct()
          .sorted(Comparator.comparing(ContainerSelector::toString))
          .toList();
    }
  }

  /**
   * A rule.
   *
   * @param policy the name of its policy
   * @param rule the rule
   * @param number its number in the repository
   * @param selector the number of its selector among those of the set, or -1 when it has none
   */
  record NumberedRule(String policy, Policy.Rule rule, int number, int selector) {}
}
