package dev.fwctl.core.transaction;

import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;

/** How hosts are reached; called by many threads at once. */
public interface Connections {
  /**
   * Returns a connection, be it one that is open already.
   *
   * @throws dev.fwctl.model.FwctlException with code UNREACHABLE, HOST_KEY, AUTHENTICATION or
   *     FILE_UNREADABLE
   */
  Connection any(Host host);

  /**
   * Opens a new connection and logs in, as somebody does who comes from outside now.
   *
   * @throws dev.fwctl.model.FwctlException as {@link #any}
   */
  Connection fresh(Host host);
}
