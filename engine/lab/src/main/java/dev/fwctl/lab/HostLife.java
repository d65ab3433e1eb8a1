package dev.fwctl.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One host as the machine sees it: its process 1, and how that comes and goes. */
final class HostLife {
  private static final Duration BOOT_LIMIT = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final Layout layout;
  private final LabHost host;
  private final Path folder;

  HostLife(Layout layout, LabHost host) {
    this.layout = layout;
    this.host = host;
    this.folder = layout.hostFolder(host.name());
  }

  /** Returns process 1 of the host, once it is sure that it is not another with the same number. */
  Optional<Long> process() {
    try {
      String pid = Files.readString(folder.resolve("pid")).strip();
      Optional<NamespaceId> namespace = Namespaces.id(layout.namespaceFile(host.name()));
      boolean same =
          namespace.isPresent() && namespace.equals(Namespaces.id(Path.of("/proc", pid, "ns/net")));
      return same && !Namespaces.isMachine(namespace.get())
          ? Optional.of(Long.parseLong(pid))
          : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Starts the host from what is in its folder, and returns when all that it runs answers. */
  void start() {
    // A session of its own: the host lives on when the terminal that brought it up is closed.
    List<String> command =
        Stream.concat(
                Stream.of("setsid"),
                Namespaces.enter(
                    layout,
                    host.name(),
                    List.of(
                        "sh",
                        layout.scripts().resolve("host.sh").toString(),
                        "outer",
                        folder.toString()))
                    .stream())
            .toList();
    File log = log().toFile();
    try {
      Process process =
          Command.builder(command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
              .redirectError(ProcessBuilder.Redirect.appendTo(log))
              .start();
      await(this::isUp, process::isAlive);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Waits until a host that is starting anew, as another process than before, is up. */
  void awaitReboot(long before) {
    await(() -> process().filter(pid -> pid != before).isPresent() && isUp(), () -> true);
  }

  /** Ends the host as when its power fails, and returns when nothing of it runs. */
  void kill() {
    process().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    Command.check(List.of("flock", folder.resolve("power").toString(), "true"), BOOT_LIMIT);
  }

  private boolean isUp() {
    return process()
        .filter(pid -> Files.exists(Path.of("/proc", Long.toString(pid), "root/run/lab-ready")))
        .isPresent();
  }

  private void await(BooleanSupplier condition, BooleanSupplier isHopeful) {
    long deadline = System.nanoTime() + BOOT_LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (!isHopeful.getAsBoolean() || System.nanoTime() > deadline || !pause()) {
        throw LabProblem.of(
            "lab host '%s' (%s) did not boot: %s"
                .formatted(host.name(), host.spec().release(), said()),
            "see what it says");
      }
    }
  }

  private String said() {
    try {
      return Files.readString(log()).strip();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private Path log() {
    return folder.resolve("boot.log");
  }

  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
