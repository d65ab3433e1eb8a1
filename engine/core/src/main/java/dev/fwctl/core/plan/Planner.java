package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.analysis.Shapes;
import dev.fwctl.core.facts.UnseenRules;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.proof.Findings;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.model.BootFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.FirewallBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns what the policies come to on a host into what is to be done there. */
public final class Planner {
  private final List<FirewallBackend> backends;
  private final ReachComparison comparison;
  private final Proofs proofs;
  private final Differences differences = new Differences();
  private final Shapes shapes;

  /** Tells who can newly reach what, and who no longer can. */
  @FunctionalInterface
  public interface ReachComparison {
    List<ReachChange> compare(
        OwnedRules before,
        OwnedRules after,
        Optional<HostIntent> intent,
        PredictedHost others,
        Shape shape);
  }

  /**
   * Creates a planner.
   *
   * @param backends the firewalls, the preferred one first
   * @param comparison tells what a change of rules means
   * @param proofs tells what must hold before it is carried out
   */
  public Planner(List<FirewallBackend> backends, ReachComparison comparison, Proofs proofs) {
    this.backends = List.copyOf(backends);
    this.comparison = requireNonNull(comparison, "comparison is null");
    this.proofs = requireNonNull(proofs, "proofs is null");
    this.shapes = new Shapes(proofs.questions());
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("no firewall backend");
    }
  }

  /** Returns what it proves. */
  Proofs proofs() {
    return proofs;
  }

  /** Plans one host; may be called by many threads at once. */
  public HostPlan plan(Host host, HostFacts facts, HostOutcome outcome) {
    return switch (outcome) {
      case HostOutcome.Refused refused ->
          new HostPlan.NotPlannable(host, refused.problems(), List.of());
      case HostOutcome.NoPolicy() -> withoutPolicy(host, facts);
      case HostOutcome.Resolved resolved -> withPolicy(host, facts, resolved);
    };
  }

  private HostPlan withoutPolicy(Host host, HostFacts facts) {
    for (FirewallBackend backend : backends) {
      OwnedRules inForce = backend.inForce(facts);
      if (!inForce.isEmpty()) {
        return compare(
            host, facts, backend, inForce, OwnedRules.none(), Optional.empty(), List.of());
      }
    }
    return compare(
        host,
        facts,
        backends.getFirst(),
        OwnedRules.none(),
        OwnedRules.none(),
        Optional.empty(),
        List.of());
  }

  private HostPlan withPolicy(Host host, HostFacts facts, HostOutcome.Resolved resolved) {
    List<Problem> obstacles = new ArrayList<>();
    for (FirewallBackend backend : backends) {
      List<Problem> found = backend.obstacles(facts);
      if (!found.isEmpty()) {
        obstacles.addAll(found);
        continue;
      }
      List<Problem> warnings = new ArrayList<>(resolved.warnings());
      warnings.addAll(backend.warnings(facts));
      try {
        OwnedRules wanted = differences.lower(resolved.intent(), facts, backend);
        return compare(
            host,
            facts,
            backend,
            backend.inForce(facts),
            wanted,
            Optional.of(resolved.intent()),
            warnings);
      } catch (FwctlException e) {
        return new HostPlan.NotPlannable(host, e.problems(), warnings);
      }
    }
    return new HostPlan.NotPlannable(host, obstacles, resolved.warnings());
  }

  private HostPlan compare(
      Host host,
      HostFacts facts,
      FirewallBackend backend,
      OwnedRules inForce,
      OwnedRules wanted,
      Optional<HostIntent> intent,
      List<Problem> known) {
    boolean asWanted = isAsWanted(inForce, wanted, facts);
    if (asWanted && !proofs.concern(host, facts, intent)) {
      return new HostPlan.Unchanged(host, intent.isPresent(), known);
    }
    Differences.Difference difference = differences.between(inForce, wanted, backend);
    PredictedHost others =
        PredictedHost.withoutOurs(
            facts,
            intent.map(HostIntent::external).orElseGet(facts.network()::facingOutside),
            inForce,
            UnseenRules.of(facts));
    Shape shape = shapes.of(List.of(difference.before(), difference.after()), others);
    Findings findings =
        proofs.of(host, difference.before(), difference.after(), intent, others, shape);
    List<Problem> warnings = new ArrayList<>(known);
    warnings.addAll(findings.warnings());
    if (!findings.refusals().isEmpty()) {
      return new HostPlan.NotPlannable(host, findings.refusals(), warnings);
    }
    if (asWanted) {
      return new HostPlan.Unchanged(host, intent.isPresent(), warnings);
    }
    HostFacts needed = FactsToApply.of(facts, backend, differences::same);
    return new HostPlan.Changed(
        host,
        difference.change(
            comparison.compare(difference.before(), difference.after(), intent, others, shape)),
        backend,
        needed,
        drift(difference.before(), backend, needed.receipt(), lasts(facts)),
        warnings);
  }

  /** Tells whether a host's rules are as they are wanted, and will be so after its next boot. */
  public static boolean isAsWanted(OwnedRules inForce, OwnedRules wanted, HostFacts facts) {
    return inForce.equals(wanted) && (wanted.isEmpty() || lasts(facts));
  }

  /** Tells whether a host that is ours will be so after its next boot. */
  private static boolean lasts(HostFacts facts) {
    return facts.receipt().isPresent()
        && facts.find(BootFacts.class).map(BootFacts::loadsRules).orElse(true);
  }

  /** A host on which nothing of ours stands and of which no receipt tells has never been ours. */
  private static Optional<Drift> drift(
      OwnedRules inForce, FirewallBackend backend, Optional<Receipt> receipt, boolean lasts) {
    return inForce.isEmpty() && receipt.isEmpty()
        ? Optional.empty()
        : Drift.between(receipt, RuleLine.of(inForce, backend), lasts);
  }

  /**
   * Tells what on a host no longer is as it was applied, whatever the policies want today.
   *
   * @param facts what was learnt of the host
   * @return nothing when the host is as it was left, or was never ours
   */
  public Optional<Drift> drift(HostFacts facts) {
    for (FirewallBackend backend : backends) {
      OwnedRules inForce = backend.inForce(facts);
      if (!inForce.isEmpty()) {
        return drift(inForce, backend, facts.receipt(), lasts(facts));
      }
    }
    return drift(OwnedRules.none(), backends.getFirst(), facts.receipt(), lasts(facts));
  }

  /** Returns the plan of a host that could not be asked. */
  public static HostPlan unreached(Host host, Problem problem) {
    return new HostPlan.NotPlannable(host, List.of(problem), List.of());
  }
}
