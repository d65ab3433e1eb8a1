package dev.fwctl.cli;

import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Carries out what a plan shows. */
@Command(
    name = "apply",
    description = {
      "Plans, asks, and carries the plan out on all hosts at once.",
      "With FILE, carries out the plan that 'fwctl plan --out FILE' saved, without asking, on the"
          + " hosts that still are as it saw them.",
      "A host that can't be reached or fails is reported; the others go on."
    },
    mixinStandardHelpOptions = true)
final class ApplyCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A saved plan. Which hosts and policies it is for is in it.")
  private @Nullable String file;

  @Spec private CommandSpec spec;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private RolloutOptions rollout = new RolloutOptions();

  @Option(names = "--auto-approve", description = "Do not ask.")
  private boolean autoApprove;

  @Option(
      names = "--soak",
      paramLabel = "TIME",
      converter = RolloutOptions.TimeConverter.class,
      description = {
        "Leave hosts unconfirmed: they go back by themselves after this time unless 'fwctl confirm'"
            + " keeps them."
      })
  private @Nullable Duration soak;

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
    if (file != null) {
      SavedApply.requireNoPlanning(spec.commandLine().getParseResult());
      return new SavedApply(context, repository, hosts, output, rollout)
          .run(file, Optional.ofNullable(soak));
    }
    Terminal terminal = context.terminal();
    Approval approval = new Approval(terminal, "apply", autoApprove, output.json());
    approval.requireAsker("look at 'fwctl plan', then run 'fwctl apply --auto-approve'");
    Output events = context.output();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      Plan plan = FleetPlan.make(session, hosts, terminal, output.json());
      if (output.json()) {
        events.events().plan(plan);
      } else {
        new PlanText(terminal.style(output), new ProblemText(context.base()), allRules)
            .plan(plan, terminal.out()::print);
        terminal.out().flush();
      }
      if (plan.isRefused()) {
        return PlanCommand.REFUSED;
      }
      int planned = PlanCommand.exitCode(plan, false, hosts.tolerance());
      if (!plan.hasChanges()) {
        return planned;
      }
      if (!approval.given("Apply this?")) {
        terminal.out().println("Nothing was changed.");
        return ErrorCode.INTERRUPTED.exitCode();
      }
      FleetChange change =
          new FleetChange(context, session, output, events, rollout, hosts.parallelism());
      return Math.max(
          planned,
          change.run("Apply", FleetChange.orders(plan.changed()), Optional.ofNullable(soak)));
    }
  }
}
