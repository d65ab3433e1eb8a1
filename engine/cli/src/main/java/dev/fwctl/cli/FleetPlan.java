package dev.fwctl.cli;

import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.intent.HostSelection;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.core.saved.SecondLook;
import dev.fwctl.model.Host;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Makes a plan for the hosts of a session. */
final class FleetPlan {
  private FleetPlan() {}

  static PolicyRepository policies(Session session) {
    return new PolicyReader(session.extensions().addressSources())
        .read(session.workspace().policies(), session.workspace().base());
  }

  static IntentResolver resolver(Session session, PolicyRepository policies) {
    return new IntentResolver(policies, selection(session));
  }

  static HostSelection selection(Session session) {
    return (pattern, place) -> session.inventory().unlimited().match(pattern, Optional.of(place));
  }

  static Planner planner(Session session, Proofs proofs) {
    return new Planner(session.extensions().backends(), new ReachDifference()::compare, proofs);
  }

  /** Asks the hosts, with progress on the terminal, and plans each. */
  static Plan make(Session session, HostOptions options, Terminal terminal, boolean quiet) {
    PolicyRepository policies = policies(session);
    IntentResolver resolver = resolver(session, policies);
    return make(session, policies, resolver, options, terminal, quiet, PlanRun.Witness.none());
  }

  /**
   * Asks the hosts, with progress on the terminal, and plans each by what a resolver says.
   *
   * @param witness sees each change with what it was made from
   */
  static Plan make(
      Session session,
      PolicyRepository policies,
      IntentResolver resolver,
      HostOptions options,
      Terminal terminal,
      boolean quiet,
      PlanRun.Witness witness) {
    List<Host> hosts = session.hosts();
    Proofs proofs = new Proofs(policies.assertions(), selection(session));
    FactCollector collector =
        proofs.hasAssertions() ? session.thoroughCollector() : session.collector();
    try (Progress progress =
        new Progress(terminal, "gathering facts", hosts.size(), Clock.systemUTC())) {
      return new PlanRun(collector, resolver, planner(session, proofs))
          .plan(
              hosts,
              options.parallelism(),
              quiet ? HostWork.Listener.silent() : FleetFacts.tell(progress, FleetPlan::failure),
              witness);
    }
  }

  /** Looks again at the hosts of a saved plan, with progress on the terminal. */
  static SecondLook lookAgain(
      SavedPlan saved, Session session, HostOptions options, Terminal terminal, boolean quiet) {
    return SecondLook.at(
        saved,
        session.hosts(),
        (hosts, use) -> {
          try (Progress progress =
              new Progress(terminal, "looking again", hosts.size(), Clock.systemUTC())) {
            return session
                .collector()
                .collect(
                    hosts,
                    options.parallelism(),
                    use,
                    quiet
                        ? HostWork.Listener.silent()
                        : FleetFacts.tell(progress, FleetPlan::failure));
          }
        });
  }

  private static Optional<Problem> failure(HostPlan plan) {
    return switch (plan) {
      case HostPlan.Unchanged unchanged -> Optional.empty();
      case HostPlan.Changed changed -> Optional.empty();
      case HostPlan.NotPlannable refused -> Optional.of(refused.problems().getFirst());
    };
  }

  private static Optional<Problem> failure(SecondLook.Finding finding) {
    return finding instanceof SecondLook.Finding.Stale stale
        ? Optional.of(stale.problem())
        : Optional.empty();
  }
}
