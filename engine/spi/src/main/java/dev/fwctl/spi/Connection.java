package dev.fwctl.spi;

/** A way to run scripts on one host; used by one thread at a time. */
public interface Connection extends AutoCloseable {
  /**
   * Runs a script with {@code /bin/sh} as root and waits for its end.
   *
   * <p>The script travels on standard input, never on a command line. Its end, a broken connection,
   * the time limit and the output limit each end the wait; after the last three nothing is known of
   * how far the script came.
   *
   * @throws dev.fwctl.model.FwctlException with code UNREACHABLE, PRIVILEGE or LIMIT_EXCEEDED
   */
  Execution execute(Script script);

  /** Closes the connection; never waits long and never throws. */
  @Override
  void close();
}
