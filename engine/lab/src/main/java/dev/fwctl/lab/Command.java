package dev.fwctl.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs programs of the machine. */
final class Command {
  private static final Executor READERS = Thread::startVirtualThread;
  private static final Duration LINGER = Duration.ofSeconds(2);

  private Command() {}

  /** Prepares a program; administrators' programs are found whatever the caller's PATH is. */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .merge(
            "PATH",
            "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin",
            (own, more) -> own + ":" + more);
    return builder;
  }

  /**
   * Runs a program to its end.
   *
   * @throws dev.fwctl.model.FwctlException when it can't be started or does not end in time; it and
   *     what it started are killed then
   */
  static Execution run(List<String> command, byte[] input, Duration limit) {
    Process process;
    try {
      process = builder(command).start();
    } catch (IOException problem) {
      throw LabProblem.of(
          "can't run " + command.getFirst() + ": " + problem.getMessage(),
          "fwctl lab setup installs what the lab needs",
          problem);
    }
    Collector output = Collector.of(process.getInputStream());
    Collector errors = Collector.of(process.getErrorStream());
    READERS.execute(() -> write(process.getOutputStream(), input));
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw LabProblem.of(
            "'%s' did not end within %d s".formatted(String.join(" ", command), limit.toSeconds()),
            "see what it waits for, or give it more time");
      }
      return new Execution(process.exitValue(), output.text(), errors.text());
    } catch (InterruptedException interruption) {
      kill(process);
      Thread.currentThread().interrupt();
      throw LabProblem.of("interrupted", "run it again", interruption);
    }
  }

  /** Runs a program to its end and throws unless it succeeds; returns its standard output. */
  static String check(List<String> command, byte[] input, Duration limit) {
    Execution execution = run(command, input, limit);
    if (!execution.succeeded()) {
      String said = (execution.errors() + "\n" + execution.output()).strip();
      throw LabProblem.of(
          "'%s' failed with status %d: %s"
              .formatted(String.join(" ", command), execution.status(), said),
          "see what it says");
    }
    return execution.output();
  }

  static String check(List<String> command, Duration limit) {
    return check(command, new byte[0], limit);
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static void write(OutputStream stream, byte[] input) {
    try (stream) {
      stream.write(input);
    } catch (IOException ended) {
      // a program need not read all of its input; how it ended is told by its exit status
    }
  }

  /** Reads a stream to its end, or as far as it came when what has it open goes on living. */
  private record Collector(ByteArrayOutputStream bytes, CompletableFuture<Void> end) {
    static Collector of(InputStream stream) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      return new Collector(
          bytes,
          CompletableFuture.runAsync(
              () -> {
                try (stream) {
                  stream.transferTo(bytes);
                } catch (IOException closed) {
                  throw new UncheckedIOException(closed);
                }
              },
              READERS));
    }

    /** Returns what was read; a daemon that the program left behind holds nobody up for long. */
    String text() throws InterruptedException {
      try {
        end.get(LINGER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException stillOpen) {
        // what it printed so far is all that there will be
      } catch (ExecutionException problem) {
        throw new IllegalStateException(problem);
      }
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
