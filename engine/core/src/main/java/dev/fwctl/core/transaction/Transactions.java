package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import dev.fwctl.spi.FactGatherer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Makes transactions; may be used by many threads at once. */
public final class Transactions {
  private final Connections connections;
  private final Map<String, FactGatherer> gatherers;
  private final Author author;
  private final Terms terms;
  private final InstantSource clock;
  private final HostFolders folders;

  /**
   * Creates a maker of transactions.
   *
   * @param gatherers the gatherers, by name; those that the backends read back with among them
   */
  public Transactions(
      Connections connections,
      Map<String, FactGatherer> gatherers,
      Author author,
      Terms terms,
      InstantSource clock) {
    this(connections, gatherers, author, terms, clock, HostFolders.ON_HOSTS);
  }

  Transactions(
      Connections connections,
      Map<String, FactGatherer> gatherers,
      Author author,
      Terms terms,
      InstantSource clock,
      HostFolders folders) {
    this.connections = requireNonNull(connections, "connections is null");
    this.gatherers = Map.copyOf(gatherers);
    this.author = requireNonNull(author, "author is null");
    this.terms = requireNonNull(terms, "terms is null");
    this.clock = requireNonNull(clock, "clock is null");
    this.folders = folders;
  }

  /**
   * Carries an order out, and returns what became of the host. When the thread is interrupted, the
   * host is left to itself.
   *
   * @param stopped tells whether the run begins no further host, so that none is waited for that
   *     somebody else is changing
   */
  public Outcome carryOut(Order order, BooleanSupplier stopped) {
    FactGatherer gatherer = gatherers.get(order.backend().gatherer());
    if (gatherer == null) {
      throw new IllegalStateException("backend " + order.backend().name() + " can't be read back");
    }
    return new Transaction(
            order, terms, author, connections, gatherer, folders, Names.fresh(), clock, stopped)
        .run();
  }

  /** Returns how long it takes at most until a host has gone back that nobody waits for. */
  public Duration returnsWithin() {
    return terms.soak().orElse(terms.goesBackAfter()).plus(Transaction.RETURN_MARGIN);
  }

  /** Returns the longest time that a transaction can take. */
  public Duration limit() {
    return terms
        .lockTimeout()
        .plus(terms.goesBackAfter())
        .plus(Transaction.RETURN_MARGIN)
        .plus(Duration.ofMinutes(6));
  }
}
