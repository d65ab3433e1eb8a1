package dev.fwctl.cli;

import dev.fwctl.core.converge.Converger;
import dev.fwctl.core.converge.Outcome;
import dev.fwctl.core.converge.Revision;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.report.ApplyText;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Carries out what a plan shows. */
@Command(
    name = "apply",
    description = {
      "Plans, asks, and carries the plan out on all hosts at once.",
      "A host that can't be reached or fails is reported; the others go on."
    },
    mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;
  private static final int LOST = 9;

  /** The longest that ^C waits for hosts that are begun. */
  private static final long STOP_SECONDS = 150;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--auto-approve", description = "Do not ask.")
  private boolean autoApprove;

  @Option(
      names = "--all-rules",
      description = "Show every rule, also those that are alike on all hosts.")
  private boolean allRules;

  private final Context context;

  ApplyCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    if (!autoApprove && (output.json() || !terminal.canAsk())) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.USAGE,
              output.json()
                  ? "'fwctl apply --json' can't ask"
                  : "'fwctl apply' asks before it changes anything, and nobody is there to ask",
              "look at 'fwctl plan', then run 'fwctl apply --auto-approve'"));
    }
    Output events = new Output(terminal);
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Plan plan = FleetPlan.make(session, hosts, terminal, output.json());
      ProblemText problems = new ProblemText(context.base());
      if (output.json()) {
        events.events().plan(plan);
      } else {
        terminal.out().print(new PlanText(terminal.style(output), problems, allRules).plan(plan));
        terminal.out().flush();
      }
      int planned = PlanCommand.exitCode(plan, false, hosts.tolerance());
      if (!plan.hasChanges()) {
        return planned;
      }
      if (!autoApprove && !isApproved(terminal)) {
        terminal.out().println("Nothing was changed.");
        return INTERRUPTED;
      }
      SequencedMap<Host, Outcome> outcomes = apply(session, plan.changed(), events);
      if (output.json()) {
        events.events().applySummary(outcomes.values());
      } else {
        terminal.out().print(new ApplyText(terminal.style(output), problems).report(outcomes));
      }
      return Math.max(planned, exitCode(outcomes.values()));
    }
  }

  private boolean isApproved(Terminal terminal) {
    terminal.out().print("\nApply this? Only 'yes' is taken for a yes: ");
    terminal.out().flush();
    try {
      String answer =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      return "yes".equals(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private SequencedMap<Host, Outcome> apply(
      Session session, List<HostPlan.Changed> plans, Output events) {
    Converger converger =
        new Converger(
            session.extensions().connectionProviders(),
            session.extensions().gatherersByName(),
            new Converger.Author(author(), Revision.of(session.workspace().policies())),
            Clock.systemUTC());
    CountDownLatch finished = new CountDownLatch(1);
    Thread stop = new Thread(() -> stop(converger, finished), "stop on ^C");
    Runtime.getRuntime().addShutdownHook(stop);
    try (Progress progress =
        new Progress(context.terminal(), "applying", plans.size(), Clock.systemUTC())) {
      return converger.apply(
          plans, hosts.parallelism(), output.json() ? tell(events) : tell(progress));
    } finally {
      finished.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(stop);
      } catch (IllegalStateException e) {
        // ^C was pressed: the hook runs, and waits for the report that is printed next.
      }
    }
  }

  /** Hosts that are begun come to their end; the others are not begun. */
  private void stop(Converger converger, CountDownLatch finished) {
    converger.stop();
    context.terminal().err().println("\nfwctl: stopping; hosts that are begun come to their end");
    try {
      if (!finished.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        context
            .terminal()
            .err()
            .println("fwctl: some hosts are still at work; 'fwctl plan' tells what they hold");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HostWork.Listener<Outcome> tell(Progress progress) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        progress.started();
      }

      @Override
      public void finished(Host host, Outcome outcome) {
        progress.finished(
            Printable.text(host.name()),
            outcome instanceof Outcome.Applied,
            ApplyText.words(outcome));
      }
    };
  }

  private static HostWork.Listener<Outcome> tell(Output events) {
    return new HostWork.Listener<>() {
      @Override
      public void started(Host host) {
        events.events().applyStart(host.name());
      }

      @Override
      public void finished(Host host, Outcome outcome) {
        events.events().outcome(host.name(), outcome);
      }
    };
  }

  private static String author() {
    String machine;
    try {
      machine = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      machine = "unknown";
    }
    return System.getProperty("user.name") + "@" + machine;
  }

  /** The highest wins: lost above failed above locked above stale above unreachable. */
  static int exitCode(Collection<Outcome> outcomes) {
    return outcomes.stream()
        .mapToInt(
            outcome ->
                switch (outcome) {
                  case Outcome.Applied applied -> 0;
                  case Outcome.Unchanged unchanged ->
                      switch (unchanged.problem().code()) {
                        case STALE, LOCKED, UNREACHABLE, HOST_KEY, AUTHENTICATION, PRIVILEGE ->
                            unchanged.problem().code().exitCode();
                        default -> ErrorCode.APPLY_FAILED.exitCode();
                      };
                  case Outcome.Lost lost -> LOST;
                  case Outcome.NotBegun() -> INTERRUPTED;
                })
        .max()
        .orElse(0);
  }
}
