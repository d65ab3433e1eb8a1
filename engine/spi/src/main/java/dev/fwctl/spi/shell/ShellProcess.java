package dev.fwctl.spi.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** A started command on a host; each stream is used by one thread, and all of them at once. */
public interface ShellProcess {
  /** Returns the stream to the command's standard input; closing it is the input's end. */
  OutputStream input();

  /** Returns the command's standard output. */
  InputStream output();

  /** Returns the command's standard error. */
  InputStream errors();

  /**
   * Waits for the command's end; called when both of its outputs have ended.
   *
   * @return the exit status
   * @throws IOException when there is no exit status because the connection broke, the command was
   *     killed by a signal, or the limit passed
   */
  int awaitExit(Duration limit) throws IOException;

  /**
   * Ends the command and all that it holds, at once and without waiting for anybody.
   *
   * <p>Threads that are in a read or a write of a stream come out of it with an exception or an end
   * of file. It may be called more than once, and from any thread.
   */
  void kill();
}
