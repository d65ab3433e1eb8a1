package dev.fwctl.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Lab;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The program as a user starts it, in the network from which the hosts of a lab are reached. */
final class Program {
  /** Longer than any run of the tests; a run that hangs is a failure. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Lab lab;
  private final Path folder;

  /**
   * A run that has ended.
   *
   * @param command what was run
   * @param exitCode how it ended
   * @param output what it printed on standard output
   * @param errors what it printed on standard error
   */
  record Run(String command, int exitCode, String output, String errors) {
    /** Returns all that a person sees of it, with each run of blanks and line ends as one blank. */
    String words() {
      return (output + errors).replaceAll("\\s+", " ");
    }

    @Override
    public String toString() {
      return "%s%nended with %d%n--- output%n%s--- errors%n%s"
          .formatted(command, exitCode, output, errors);
    }
  }

  /**
   * Creates the program.
   *
   * @param folder where it is started
   */
  Program(Lab lab, Path folder) {
    this.lab = lab;
    this.folder = folder;
  }

  /** A run that goes on. */
  static final class Running {
    private final String command;
    private final Process process;
    private final Printed output;
    private final Printed errors;

    private Running(String command, Process process) {
      this.command = command;
      this.process = process;
      this.output = new Printed(process.getInputStream());
      this.errors = new Printed(process.getErrorStream());
    }

    /** Sends a signal to the program, as ^C sends INT. */
    void signal(String name) {
      try {
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
            .inheritIO()
            .start()
            .waitFor();
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(interruption);
      }
    }

    /** Waits until it has printed something, on either stream. */
    void awaitWords(String words) throws InterruptedException {
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!(output.soFar() + errors.soFar()).contains(words)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new AssertionError("'%s' was not said: %s".formatted(words, end()));
        }
        Thread.sleep(20);
      }
    }

    /** Waits for the end of it. */
    Run end() {
      try {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError(
              "did not end in time: %s%n%s%s".formatted(command, output.all(), errors.all()));
        }
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(interruption);
      }
      return new Run(command, process.exitValue(), output.all(), errors.all());
    }
  }

  /** Makes this the one policy document of the folder. */
  void policy(String text) {
    try {
      Path policies = Files.createDirectories(folder.resolve("policies"));
      Files.writeString(policies.resolve("policy.yml"), text);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Returns a policy that lets some addresses reach port 9000 of all hosts, and nobody else. */
  static String allowing(String... sources) {
    return """
    fwctl: 1
    policies:
      baseline:
        hosts: all
        inbound:
          default: drop
          allow:
            - {to: host, port: 9000/tcp, from: [%s]}
    """
        .formatted(String.join(", ", sources));
  }

  /** Returns the arguments of a command on the hosts of the lab, with the policies here. */
  String[] onTheLab(String command, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "-i", lab.inventory().toString(), "-p", "policies"));
    arguments.addAll(List.of(options));
    return arguments.toArray(String[]::new);
  }

  /** Runs a command as {@link #onTheLab}; it ends with this exit code, and with no bug of ours. */
  Run fwctl(int exitCode, String command, String... options) {
    return run(exitCode, onTheLab(command, options));
  }

  /** Runs the program to its end; it ends with this exit code, and with no bug of ours. */
  Run run(int exitCode, String... arguments) {
    Run run = run(arguments);
    assertThat(run.exitCode()).as("%s", run).isEqualTo(exitCode);
    assertThat(run.words()).doesNotContain("Exception");
    return run;
  }

  /** Runs the program to its end. */
  Run run(String... arguments) {
    return start(arguments).end();
  }

  /** Starts the program. */
  Running start(String... arguments) {
    // Each of these becomes the next, so that the process is the program itself. A build in the
    // background hands down that ^C is ignored.
    List<String> command =
        new ArrayList<>(List.of("env", "--default-signal=INT,HUP", launcher().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = lab.process("controller", command).directory(folder.toFile());
    builder.environment().put("FWCTL_BUILD", "never");
    builder.environment().put("HOME", folder.toString());
    builder.environment().remove("SSH_AUTH_SOCK");
    try {
      return new Running(
          "fwctl " + String.join(" ", arguments),
          builder.redirectInput(Path.of("/dev/null").toFile()).start());
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** What a run prints on one of its streams. */
  private static final class Printed {
    private final StringBuffer text = new StringBuffer();
    private final CompletableFuture<Void> ended;

    Printed(InputStream stream) {
      this.ended =
          CompletableFuture.runAsync(
              () -> {
                try (Reader reader = new InputStreamReader(stream, UTF_8)) {
                  char[] some = new char[8192];
                  for (int count = reader.read(some); count >= 0; count = reader.read(some)) {
                    text.append(some, 0, count);
                  }
                } catch (IOException problem) {
                  throw new UncheckedIOException(problem);
                }
              },
              Thread::startVirtualThread);
    }

    String soFar() {
      return text.toString();
    }

    String all() {
      ended.join();
      return soFar();
    }
  }

  /** Returns the launcher of the source tree that the tests are in. */
  static Path launcher() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("fwctl"))
        || !Files.isExecutable(folder.resolve("mvnw"))) {
      folder = requireNonNull(folder.getParent(), "no ./fwctl above the tests");
    }
    return folder.resolve("fwctl");
  }
}
