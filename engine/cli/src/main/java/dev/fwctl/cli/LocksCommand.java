package dev.fwctl.cli;

import dev.fwctl.core.report.LocksText;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows who is changing hosts. */
@Command(
    name = "locks",
    description = "Shows which hosts somebody is changing, and until when. Changes nothing.",
    mixinStandardHelpOptions = true)
final class LocksCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  LocksCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Output events = context.output();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      FleetUnderWay fleet = new FleetUnderWay(context, session, output, events, hosts);
      FleetUnderWay.Seen seen = fleet.ask();
      if (output.json()) {
        seen.hosts().forEach((host, underWay) -> events.events().underWay(host.name(), underWay));
      } else {
        context.terminal().out().print(LocksText.text(seen.hosts()));
      }
      return fleet.incomplete(seen);
    }
  }
}
