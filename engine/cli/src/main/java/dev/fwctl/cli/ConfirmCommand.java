package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.transaction.Confirmation;
import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.UnderWay;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Keeps what waits to be confirmed. */
@Command(
    name = "confirm",
    description = {
      "Keeps the changes that 'fwctl apply --soak' left unconfirmed.",
      "A host that went back before is reported, and counts as failed."
    },
    mixinStandardHelpOptions = true)
final class ConfirmCommand implements Callable<Integer> {
  private static final Outcome TOO_LATE =
      new Outcome.RolledBack(
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "the last change of this host was not kept",
              "apply it again, and confirm it within the time of --soak"));

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  ConfirmCommand(Context context) {
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
      SequencedMap<Host, UnderWay.Change> waiting = new LinkedHashMap<>();
      SequencedMap<Host, Outcome> wentBack = new LinkedHashMap<>();
      for (Map.Entry<Host, UnderWay> host : seen.hosts().entrySet()) {
        if (host.getValue().isBack()) {
          wentBack.put(host.getKey(), TOO_LATE);
        }
        host.getValue().changes().stream()
            .filter(change -> change.state() == UnderWay.Change.State.TO_BE_CONFIRMED)
            .forEach(change -> waiting.put(host.getKey(), change));
      }
      int incomplete = fleet.incomplete(seen);
      if (waiting.isEmpty() && wentBack.isEmpty()) {
        if (!output.json()) {
          context.terminal().out().println("Nothing waits to be confirmed.");
        }
        return incomplete;
      }
      Confirmation confirmation =
          new Confirmation(session, session.extensions().backendsByName(), Clock.systemUTC());
      return Math.max(
          incomplete,
          fleet.end(
              "Confirm",
              wentBack,
              waiting.sequencedKeySet(),
              host -> confirmation.confirm(host, requireNonNull(waiting.get(host)))));
    }
  }
}
