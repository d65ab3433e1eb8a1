package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Asks many hosts and plans each of them as it answers. */
public final class PlanRun {
  private final FactCollector collector;
  private final IntentResolver resolver;
  private final Planner planner;

  /** Sees hosts being planned; called by many threads at once. */
  @FunctionalInterface
  public interface Witness {
    /**
     * Sees that a host is to change.
     *
     * @param facts all that the host told, most of which is let go of after this
     */
    void planned(HostPlan.Changed plan, HostFacts facts);

    /** Returns one that takes no notice. */
    static Witness none() {
      return (plan, facts) -> {};
    }
  }

  public PlanRun(FactCollector collector, IntentResolver resolver, Planner planner) {
    this.collector = requireNonNull(collector, "collector is null");
    this.resolver = requireNonNull(resolver, "resolver is null");
    this.planner = requireNonNull(planner, "planner is null");
  }

  /**
   * Plans hosts, each as soon as it has answered; of what it answered no more is kept than a plan
   * needs.
   *
   * @param parallelism how many connections are open at once, at least 1
   * @param listener hears how it goes
   * @param witness sees each change with what it was made from
   * @throws FwctlException with every error of the repository as a whole, such as a selector that
   *     selects nothing on any host; then nothing is to be applied anywhere
   */
  public Plan plan(
      Collection<Host> hosts,
      int parallelism,
      HostWork.Listener<HostPlan> listener,
      Witness witness) {
    List<Problem> problems = new ArrayList<>(resolver.problems());
    problems.addAll(planner.proofs().problems());
    if (!problems.isEmpty()) {
      throw new FwctlException(problems);
    }
    Map<Host, HostPlan> plans =
        collector.collect(
            hosts, parallelism, (host, reading) -> plan(host, reading, witness), listener);
    IntentResolver.Findings findings = resolver.finish().and(planner.proofs().finish());
    if (!findings.errors().isEmpty()) {
      throw new FwctlException(findings.errors());
    }
    return new Plan(List.copyOf(plans.values()), findings.warnings());
  }

  private HostPlan plan(Host host, HostReading reading, Witness witness) {
    return switch (reading) {
      case HostReading.Failed failed ->
          new HostPlan.NotPlannable(host, failed.problems(), List.of());
      case HostReading.Gathered gathered -> plan(host, gathered, witness);
    };
  }

  private HostPlan plan(Host host, HostReading.Gathered gathered, Witness witness) {
    if (!gathered.obstacles().isEmpty()) {
      return new HostPlan.NotPlannable(host, gathered.obstacles(), gathered.warnings());
    }
    HostOutcome outcome = resolver.resolve(host.name(), gathered.facts());
    HostPlan plan = planner.plan(host, gathered.facts(), outcome);
    if (plan instanceof HostPlan.Changed changed) {
      witness.planned(changed, gathered.facts());
    }
    return gathered.warnings().isEmpty() ? plan : withWarnings(plan, gathered.warnings());
  }

  private static HostPlan withWarnings(HostPlan plan, List<Problem> more) {
    List<Problem> warnings = new ArrayList<>(plan.warnings());
    warnings.addAll(more);
    return switch (plan) {
      case HostPlan.Unchanged it -> new HostPlan.Unchanged(it.host(), it.governed(), warnings);
      case HostPlan.Changed it ->
          new HostPlan.Changed(
              it.host(), it.change(), it.backend(), it.facts(), it.drift(), warnings);
      case HostPlan.NotPlannable it ->
          new HostPlan.NotPlannable(it.host(), it.problems(), warnings);
    };
  }
}
