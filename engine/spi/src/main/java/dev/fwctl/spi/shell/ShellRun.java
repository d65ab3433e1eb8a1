package dev.fwctl.spi.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One script in one shell.
 *
 * <p>Three threads move bytes, so that neither a script that is longer than the pipe nor one that
 * prints on both outputs can stop the other way; the thread that asked waits for all of them or for
 * the time limit, and kills the process when something goes wrong. The threads then end by
 * themselves, and nobody waits for them.
 */
final class ShellRun {
  private final RootShell shell;
  private final ShellProcess process;
  private final Script script;
  private final Optional<byte[]> passwordLine;
  private final AtomicInteger allowance;
  private final Capture output;
  private final Capture errors;

  /** Completed when the shell of root has announced itself. */
  private final CompletableFuture<Void> begun = new CompletableFuture<>();

  /** Completed with what went wrong first. */
  private final CompletableFuture<Void> failure = new CompletableFuture<>();

  private boolean passwordSent;

  ShellRun(RootShell shell, ShellProcess process, Script script) {
    this.shell = shell;
    this.process = process;
    this.script = script;
    this.passwordLine = shell.passwordLine();
    this.allowance = new AtomicInteger(script.outputLimit());
    this.output = new Capture(RootShell.BEGIN, allowance);
    this.errors = new Capture(RootShell.BEGIN, allowance);
  }

  Execution await() {
    shell
        .unusablePassword()
        .ifPresent(
            problem -> {
              process.kill();
              throw new FwctlException(problem);
            });
    long end = System.nanoTime() + script.timeLimit().toNanos();
    CompletableFuture<Void> outputEnded = start("output", this::readOutput);
    CompletableFuture<Void> errorsEnded = start("errors", this::readErrors);
    start("input", this::sendScript);
    boolean finished = false;
    try {
      CompletableFuture.anyOf(failure, CompletableFuture.allOf(outputEnded, errorsEnded))
          .get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      int exitStatus = process.awaitExit(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      if (!output.begun()) {
        throw new FwctlException(shell.refusal(exitStatus, output.text(), errors.text()));
      }
      if (exitStatus < 0 || exitStatus > 255) {
        throw new IOException("it ended with a status that no shell has: " + exitStatus);
      }
      finished = true;
      return new Execution(exitStatus, output.text(), errors.text());
    } catch (TimeoutException passed) {
      throw new FwctlException(tookTooLong(), passed);
    } catch (ExecutionException failed) {
      throw asFwctlException(failed.getCause() == null ? failed : failed.getCause());
    } catch (IOException broken) {
      throw asFwctlException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new FwctlException(
          Problem.of(ErrorCode.INTERRUPTED, "interrupted while a script ran"), interrupted);
    } finally {
      begun.cancel(false);
      if (!finished) {
        process.kill();
      }
    }
  }

  private FwctlException asFwctlException(Throwable cause) {
    if (cause instanceof FwctlException known) {
      return known;
    }
    if (cause instanceof IOException) {
      return new FwctlException(
          shell.problem(
              ErrorCode.UNREACHABLE,
              "the connection broke while a script ran: "
                  + HostWords.of(String.valueOf(cause.getMessage())),
              "how far the script came is not known; look with fwctl plan"),
          cause);
    }
    throw new IllegalStateException(cause);
  }

  private Problem tookTooLong() {
    return shell.problem(
        ErrorCode.LIMIT_EXCEEDED,
        output.begun()
            ? "a script did not end within " + inWords(script.timeLimit())
            : "no shell of root after "
                + inWords(script.timeLimit())
                + Optional.of(HostWords.of(errors.text()))
                    .filter(words -> !words.isEmpty())
                    .map(words -> "; the host said: " + words)
                    .orElse(""),
        "look at the load of the host, and at what hangs there");
  }

  private static String inWords(Duration limit) {
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  private void readOutput() throws IOException {
    read(process.output(), output);
  }

  private void readErrors() throws IOException {
    read(process.errors(), errors);
  }

  private void read(InputStream in, Capture capture) throws IOException {
    byte[] chunk = new byte[8192];
    for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
      if (!capture.append(chunk, length)) {
        throw new FwctlException(
            shell.problem(
                ErrorCode.LIMIT_EXCEEDED,
                "the host printed more than " + script.outputLimit() + " bytes",
                "nothing that fwctl asks of a host prints as much; look at what runs there"));
      }
      if (capture == errors && !capture.begun() && passwordLine.isPresent()) {
        answerPrompt(passwordLine.get());
      }
      if (capture == output && capture.begun()) {
        begun.complete(null);
      }
    }
  }

  /** Sends the password the first time that sudo asks; asking again means that it was wrong. */
  private void answerPrompt(byte[] line) throws IOException {
    int prompts = errors.count(RootShell.PROMPT);
    if (prompts > 1) {
      throw new FwctlException(shell.wrongPassword());
    }
    if (prompts == 1 && !passwordSent) {
      passwordSent = true;
      OutputStream input = process.input();
      input.write(line);
      input.flush();
    }
  }

  private void sendScript() {
    try {
      if (passwordLine.isPresent()) {
        begun.get();
      }
      try (OutputStream input = process.input()) {
        input.write(RootShell.frame(script.text()));
        input.flush();
      }
    } catch (IOException | ExecutionException | CancellationException notTaken) {
      // Nobody reads: sudo refused, or the connection broke. The outputs and the exit status tell.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A step that may end in an exception, which is then the failure of the run. */
  private interface Step {
    void run() throws IOException;
  }

  private CompletableFuture<Void> start(String name, Step step) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("fwctl-shell-" + name)
        .start(
            () -> {
              try {
                step.run();
                ended.complete(null);
              } catch (Throwable thrown) {
                failure.completeExceptionally(thrown);
              }
            });
    return ended;
  }

  /** What came on one output, from the announcement of root's shell on. */
  private static final class Capture {
    /** The most bytes that a host may print before its shell is there: greetings, a lecture. */
    private static final int LONGEST_PREAMBLE = 64 * 1024;

    private final byte[] announcement;
    private final AtomicInteger allowance;
    private byte[] bytes = new byte[1024];
    private int length;
    private volatile boolean begun;

    Capture(String announcement, AtomicInteger allowance) {
      this.announcement = (announcement + "\n").getBytes(UTF_8);
      this.allowance = allowance;
    }

    /** Returns whether the bytes were within the limit. */
    synchronized boolean append(byte[] chunk, int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
      }
      System.arraycopy(chunk, 0, bytes, length, count);
      length += count;
      if (begun) {
        return allowance.addAndGet(-count) >= 0;
      }
      int at = indexOf(announcement, Math.max(0, length - count - announcement.length));
      if (at < 0) {
        return length <= LONGEST_PREAMBLE;
      }
      int from = at + announcement.length;
      length -= from;
      System.arraycopy(bytes, from, bytes, 0, length);
      begun = true;
      return allowance.addAndGet(-length) >= 0;
    }

    private int indexOf(byte[] wanted, int from) {
      for (int at = from; at <= length - wanted.length; at++) {
        if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
          return at;
        }
      }
      return -1;
    }

    boolean begun() {
      return begun;
    }

    synchronized int count(String text) {
      byte[] wanted = text.getBytes(UTF_8);
      int found = 0;
      for (int at = indexOf(wanted, 0); at >= 0; at = indexOf(wanted, at + wanted.length)) {
        found++;
      }
      return found;
    }

    synchronized String text() {
      return new String(bytes, 0, length, UTF_8);
    }
  }
}
