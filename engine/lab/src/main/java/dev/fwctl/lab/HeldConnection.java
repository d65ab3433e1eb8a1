package dev.fwctl.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A connection of a client that stays, to see whether it still carries bytes. */
public final class HeldConnection implements AutoCloseable {
  /** What became of bytes that were sent. */
  public enum Pulse {
    /** They came back. */
    ALIVE,
    /** Nothing came back in time. */
    SILENT,
    /** The connection has ended. */
    CLOSED
  }

  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;
  private final Outcome opened;

  HeldConnection(Process process) {
    this.process = process;
    this.requests = process.outputWriter();
    this.answers = process.inputReader();
    this.opened = Outcome.parse(answer());
  }

  /** Returns whether the connection came about at all; UDP says open where nothing went wrong. */
  public Outcome opened() {
    return opened;
  }

  /**
   * Sends some bytes and waits for their echo.
   *
   * @param limit how long to wait at most
   */
  public Pulse pulse(Duration limit) {
    if (opened != Outcome.OPEN) {
      throw new IllegalStateException("the connection was " + opened.label());
    }
    try {
      requests.write(limit.toMillis() + "\n");
      requests.flush();
      return Pulse.valueOf(answer().toUpperCase(Locale.ROOT));
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  @Override
  public void close() {
    try {
      requests.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException gone) {
      process.destroyForcibly();
    } catch (InterruptedException interruption) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String answer() {
    try {
      String line = answers.readLine();
      if (line == null) {
        String complaint = new String(process.getErrorStream().readAllBytes(), UTF_8);
        throw LabProblem.of("no probe: " + complaint.strip(), "see what it says");
      }
      return line;
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
