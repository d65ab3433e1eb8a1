package dev.fwctl.cli;

import dev.fwctl.core.report.RollbackText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes hosts back to what was applied the time before. */
@Command(
    name = "rollback",
    description = {
      "Takes hosts back to the receipt before the last, asks first.",
      "The policy repository stays as it is: until it is changed, 'fwctl plan' wants to go forth"
          + " again."
    },
    mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  @Mixin private RolloutOptions rollout = new RolloutOptions();

  @Option(names = "--auto-approve", description = "Do not ask.")
  private boolean autoApprove;

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "Only hosts on which this run was the last, as 'fwctl facts' names it.")
  private @Nullable String run;

  private final Context context;

  RollbackCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    Approval approval = new Approval(terminal, "rollback", autoApprove, output.json());
    approval.requireAsker("add --auto-approve");
    Output events = context.output();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      FleetReturn back = new FleetReturn(context, session, output, hosts.parallelism());
      List<Host> asked = session.hosts();
      FleetReturn.Ways ways = back.ask(asked, receipt -> run == null || receipt.run().equals(run));
      back.complain(events, ways);
      int incomplete =
          hosts.tolerance().bears(ways.failed().size(), asked.size()) ? 0 : PlanCommand.INCOMPLETE;
      if (!output.json()) {
        terminal.out().print(RollbackText.text(ways.ways()));
        terminal.out().flush();
      }
      if (ways.ways().isEmpty()) {
        return incomplete;
      }
      if (!approval.given("Take these hosts back?")) {
        terminal.out().println("Nothing was changed.");
        return ErrorCode.INTERRUPTED.exitCode();
      }
      return Math.max(
          incomplete,
          new FleetChange(context, session, output, events, rollout, hosts.parallelism())
              .run("Rollback", ways.orders(), Optional.empty()));
    }
  }
}
