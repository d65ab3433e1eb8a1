package dev.fwctl.core.intent;

import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which hosts are under which policies, worked out once for the whole fleet.
 *
 * <p>What is wrong with that needs no host to be asked, so {@code validate} tells it too.
 */
final class Assignment {
  private final Problems problems = new Problems();
  private final Map<String, PolicySet> sets = new HashMap<>();
  private final List<Policy.Rule> rules = new ArrayList<>();

  /** The hosts of the policy of each rule, by the rule's number. */
  private final List<Set<String>> hosts = new ArrayList<>();

  Assignment(PolicyRepository repository, HostSelection selection) {
    Map<Policy.Rule, Integer> numbers = new IdentityHashMap<>();
    Map<String, Integer> patterns = new HashMap<>();
    List<Integer> patternOfPolicy = new ArrayList<>();
    List<Set<String>> hostsOfPattern = new ArrayList<>();
    for (Policy policy : repository.policies()) {
      // Many policies may be for the same hosts, which are then looked up once.
      Integer pattern = patterns.get(policy.hosts());
      if (pattern == null) {
        pattern = hostsOfPattern.size();
        patterns.put(policy.hosts(), pattern);
        hostsOfPattern.add(new HashSet<>(select(selection, policy)));
      } else if (hostsOfPattern.get(pattern).isEmpty()) {
        // It is wrong in this place, too.
        select(selection, policy);
      }
      patternOfPolicy.add(pattern);
      number(policy, hostsOfPattern.get(pattern), numbers);
    }
    Map<String, BitSet> patternsOfHost = new HashMap<>();
    for (int pattern = 0; pattern < hostsOfPattern.size(); pattern++) {
      for (String host : hostsOfPattern.get(pattern)) {
        patternsOfHost.computeIfAbsent(host, unseen -> new BitSet()).set(pattern);
      }
    }
    Map<BitSet, List<String>> hostsOfSet = new LinkedHashMap<>();
    new TreeMap<>(patternsOfHost)
        .forEach(
            (host, set) -> hostsOfSet.computeIfAbsent(set, unseen -> new ArrayList<>()).add(host));
    Set<Place> silent = new HashSet<>();
    Set<List<Place>> contradicting = new HashSet<>();
    hostsOfSet.forEach(
        (which, names) -> {
          List<Policy> policies = new ArrayList<>();
          for (int i = 0; i < patternOfPolicy.size(); i++) {
            if (which.get(patternOfPolicy.get(i))) {
              policies.add(repository.policies().get(i));
            }
          }
          PolicySet set = new PolicySet(policies, numbers);
          names.forEach(name -> sets.put(name, set));
          set.inbound()
              .ifPresent(direction -> check("inbound", direction, names, silent, contradicting));
          set.outbound()
              .ifPresent(direction -> check("outbound", direction, names, silent, contradicting));
        });
  }

  private Collection<String> select(HostSelection selection, Policy policy) {
    try {
      Collection<String> found = selection.select(policy.hosts(), policy.hostsPlace());
      if (found.isEmpty()) {
        problems.add(
            Problem.at(
                policy.hostsPlace(),
                ErrorCode.UNKNOWN_NAME,
                "host pattern '%s' of policy '%s' matches no host of the inventory"
                    .formatted(policy.hosts(), policy.name()),
                "name hosts or groups of the inventory, or take the policy out"));
      }
      return found;
    } catch (FwctlException e) {
      problems.addAll(e.problems());
      return List.of();
    }
  }

  private void number(Policy policy, Set<String> names, Map<Policy.Rule, Integer> numbers) {
    List<Policy.Rules> directions = new ArrayList<>();
    policy.inbound().ifPresent(directions::add);
    policy.outbound().ifPresent(directions::add);
    for (Policy.Rules direction : directions) {
      for (List<Policy.Rule> some : List.of(direction.allow(), direction.deny())) {
        for (Policy.Rule rule : some) {
          Integer known = numbers.get(rule);
          if (known != null) {
            // An anchor may have brought one rule into two policies.
            Set<String> both = new HashSet<>(hosts.get(known));
            both.addAll(names);
            hosts.set(known, both);
            continue;
          }
          numbers.put(rule, rules.size());
          rules.add(rule);
          hosts.add(names);
        }
      }
    }
  }

  private void check(
      String word,
      PolicySet.Direction direction,
      List<String> names,
      Set<Place> silent,
      Set<List<Place>> contradicting) {
    String where =
        names.getFirst() + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "");
    for (int i = 1; i < direction.fallbacks().size(); i++) {
      Policy.Fallback first = direction.fallbacks().getFirst();
      Policy.Fallback other = direction.fallbacks().get(i);
      if (first.action() != other.action()
          && contradicting.add(List.of(first.place(), other.place()))) {
        problems.add(
            Problem.at(
                other.place(),
                ErrorCode.CONFLICT,
                "%s default '%s' contradicts '%s' at %s; both are for host %s"
                    .formatted(word, other.action(), first.action(), first.place(), where),
                "set the default in one policy, or give both the same"));
      }
    }
    if (direction.fallbacks().isEmpty() && !direction.allow().isEmpty()) {
      Policy.Rule rule = direction.allow().getFirst().rule();
      if (silent.add(rule.place())) {
        problems.add(
            Problem.at(
                rule.place(),
                ErrorCode.DOCUMENT_INVALID,
                "an allow without a default lets through what is open anyway: no policy of host %s sets a default for %s"
                    .formatted(where, word),
                "add 'default: drop' under '%s:'".formatted(word)));
      }
    }
  }

  /** Returns what is wrong with the repository on this inventory, in the order of the places. */
  List<Problem> problems() {
    return problems.sorted();
  }

  /** Returns the policies of a host, or nothing when no policy speaks of it. */
  Optional<PolicySet> of(String host) {
    return Optional.ofNullable(sets.get(host));
  }

  int ruleCount() {
    return rules.size();
  }

  Policy.Rule rule(int number) {
    return rules.get(number);
  }

  Set<String> hostsOfRule(int number) {
    return hosts.get(number);
  }
}
