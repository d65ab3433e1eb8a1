package dev.fwctl.core.plan;

import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The rules of a run, and what leads from some to others: each is worked out once, however many
 * hosts it is for.
 *
 * <p>A fleet has few kinds of hosts. Rules that are equal become one object, after which telling
 * them apart takes no time.
 */
final class Differences {
  private final Map<OwnedRules, OwnedRules> known = new ConcurrentHashMap<>();
  private final Map<Task, OwnedRules> lowered = new ConcurrentHashMap<>();
  private final Map<Ends, Difference> differences = new ConcurrentHashMap<>();
  private final Map<Ends, Restoration> restorations = new ConcurrentHashMap<>();

  /**
   * Returns the rules that carry out an intent, as one object for all hosts of one kind.
   *
   * @throws dev.fwctl.model.FwctlException as {@link FirewallBackend#lower} does
   */
  OwnedRules lower(HostIntent intent, HostFacts facts, FirewallBackend backend) {
    Task task = new Task(intent, backend.ground(facts), backend);
    OwnedRules done = lowered.get(task);
    if (done == null) {
      done = same(backend.lower(intent, facts));
      lowered.put(task, done);
    }
    return done;
  }

  /** Returns the one object for rules that are equal. */
  OwnedRules same(OwnedRules rules) {
    OwnedRules first = known.putIfAbsent(rules, rules);
    return first == null ? rules : first;
  }

  /** Returns what leads from some rules to others, both of which {@link #same} returned. */
  Difference between(OwnedRules before, OwnedRules after, FirewallBackend backend) {
    return differences.computeIfAbsent(
        new Ends(before, after, backend),
        ends ->
            new Difference(
                before,
                after,
                restoration(after, backend),
                restoration(before, backend).script(),
                backend));
  }

  /** Returns what leads to some rules, from wherever. */
  private Restoration restoration(OwnedRules wanted, FirewallBackend backend) {
    return restorations.computeIfAbsent(
        new Ends(wanted, wanted, backend), ends -> Restoration.of(backend.restore(wanted)));
  }

  /**
   * What leads to some rules.
   *
   * @param artifact the sha256 of the script, in hexadecimal
   * @param script the script
   */
  private record Restoration(String artifact, String script) {
    static Restoration of(String script) {
      return new Restoration(Change.artifactOf(script), script);
    }
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
  static final class Difference {
    private final OwnedRules before;
    private final OwnedRules after;
    private final List<RuleLine> lines;
    private final List<RuleChange> rules;
    private final List<String> receipt;
    private final Restoration restoration;
    private final String back;
    private final Map<List<ReachChange>, Change> changes = new ConcurrentHashMap<>();

    private Difference(
        OwnedRules before,
        OwnedRules after,
        Restoration restoration,
        String back,
        FirewallBackend backend) {
      this.before = before;
      this.after = after;
      this.restoration = restoration;
      this.back = back;
      this.lines = RuleLine.of(before, backend);
      List<RuleLine> wanted = RuleLine.of(after, backend);
      this.rules = RuleDifference.between(lines, wanted);
      if (rules.isEmpty()) {
        throw new IllegalStateException("rules differ but look alike: " + before + ", " + after);
      }
      this.receipt = wanted.stream().map(RuleLine::written).toList();
    }

    /** Returns the rules that are there now, on a line each. */
    List<RuleLine> lines() {
      return lines;
    }

    /** Returns the change, which hosts share on which it means the same. */
    Change change(List<ReachChange> reach) {
      return changes.computeIfAbsent(
          reach,
          unseen ->
              new Change(
                  restoration.artifact(),
                  restoration.script(),
                  back,
                  before,
                  after,
                  reach,
                  rules,
                  receipt));
    }
  }
}
