package dev.fwctl.core.facts;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.SequencedMap;
import java.util.function.Function;

/** Asks many hosts for their facts, all at once as far as the parallelism goes. */
public final class FactCollector {
  private final FactReader reader;
  private final Function<Host, Connection> connector;
  private final FactLimits limits;

  /**
   * Makes a collector.
   *
   * @param connector opens a connection and logs in, or throws an {@link FwctlException}; called by
   *     many threads at once
   */
  public FactCollector(FactReader reader, Function<Host, Connection> connector, FactLimits limits) {
    this.reader = reader;
    this.connector = connector;
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
    return new HostPool(parallelism, limits.host()).run(hosts, new Reading(), listener);
  }

  private final class Reading implements HostWork<HostReading> {
    @Override
    public HostReading on(Host host) {
      long start = System.nanoTime();
      try (Connection connection = connector.apply(host)) {
        HostReading.Gathered read = reader.read(connection);
        return new HostReading.Gathered(
            read.facts(), read.missing(), Duration.ofNanos(System.nanoTime() - start));
      }
    }

    @Override
    public HostReading failed(Host host, FwctlException failure, Duration after) {
      return new HostReading.Failed(failure, after);
    }
  }
}
