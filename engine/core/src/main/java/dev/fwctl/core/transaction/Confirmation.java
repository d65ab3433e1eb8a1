package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.UnderWay;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.Script;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Ends what is under way on hosts: lets it stay, or has it go back. Safe for many threads. */
public final class Confirmation {
  /** Going back waits for whoever is changing rules, and for locks. */
  private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(150);

  private static final int OUTPUT_LIMIT = 1 << 20;

  private final Connections connections;
  private final Map<String, FirewallBackend> backends;
  private final InstantSource clock;
  private final HostFolders folders;

  /**
   * Creates a confirmation.
   *
   * @param backends the firewalls, by name
   */
  public Confirmation(
      Connections connections, Map<String, FirewallBackend> backends, InstantSource clock) {
    this.connections = requireNonNull(connections, "connections is null");
    this.backends = Map.copyOf(backends);
    this.clock = requireNonNull(clock, "clock is null");
    this.folders = HostFolders.ON_HOSTS;
  }

  /** Lets a change stay that waits to be confirmed; comes in from outside to do so. */
  public Outcome confirm(Host host, UnderWay.Change change) {
    Instant begun = clock.instant();
    FirewallBackend backend = backends.get(change.backend());
    if (backend == null) {
      return new Outcome.Unchanged(
          Problem.of(
              ErrorCode.PLUGIN,
              "the change was made by the firewall backend '%s', which is not loaded"
                  .formatted(change.backend()),
              "add its plugin"));
    }
    try (Connection connection = connections.fresh(host)) {
      Execution execution =
          connection.execute(
              script(new Scripts(folders, change.id(), Names.fresh().token()).confirm(backend)));
      Optional<Status> status = Status.of(execution.exitStatus());
      return status.filter(Status.DONE::equals).isPresent()
          ? new Outcome.Applied(Duration.between(begun, clock.instant()), Remarks.of(execution))
          : new Outcome.Unchanged(Remarks.problem(execution, status));
    } catch (FwctlException e) {
      return new Outcome.Unchanged(e.problems().getFirst());
    }
  }

  /** Takes back whatever is under way on a host, and ends every claim on it. */
  public Outcome unlock(Host host) {
    Instant begun = clock.instant();
    try (Connection connection = connections.any(host)) {
      Execution execution = connection.execute(script(Scripts.unlock(folders)));
      Optional<Status> status = Status.of(execution.exitStatus());
      return status.filter(Status.DONE::equals).isPresent()
          ? new Outcome.Applied(Duration.between(begun, clock.instant()), List.of())
          : new Outcome.Unchanged(Remarks.problem(execution, status));
    } catch (FwctlException e) {
      return new Outcome.Unchanged(e.problems().getFirst());
    }
  }

  private static Script script(String text) {
    return new Script(text, SCRIPT_LIMIT, OUTPUT_LIMIT);
  }
}
