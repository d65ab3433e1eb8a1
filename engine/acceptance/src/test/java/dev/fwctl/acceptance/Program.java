package dev.fwctl.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.lab.Lab;
import java.io.IOException;
import java.io.InputStream;
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

  /** Runs the program to its end. */
  Run run(String... arguments) {
    try {
      Process process = start(arguments);
      CompletableFuture<String> output = read(process.getInputStream());
      CompletableFuture<String> errors = read(process.getErrorStream());
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new AssertionError(
            "did not end in time: %s%n%s%s"
                .formatted(String.join(" ", arguments), output.join(), errors.join()));
      }
      return new Run(
          "fwctl " + String.join(" ", arguments),
          process.exitValue(),
          output.join(),
          errors.join());
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interruption);
    }
  }

  /** Starts the program. */
  Process start(String... arguments) {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = lab.process("controller", command).directory(folder.toFile());
    builder.environment().put("FWCTL_BUILD", "never");
    builder.environment().put("HOME", folder.toString());
    builder.environment().remove("SSH_AUTH_SOCK");
    try {
      return builder.redirectInput(Path.of("/dev/null").toFile()).start();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static CompletableFuture<String> read(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), UTF_8);
          } catch (IOException problem) {
            throw new UncheckedIOException(problem);
          }
        },
        Thread::startVirtualThread);
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
