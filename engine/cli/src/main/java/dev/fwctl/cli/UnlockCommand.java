package dev.fwctl.cli;

import dev.fwctl.core.report.LocksText;
import dev.fwctl.core.transaction.Confirmation;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Ends what is under way. */
@Command(
    name = "unlock",
    description = {
      "Takes back what is under way on hosts and ends every claim on them, asks first.",
      "Claims end by themselves in time; this is for those who can't wait."
    },
    mixinStandardHelpOptions = true)
final class UnlockCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--auto-approve", description = "Do not ask.")
  private boolean autoApprove;

  private final Context context;

  UnlockCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    Approval approval = new Approval(terminal, "unlock", autoApprove, output.json());
    approval.requireAsker("look at 'fwctl locks', then add --auto-approve");
    Output events = context.output();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      FleetUnderWay fleet = new FleetUnderWay(context, session, output, events, hosts);
      FleetUnderWay.Seen seen = fleet.ask();
      int incomplete = fleet.incomplete(seen);
      List<Host> busy =
          seen.hosts().entrySet().stream()
              .filter(entry -> !entry.getValue().isNothing())
              .map(Map.Entry::getKey)
              .toList();
      if (!output.json()) {
        terminal.out().print(LocksText.text(seen.hosts()));
        terminal.out().flush();
      }
      if (busy.isEmpty()) {
        return incomplete;
      }
      if (!approval.given("Take back what is under way on these hosts?")) {
        terminal.out().println("Nothing was changed.");
        return ErrorCode.INTERRUPTED.exitCode();
      }
      Confirmation confirmation =
          new Confirmation(session, session.extensions().backendsByName(), Clock.systemUTC());
      return Math.max(
          incomplete, fleet.end("Unlock", new LinkedHashMap<>(), busy, confirmation::unlock));
    }
  }
}
