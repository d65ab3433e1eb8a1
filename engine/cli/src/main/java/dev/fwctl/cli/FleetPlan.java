package dev.fwctl.cli;

import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.report.Printable;
import dev.fwctl.model.Host;
import dev.fwctl.model.PolicyRepository;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    return make(session, resolver(session, policies(session)), options, terminal, quiet);
  }

  /** Asks the hosts, with progress on the terminal, and plans each by what a resolver says. */
  static Plan make(
      Session session,
      IntentResolver resolver,
      HostOptions options,
      Terminal terminal,
      boolean quiet) {
    List<Host> hosts = session.hosts();
    try (Progress progress =
        new Progress(terminal, "gathering facts", hosts.size(), Clock.systemUTC())) {
      return new PlanRun(session.collector(), resolver, planner(session))
          .plan(hosts, options.parallelism(), quiet ? HostWork.Listener.silent() : tell(progress));
    }
  }

  /** Asks the hosts for their facts, with progress on the terminal. */
  static Map<Host, HostReading> ask(
      Session session, HostOptions options, Terminal terminal, String work, boolean quiet) {
    return ask(session, session.hosts(), options, terminal, work, quiet);
  }

  /** Asks some of the hosts for their facts, with progress on the terminal. */
  static Map<Host, HostReading> ask(
      Session session,
      Collection<Host> hosts,
      HostOptions options,
      Terminal terminal,
      String work,
      boolean quiet) {
    try (Progress progress = new Progress(terminal, work, hosts.size(), Clock.systemUTC())) {
      return session
          .collector()
          .collect(
              hosts, options.parallelism(), quiet ? HostWork.Listener.silent() : tell(progress));
    }
  }

  static HostWork.Listener<HostReading> tell(Progress progress) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, HostReading reading) {
        switch (reading) {
          case HostReading.Gathered gathered ->
              progress.finished(Printable.text(host.name()), true, "facts gathered");
          case HostReading.Failed failed ->
              progress.finished(
                  Printable.text(host.name()),
                  false,
                  Printable.text(failed.problems().getFirst().message()));
        }
      }
    };
  }
}
