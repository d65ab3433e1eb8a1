package dev.fwctl.plugin.ssh;

import dev.fwctl.plugin.ssh.Watchdog.Guard;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import net.schmizz.sshj.SSHClient;

/**
 * A server that we are logged in to, or are about to be.
 *
 * @param client sshj's client
 * @param wire the TCP connection under it, that of the first jump host where there is one
 * @param jump the login at the jump host
 */
record Login(SSHClient client, Closeable wire, Optional<Login> jump) {
  /** How long a server may take to hear that we leave. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /**
   * Closes the TCP connection, which ends all threads and waits on it at once.
   *
   * <p>Nothing is said to the server: a server that does not read would never let us finish.
   */
  void cutOff() {
    try {
      wire.close();
    } catch (IOException closedAnyway) {
      // There is nobody to tell.
    }
  }

  /** Takes leave of the server, and of the jump host after it. */
  void close(Watchdog watchdog) {
    try (Guard guard = watchdog.after(FAREWELL, this::cutOff)) {
      disconnect();
    } finally {
      cutOff();
    }
  }

  private void disconnect() {
    try {
      client.disconnect();
    } catch (IOException | RuntimeException gone) {
      // The connection had broken before. sshj then throws from buffers that it left half written.
    }
    jump.ifPresent(Login::disconnect);
  }
}
