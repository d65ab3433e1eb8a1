package dev.fwctl.plugin.iptables;

import dev.fwctl.spi.Execution;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A folder of commands that only pretend, and a shell that finds them before any others. */
final class FakeTools {
  private final Path folder;

  FakeTools(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder itself. */
  FakeTools withFolder() {
    try {
      Files.createDirectories(folder);
      return this;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts a command there. */
  FakeTools with(String name, String script) {
    try {
      Path file = folder.resolve(name);
      Files.writeString(file, "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
      return this;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Puts a command there that writes its name, its arguments and its input to a journal, and fails
   * when a file beside it says so for this call.
   */
  FakeTools withRecorder(String name) {
    return with(
        name,
        """
        folder=${0%%/*}
        echo "$ %s $*" >> "$folder/journal"
        case "$* " in
          *restore* | *--noflush*) cat >> "$folder/journal" ;;
        esac
        if [ -e "$folder/fail" ]; then
          while read -r pattern; do
            case "%s $*" in
              $pattern) echo "%s: no luck" >&2; exit 1 ;;
            esac
          done < "$folder/fail"
        fi
        exit 0
        """
            .formatted(name, name, name));
  }

  /** Puts a command there that prints the file of its own name with {@code .saved} behind it. */
  FakeTools withPrinter(String name) {
    return with(name, "! [ -e \"$0.saved\" ] || cat \"$0.saved\"");
  }

  /** Lets recorders fail whose name and arguments fit one of these patterns of the shell. */
  void fail(String... patterns) {
    write("fail", String.join("\n", patterns) + "\n");
  }

  /** Returns what the recorders wrote since they were last asked. */
  String journal() {
    try {
      Path file = folder.resolve("journal");
      String journal = Files.exists(file) ? Files.readString(file) : "";
      Files.deleteIfExists(file);
      return journal;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(String name, String content) {
    try {
      Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs a script that comes on standard input, as a host does. */
  Execution run(String script) {
    write("script", script);
    return run(List.of("/bin/sh"), folder.resolve("script"));
  }

  /** Runs a script that is a file. */
  Execution runFile(String script, String... arguments) {
    write("script", script);
    write("input", "");
    List<String> command = new ArrayList<>(List.of("/bin/sh", folder.resolve("script").toString()));
    command.addAll(List.of(arguments));
    return run(command, folder.resolve("input"));
  }

  /** Reads what was printed as a connection does, which replaces what is no UTF-8. */
  private String read(String name) throws IOException {
    return new String(Files.readAllBytes(folder.resolve(name)), StandardCharsets.UTF_8);
  }

  private Execution run(List<String> command, Path input) {
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(input.toFile())
              .redirectOutput(folder.resolve("output").toFile())
              .redirectError(folder.resolve("errors").toFile());
      builder.environment().clear();
      builder.environment().put("PATH", folder + ":/usr/bin:/bin");
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      if (!process.waitFor(1, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("the script does not end");
      }
      return new Execution(process.exitValue(), read("output"), read("errors"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
