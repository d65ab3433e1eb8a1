package dev.fwctl.spi;

import dev.fwctl.model.Host;
import org.pf4j.ExtensionPoint;

/**
 * Reaches hosts in one way, such as SSH.
 *
 * <p>One provider serves a whole run and is called by many threads at once.
 */
public interface ConnectionProvider extends ExtensionPoint, AutoCloseable {
  /**
   * Returns the name by which an inventory chooses this way: the value of {@code
   * ansible_connection}.
   */
  String type();

  /**
   * Opens a connection and logs in, within the host's time limit; a host that refuses for load is
   * tried again.
   *
   * @throws dev.fwctl.model.FwctlException with code UNREACHABLE, HOST_KEY, AUTHENTICATION or
   *     FILE_UNREADABLE
   */
  Connection connect(Host host);

  /** Releases what the provider shares among connections; connections are closed before. */
  @Override
  void close();
}
