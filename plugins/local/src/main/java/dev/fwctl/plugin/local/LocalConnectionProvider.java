package dev.fwctl.plugin.local;

import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import org.pf4j.Extension;

/** Reaches the machine that fwctl runs on, without a network: {@code ansible_connection: local}. */
@Extension
public final class LocalConnectionProvider implements ConnectionProvider {
  @Override
  public String type() {
    return "local";
  }

  @Override
  public Connection connect(Host host) {
    return new LocalConnection(host);
  }

  @Override
  public void close() {
    // Nothing is shared.
  }
}
