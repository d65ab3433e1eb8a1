package dev.fwctl.core.facts;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Asks many hosts for their facts, all at once as far as the parallelism goes. */
public final class FactCollector {
  private final Function<Host, HostReading.Gathered> asking;
  private final FactLimits limits;

  /**
   * Makes a collector.
   *
   * @param connector opens a connection and logs in, or throws an {@link FwctlException}; called by
   *     many threads at once
   */
  public FactCollector(FactReader reader, Function<Host, Connection> connector, FactLimits limits) {
    this(
        host -> {
          try (Connection connection = connector.apply(host)) {
            return reader.read(connection);
          }
        },
        limits);
  }

  /**
   * Makes a collector.
   *
   * @param asking asks one host, or throws an {@link FwctlException}; called by many threads at
   *     once
   */
  public FactCollector(Function<Host, HostReading.Gathered> asking, FactLimits limits) {
    this.asking = asking;
    this.limits = limits;
  }

  /**
   * Asks all hosts and returns what came of each, in their order.
   *
   * @param parallelism how many connections are open at a time, at least 1
   * @throws FwctlException with code INTERRUPTED when the calling thread is interrupted
   */
  public SequencedMap<Host, HostReading> collect(
      Collection<Host> hosts, int parallelism, HostWork.Listener<HostReading> listener) {
    return collect(hosts, parallelism, (host, reading) -> reading, listener);
  }

  /**
   * Asks all hosts and returns what is made of each answer, in the order of the hosts.
   *
   * <p>An answer is let go of once something is made of it, so that no more of them are held than
   * hosts are asked at a time.
   *
   * @param parallelism how many hosts are asked at a time, at least 1
   * @param use makes something of an answer, once its connection is closed; called by many threads
   *     at once
   * @throws FwctlException with code INTERRUPTED when the calling thread is interrupted
   */
  public <R> SequencedMap<Host, R> collect(
      Collection<Host> hosts,
      int parallelism,
      BiFunction<Host, HostReading, R> use,
      HostWork.Listener<R> listener) {
    return new HostPool(parallelism, limits.host()).run(hosts, new Reading<>(use), listener);
  }

  private final class Reading<R> implements HostWork<R> {
    private final BiFunction<Host, HostReading, R> use;

    Reading(BiFunction<Host, HostReading, R> use) {
      this.use = use;
    }

    @Override
    public R on(Host host) {
      long start = System.nanoTime();
      HostReading.Gathered read = asking.apply(host);
      return use.apply(
          host,
          new HostReading.Gathered(
              read.facts(), read.missing(), Duration.ofNanos(System.nanoTime() - start)));
    }

    @Override
    public R failed(Host host, FwctlException failure, Duration after) {
      return use.apply(host, new HostReading.Failed(failure, after));
    }
  }
}
