package dev.fwctl.cli;

import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.core.saved.SecondLook;
import dev.fwctl.model.Host;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Makes a plan for the hosts of a session. */
final class FleetPlan {
  private FleetPlan() {}

  static PolicyRepository policies(Session session) {
    return new PolicyReader(session.extensions().addressSources())
        .read(session.workspace().policies(), session.workspace().base());
  }

  static IntentResolver resolver(Session session, PolicyRepository policies) {
    return new IntentResolver(
        policies,
        (pattern, place) -> session.inventory().unlimited().match(pattern, Optional.of(place)));
  }

  static Planner planner(Session session) {
    return new Planner(session.extensions().backends(), new ReachDifference()::compare);
  }

  /** Asks the hosts, with progress on the terminal, and plans each. */
  static Plan make(Session session, HostOptions options, Terminal terminal, boolean quiet) {
    IntentResolver resolver = resolver(session, policies(session));
    return make(session, resolver, options, terminal, quiet, PlanRun.Witness.none());
  }

  /**
   * Asks the hosts, with progress on the terminal, and plans each by what a resolver says.
   *
   * @param witness sees each change with what it was made from
   */
  static Plan make(
      Session session,
      IntentResolver resolver,
      HostOptions options,
      Terminal terminal,
      boolean quiet,
      PlanRun.Witness witness) {
    List<Host> hosts = session.hosts();
    try (Progress progress =
        new Progress(terminal, "gathering facts", hosts.size(), Clock.systemUTC())) {
      return new PlanRun(session.collector(), resolver, planner(session))
          .plan(
              hosts,
              options.parallelism(),
              quiet ? HostWork.Listener.silent() : tell(progress, FleetPlan::failure),
              witness);
    }
  }

  /** Asks the hosts for the facts that a plan needs, with progress on the terminal. */
  static Map<Host, HostReading> ask(
      Session session, HostOptions options, Terminal terminal, String work, boolean quiet) {
    return ask(session, session.collector(), options.parallelism(), terminal, work, quiet);
  }

  /** Asks the hosts for all their facts, so many at once, with progress on the terminal. */
  static Map<Host, HostReading> askAll(
      Session session, int parallelism, Terminal terminal, boolean quiet) {
    return ask(
        session, session.thoroughCollector(), parallelism, terminal, "gathering facts", quiet);
  }

  private static Map<Host, HostReading> ask(
      Session session,
      FactCollector collector,
      int parallelism,
      Terminal terminal,
      String work,
      boolean quiet) {
    try (Progress progress =
        new Progress(terminal, work, session.hosts().size(), Clock.systemUTC())) {
      return collector.collect(
          session.hosts(), parallelism, quiet ? HostWork.Listener.silent() : tell(progress));
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
                    quiet ? HostWork.Listener.silent() : tell(progress, FleetPlan::failure));
          }
        });
  }

  static HostWork.Listener<HostReading> tell(Progress progress) {
    return tell(progress, FleetPlan::failure);
  }

  private static Optional<Problem> failure(HostReading reading) {
    return switch (reading) {
      case HostReading.Gathered gathered -> Optional.empty();
      case HostReading.Failed failed -> Optional.of(failed.problems().getFirst());
    };
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

  private static <R> HostWork.Listener<R> tell(
      Progress progress, Function<R, Optional<Problem>> failure) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, R result) {
        Optional<Problem> problem = failure.apply(result);
        progress.finished(
            Printable.text(host.name()),
            problem.isEmpty(),
            problem.map(it -> Printable.text(it.message())).orElse("facts gathered"));
      }
    };
  }
}
