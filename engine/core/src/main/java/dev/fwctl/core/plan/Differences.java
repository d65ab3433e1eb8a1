package dev.fwctl.core.plan;

import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of a run, and what leads from some to others: each is worked out once, however many
 * hosts it is for.
 *
 * <p>Most fleets have few kinds of hosts. Rules that are equal become one object, after which
 * telling them apart takes no time. Nothing is held for the sake of hosts that have nothing to do.
 */
final class Differences {
  /** For how many kinds of hosts rules are known again; of no use where no two are alike. */
  private static final int MOST_KINDS = 1_000;

  private final Map<Task, OwnedRules> lowered = new ConcurrentHashMap<>();
  private final Map<OwnedRules, OwnedRules> known = new ConcurrentHashMap<>();
  private final Map<Ends, Difference> differences = new ConcurrentHashMap<>();
  private final Map<List<String>, List<String>> applied = new ConcurrentHashMap<>();

  /**
   * Returns the rules that carry out an intent, mostly as one object for all hosts of one kind.
   *
   * @throws dev.fwctl.model.FwctlException as {@link FirewallBackend#lower} does
   */
  OwnedRules lower(HostIntent intent, HostFacts facts, FirewallBackend backend) {
    Task task = new Task(intent, backend.ground(facts), backend);
    OwnedRules done = lowered.get(task);
    if (done != null) {
      return done;
    }
    OwnedRules rules = backend.lower(intent, facts);
    return lowered.size() < MOST_KINDS ? first(lowered, task, rules) : rules;
  }

  /**
   * Returns what leads from some rules to others, as one object for all that are equal.
   *
   * @throws dev.fwctl.model.FwctlException as {@link FirewallBackend#restore} does
   */
  Difference between(OwnedRules before, OwnedRules after, FirewallBackend backend) {
    OwnedRules from = same(before);
    // What was lowered is one object mostly, and to look it up by its rules takes long.
    Difference known = differences.get(new Ends(from, after, backend));
    return known != null
        ? known
        : differences.computeIfAbsent(new Ends(from, same(after), backend), Difference::new);
  }

  /** Returns a receipt whose rules are one object with those of equal ones. */
  Receipt same(Receipt receipt) {
    return new Receipt(
        receipt.appliedAt(),
        receipt.appliedBy(),
        receipt.run(),
        receipt.commit(),
        receipt.dirty(),
        receipt.artifact(),
        first(applied, receipt.rules(), receipt.rules()));
  }

  private OwnedRules same(OwnedRules rules) {
    return first(known, rules, rules);
  }

  private static <K, V> V first(Map<K, V> all, K key, V value) {
    V first = all.putIfAbsent(key, value);
    return first == null ? value : first;
  }

  /** An intent, as an object, and what else bears on its rules. */
  private static final class Task {
    private final HostIntent intent;
    private final List<String> ground;
    private final FirewallBackend backend;

    Task(HostIntent intent, List<String> ground, FirewallBackend backend) {
      this.intent = intent;
      this.ground = ground;
      this.backend = backend;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Task task
          && intent == task.intent
          && backend == task.backend
          && ground.equals(task.ground);
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(intent);
    }
  }

  /** Some rules and others, as objects. */
  private static final class Ends {
    private final OwnedRules before;
    private final OwnedRules after;
    private final FirewallBackend backend;

    Ends(OwnedRules before, OwnedRules after, FirewallBackend backend) {
      this.before = before;
      this.after = after;
      this.backend = backend;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Ends ends
          && before == ends.before
          && after == ends.after
          && backend == ends.backend;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(before) + System.identityHashCode(after);
    }
  }

  /** What leads from some rules to others. */
  static final class Difference implements Change.Wording {
    private final OwnedRules before;
    private final OwnedRules after;
    private final FirewallBackend backend;
    private final String artifact;
    private final Map<RuleChange.Kind, Integer> counts = new EnumMap<>(RuleChange.Kind.class);
    private final Map<List<ReachChange>, Change> changes = new ConcurrentHashMap<>();

    private Difference(Ends ends) {
      this.before = ends.before;
      this.after = ends.after;
      this.backend = ends.backend;
      this.artifact = Change.artifactOf(script());
      if (!before.isEmpty()) {
        // What somebody wrote into our chains may be such that it can't be put back.
        back();
      }
      List<RuleChange> rules = rules();
      if (rules.isEmpty() && before != after) {
        throw new IllegalStateException("rules differ but look alike: " + before + ", " + after);
      }
      rules.forEach(rule -> counts.merge(rule.kind(), 1, Integer::sum));
    }

    OwnedRules before() {
      return before;
    }

    OwnedRules after() {
      return after;
    }

    @Override
    public String script() {
      return backend.restore(after);
    }

    @Override
    public String back() {
      return backend.restore(before);
    }

    @Override
    public List<RuleChange> rules() {
      return RuleDifference.between(RuleLine.of(before, backend), RuleLine.of(after, backend));
    }

    @Override
    public List<String> receipt() {
      return RuleLine.of(after, backend).stream().map(RuleLine::written).toList();
    }

    @Override
    public int count(RuleChange.Kind kind) {
      return counts.getOrDefault(kind, 0);
    }

    /** Returns the change, which hosts share on which it means the same. */
    Change change(List<ReachChange> reach) {
      return changes.computeIfAbsent(
          reach, unseen -> new Change(artifact, before, after, reach, this));
    }
  }
}
