package dev.fwctl.cli;

import dev.fwctl.core.converge.Share;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plugin.ExtensionLoader;
import dev.fwctl.core.plugin.Extensions;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.Printable;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.report.SavedPlanText;
import dev.fwctl.core.saved.Manifest;
import dev.fwctl.core.saved.PlanFile;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.core.saved.SecondLook;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.core.transaction.Revision;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import picocli.CommandLine.ParseResult;

/** Carries a saved plan out on the hosts that still are as it saw them. */
final class SavedApply {
  /** What a saved plan has decided already. */
  private static final List<String> PLANNING =
      List.of("--policies", "--limit", "--exclude", "--allow-unreachable", "--all-rules");

  private final Context context;
  private final RepositoryOptions repository;
  private final HostOptions hosts;
  private final OutputOptions output;
  private final RolloutOptions rollout;

  SavedApply(
      Context context,
      RepositoryOptions repository,
      HostOptions hosts,
      OutputOptions output,
      RolloutOptions rollout) {
    this.context = context;
    this.repository = repository;
    this.hosts = hosts;
    this.output = output;
    this.rollout = rollout;
  }

  /**
   * Refuses options that say what to plan.
   *
   * @throws FwctlException with code USAGE
   */
  static void requireNoPlanning(ParseResult parsed) {
    for (String option : PLANNING) {
      if (parsed.hasMatchedOption(option)) {
        throw new FwctlException(
            Problem.of(
                ErrorCode.USAGE,
                option + " is for planning, and a saved plan is carried out as it is",
                "leave it out, or make another plan with 'fwctl plan --out FILE'"));
      }
    }
  }

  /** Carries the plan out and returns the exit code. */
  int run(String file, Optional<Duration> soak) {
    Workspace workspace = Workspace.locate(context.base(), repository);
    Extensions extensions = ExtensionLoader.load(workspace.plugins());
    SavedPlan saved;
    try {
      saved = new PlanFile(context.base(), file).read(extensions.backendsByName());
    } catch (FwctlException e) {
      extensions.close();
      throw e;
    }
    Manifest.Inventory inventory = saved.manifest().inventory();
    Workspace planned =
        repository.inventories().isEmpty() ? workspace.with(inventory.sources()) : workspace;
    Plan plan = saved.plan();
    try (Session session =
        Session.of(
            planned,
            extensions,
            plan.changed().stream().map(host -> host.host().name()).collect(Collectors.toSet()),
            hosts.parallelism())) {
      return carryOut(saved, session, soak);
    }
  }

  private int carryOut(SavedPlan saved, Session session, Optional<Duration> soak) {
    Terminal terminal = context.terminal();
    Output events = context.output();
    Plan plan = saved.plan();
    if (output.json()) {
      events.events().version(VersionProvider.version());
      events.events().savedPlan(saved);
      plan.notPlannable()
          .forEach(
              host ->
                  host.problems()
                      .forEach(
                          problem ->
                              events.events().error(problem, Optional.of(host.host().name()))));
    } else {
      terminal.out().print(SavedPlanText.heading(saved.manifest()));
      terminal
          .out()
          .print(
              new PlanText(terminal.style(output), new ProblemText(context.base()), false)
                  .leftAlone(plan));
      terminal.out().flush();
    }
    int left = PlanCommand.exitCode(plan, false, tolerance(saved));
    if (!plan.hasChanges()) {
      if (!output.json()) {
        terminal.out().println("The plan has no changes.");
      }
      return left;
    }
    SecondLook look = FleetPlan.lookAgain(saved, session, hosts, terminal, output.json());
    for (Host host : look.done()) {
      if (output.json()) {
        events.events().asPlanned(host.name());
      } else {
        terminal.out().println("= " + Printable.text(host.name()) + ": already as planned");
      }
    }
    SequencedMap<Host, Outcome> stale = new LinkedHashMap<>();
    look.stale().forEach((host, problem) -> stale.put(host, new Outcome.Unchanged(problem)));
    if (stale.isEmpty() && look.ready().isEmpty()) {
      return left;
    }
    Manifest.Policies policies = saved.manifest().policies();
    FleetChange change =
        new FleetChange(
            context,
            session,
            output,
            events,
            rollout,
            hosts.parallelism(),
            new Revision(policies.commit(), policies.dirty()));
    return Math.max(left, change.run("Apply", stale, FleetChange.orders(look.ready()), soak));
  }

  private static Share tolerance(SavedPlan saved) {
    return new RolloutOptions.ShareConverter().convert(saved.manifest().allowUnreachable());
  }
}
