package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.HostPool;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.facts.ReceiptFormat;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.ProbeAnswer;
import dev.fwctl.spi.Script;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Carries changes out on many hosts at once. */
public final class Converger {
  /** The longest wait for one host's change; a lock of Docker's is held for seconds at most. */
  private static final Duration CHANGE_LIMIT = Duration.ofSeconds(120);

  /** The longest wait for everything on one host: log-in, change, and asking again. */
  private static final Duration HOST_LIMIT = Duration.ofMinutes(6);

  /** More than any ruleset that a host can work with. */
  private static final int OUTPUT_LIMIT = 32 << 20;

  private final Map<String, ConnectionProvider> connections;
  private final Map<String, FactGatherer> gatherers;
  private final Author author;
  private final InstantSource clock;
  private final ChangeScript.Folders folders;
  private final SecureRandom random = new SecureRandom();
  private final AtomicBoolean stopped = new AtomicBoolean();

  /**
   * Whose change it is, for the receipt.
   *
   * @param name as {@code USER@MACHINE}
   * @param revision the state of the policy repository
   */
  public record Author(String name, Revision revision) {
    public Author {
      requireNonNull(name, "name is null");
      requireNonNull(revision, "revision is null");
    }
  }

  /**
   * Creates a converger.
   *
   * @param connections the ways to reach hosts, by type
   * @param gatherers the gatherers, by name; those that the backends read back with among them
   */
  public Converger(
      Map<String, ConnectionProvider> connections,
      Map<String, FactGatherer> gatherers,
      Author author,
      InstantSource clock) {
    this(connections, gatherers, author, clock, ChangeScript.Folders.ON_HOSTS);
  }

  Converger(
      Map<String, ConnectionProvider> connections,
      Map<String, FactGatherer> gatherers,
      Author author,
      InstantSource clock,
      ChangeScript.Folders folders) {
    this.connections = Map.copyOf(connections);
    this.gatherers = Map.copyOf(gatherers);
    this.author = requireNonNull(author, "author is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.folders = folders;
  }

  /**
   * Carries changes out; returns when every host is done.
   *
   * @param plans the changes
   * @param parallelism how many connections are open at once, at least 1
   * @return what became of each host, in the order of the plans
   */
  public SequencedMap<Host, Outcome> apply(
      List<HostPlan.Changed> plans, int parallelism, HostWork.Listener<Outcome> listener) {
    Map<Host, HostPlan.Changed> byHost = new LinkedHashMap<>();
    plans.forEach(plan -> byHost.put(plan.host(), plan));
    return new HostPool(parallelism, HOST_LIMIT).run(byHost.keySet(), new Work(byHost), listener);
  }

  /** Begins no further host; those that are begun come to their end. */
  public void stop() {
    stopped.set(true);
  }

  private final class Work implements HostWork<Outcome> {
    private final Map<Host, HostPlan.Changed> plans;

    Work(Map<Host, HostPlan.Changed> plans) {
      this.plans = plans;
    }

    @Override
    public Outcome on(Host host) {
      return stopped.get()
          ? new Outcome.NotBegun()
          : converge(requireNonNull(plans.get(host), "a host without a plan"));
    }

    /** What was thrown was thrown in the midst of things, so that nothing is known of the host. */
    @Override
    public Outcome failed(Host host, FwctlException failure, Duration after) {
      return new Outcome.Lost(failure.problems().getFirst());
    }
  }

  private Outcome converge(HostPlan.Changed plan) {
    Instant begin = clock.instant();
    Change change = plan.change();
    FirewallBackend backend = plan.backend();
    ChangeScript script = new ChangeScript(backend, readBack(backend), token(), folders);
    Connection connection;
    try {
      connection = connect(plan.host());
    } catch (FwctlException e) {
      return new Outcome.Unchanged(e.problems().getFirst());
    }
    Execution execution;
    try (connection) {
      execution =
          connection.execute(
              script(
                  script.text(
                      change,
                      printable(author.name()) + " since " + begin,
                      plan.facts().firewall().ownDigest(),
                      receipt(change, begin))));
      Optional<ChangeScript.Failure> failure = script.failure(execution);
      if (failure.isPresent()) {
        return failure.get().asBefore()
            ? new Outcome.Unchanged(failure.get().problem())
            : new Outcome.Lost(failure.get().problem());
      }
      Optional<OwnedRules> held = held(script, execution, plan);
      if (held.isPresent() && held.get().equals(change.wanted())) {
        return new Outcome.Applied(Duration.between(begin, clock.instant()));
      }
      return putBack(connection, script, plan, held);
    } catch (FwctlException e) {
      return afterBrokenConnection(plan, script, begin, e.problems().getFirst());
    }
  }

  /** The kernel holds something else than it was given: back to what was there. */
  private Outcome putBack(
      Connection connection,
      ChangeScript script,
      HostPlan.Changed plan,
      Optional<OwnedRules> held) {
    Problem differs =
        Problem.of(
            ErrorCode.APPLY_FAILED,
            "what the host holds after the change is not what the plan says; the old rules were put back",
            "this may be a fault of fwctl: report it with the output of 'fwctl facts --json'");
    if (held.isEmpty()) {
      return new Outcome.Lost(
          Problem.of(ErrorCode.HOST_LOST, "the host did not tell what it holds after the change"));
    }
    String back = plan.backend().change(held.get(), plan.change().before());
    Execution execution = connection.execute(script(script.putBackText(back)));
    Optional<OwnedRules> restored =
        execution.exitStatus() == 0 ? held(script, execution, plan) : Optional.empty();
    return restored.isPresent() && restored.get().equals(plan.change().before())
        ? new Outcome.Unchanged(differs)
        : new Outcome.Lost(
            Problem.of(
                ErrorCode.HOST_LOST,
                "the host holds neither the old rules nor the new",
                "look at the host; 'fwctl plan' tells what it holds"));
  }

  /** Asks again, over a connection of its own, which rules the host holds. */
  private Outcome afterBrokenConnection(
      HostPlan.Changed plan, ChangeScript script, Instant begin, Problem problem) {
    try (Connection connection = connect(plan.host())) {
      Optional<OwnedRules> held =
          held(script, connection.execute(script(script.readBackText())), plan);
      if (held.isPresent() && held.get().equals(plan.change().wanted())) {
        return new Outcome.Applied(Duration.between(begin, clock.instant()));
      }
      if (held.isPresent() && held.get().equals(plan.change().before())) {
        return new Outcome.Unchanged(problem);
      }
      return new Outcome.Lost(problem);
    } catch (FwctlException again) {
      return new Outcome.Lost(again.problems().getFirst());
    }
  }

  private Optional<OwnedRules> held(
      ChangeScript script, Execution execution, HostPlan.Changed plan) {
    Optional<ProbeAnswer> answer = script.answer(execution);
    if (answer.isEmpty()) {
      return Optional.empty();
    }
    Fact fact = readBack(plan.backend()).parse(answer.get());
    SortedMap<String, Fact> facts = new TreeMap<>(plan.facts().facts());
    facts.values().removeIf(FirewallFacts.class::isInstance);
    facts.put(plan.backend().gatherer(), fact);
    return Optional.of(plan.backend().inForce(new HostFacts(facts)));
  }

  private Connection connect(Host host) {
    ConnectionProvider provider = connections.get(host.connection().type());
    if (provider == null) {
      throw new IllegalStateException("no way to reach " + host.name());
    }
    return provider.connect(host);
  }

  private FactGatherer readBack(FirewallBackend backend) {
    FactGatherer gatherer = gatherers.get(backend.gatherer());
    if (gatherer == null) {
      throw new IllegalStateException("backend " + backend.name() + " can't be read back");
    }
    return gatherer;
  }

  private String receipt(Change change, Instant now) {
    return new ReceiptFormat()
        .write(
            new Receipt(
                now,
                author.name(),
                author.revision().commit(),
                author.revision().dirty(),
                change.artifact(),
                change.receipt()));
  }

  private static Script script(String text) {
    return new Script(text, CHANGE_LIMIT, OUTPUT_LIMIT);
  }

  /** A user's name comes from the environment; as one line it can't end a here-document. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private String token() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return "fwctl-" + HexFormat.of().formatHex(bytes);
  }
}
