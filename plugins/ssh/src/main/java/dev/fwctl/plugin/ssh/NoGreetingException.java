package dev.fwctl.plugin.ssh;

import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A server did not identify itself as one of SSH. */
final class NoGreetingException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  private final String said;
  private final boolean closed;

  /**
   * Creates the exception.
   *
   * @param said what the server sent instead
   * @param closed whether the server closed the connection; otherwise it went on talking
   */
  NoGreetingException(String said, boolean closed, @Nullable Throwable cause) {
    super("no SSH identification", cause);
    this.said = said;
    this.closed = closed;
  }

  String said() {
    return said;
  }

  boolean closed() {
    return closed;
  }
}
