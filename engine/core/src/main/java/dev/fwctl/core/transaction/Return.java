package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.AppliedFile;
import dev.fwctl.core.facts.FactReader;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.plan.Change;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.Script;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes orders that take hosts back to the receipt before the last. */
public final class Return {
  /**
   * The way back of one host.
   *
   * @param order takes it there
   * @param from what was applied last
   * @param to what was applied before that; nothing when fwctl owned nothing then
   */
  public record Way(Order order, Receipt from, Optional<Receipt> to) {
    public Way {
      requireNonNull(order, "order is null");
      requireNonNull(from, "from is null");
      requireNonNull(to, "to is null");
    }
  }

  private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(60);
  private static final int OUTPUT_LIMIT = 32 << 20;

  private final Connections connections;
  private final FactReader reader;
  private final List<FirewallBackend> backends;
  private final Predicate<Receipt> wanted;

  /**
   * Creates a maker of orders.
   *
   * @param wanted which receipts are to be gone back from
   */
  public Return(
      Connections connections,
      FactReader reader,
      List<FirewallBackend> backends,
      Predicate<Receipt> wanted) {
    this.connections = requireNonNull(connections, "connections is null");
    this.reader = requireNonNull(reader, "reader is null");
    this.backends = List.copyOf(backends);
    this.wanted = requireNonNull(wanted, "wanted is null");
  }

  /**
   * Asks a host and makes an order.
   *
   * @return nothing when the host has no receipt that is to be gone back from
   * @throws FwctlException when the host does not tell what it needs to
   */
  public Optional<Way> of(Host host) {
    try (Connection connection = connections.any(host)) {
      HostReading.Gathered read = reader.read(connection);
      if (!read.obstacles().isEmpty()) {
        throw new FwctlException(read.obstacles());
      }
      HostFacts facts = read.facts();
      Optional<Receipt> from = facts.receipt().filter(wanted);
      if (from.isEmpty()) {
        return Optional.empty();
      }
      Optional<AppliedFile> previous = previous(connection);
      FirewallBackend backend = backend(facts);
      OwnedRules inForce = backend.inForce(facts);
      String forth =
          previous.map(AppliedFile::script).orElseGet(() -> backend.restore(OwnedRules.none()));
      Order order =
          new Order(
              host,
              backend,
              facts,
              forth,
              previous.map(file -> file.receipt().rules()).orElse(List.of()),
              backend.restore(inForce),
              Order.lines(inForce, backend),
              Change.artifactOf(forth));
      return Optional.of(new Way(order, from.get(), previous.map(AppliedFile::receipt)));
    }
  }

  private static Optional<AppliedFile> previous(Connection connection) {
    Execution execution =
        connection.execute(new Script(AppliedFile.previousProbe(), SCRIPT_LIMIT, OUTPUT_LIMIT));
    if (execution.exitStatus() != 0) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED,
              AppliedFile.PREVIOUS_PATH + " can't be read: " + execution.errors().strip()));
    }
    return AppliedFile.read(execution.output());
  }

  private FirewallBackend backend(HostFacts facts) {
    return backends.stream()
        .filter(backend -> !backend.inForce(facts).isEmpty())
        .findFirst()
        .orElse(backends.getFirst());
  }
}
