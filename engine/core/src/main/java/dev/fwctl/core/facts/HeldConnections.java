package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Keeps connections open for whoever needs the same host again soon, which saves a log-in.
 *
 * <p>May be used by many threads at once.
 */
public final class HeldConnections implements AutoCloseable {
  /** A connection that was idle for longer may have been forgotten by something on the way. */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(20);

  private final Function<Host, Connection> connect;
  private final int most;
  private final Map<Host, Held> held = new HashMap<>();
  private boolean closed;

  /**
   * Creates a keeper.
   *
   * @param connect opens a connection and logs in
   * @param most how many connections are kept at once
   */
  public HeldConnections(Function<Host, Connection> connect, int most) {
    this.connect = requireNonNull(connect, "connect is null");
    this.most = most;
  }

  /** Returns a connection that is kept, or opens one; when it is closed, it is kept. */
  public Connection connect(Host host) {
    Optional<Held> kept = remove(host);
    if (kept.isPresent() && kept.get().idle().compareTo(LONGEST_IDLE) <= 0) {
      return kept.get();
    }
    kept.ifPresent(stale -> stale.connection.close());
    return new Held(host, connect.apply(host));
  }

  /** Closes the connection that is kept to a host, if there is one. */
  public void letGo(Host host) {
    remove(host).ifPresent(kept -> kept.connection.close());
  }

  private synchronized Optional<Held> remove(Host host) {
    return Optional.ofNullable(held.remove(host));
  }

  private synchronized boolean keep(Held connection) {
    return !closed && held.size() < most && held.putIfAbsent(connection.host, connection) == null;
  }

  @Override
  public void close() {
    Map<Host, Held> left;
    synchronized (this) {
      closed = true;
      left = Map.copyOf(held);
      held.clear();
    }
    left.values().forEach(connection -> connection.connection.close());
  }

  private final class Held implements Connection {
    private final Host host;
    private final Connection connection;
    private boolean broken;
    private long since;

    Held(Host host, Connection connection) {
      this.host = host;
      this.connection = connection;
    }

    Duration idle() {
      return Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public Execution execute(Script script) {
      broken = true;
      Execution execution = connection.execute(script);
      broken = false;
      return execution;
    }

    @Override
    public void close() {
      since = System.nanoTime();
      if (broken || !keep(this)) {
        connection.close();
      }
    }
  }
}
