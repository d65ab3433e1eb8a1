package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.OnLab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of the lab's commands. */
@OnLab
final class LabCommandIT {
  /** A host boots in seconds; making the tree of its release takes minutes, once. */
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final String name = LabNames.fresh();
  @TempDir private Path folder;

  @AfterEach
  void clear() {
    Lab.down(LabFolders.standard(), name);
  }

  @Test
  void bringsUpAFleetUsesItAndTakesItDown() {
    assertThat(fwctl("lab", "up", "--name", name, "--hosts", "2", "--docker", "1")).isZero();
    assertThat(out())
        .contains("Lab " + name + " is up: 2 hosts.")
        .contains("/" + name + "/inventory.yml")
        .contains("/" + name + "/known_hosts")
        .contains("lab exec --name " + name + " controller -- ./fwctl facts");

    assertThat(fwctl("lab", "status")).isZero();
    assertThat(out())
        .containsPattern("web-01 +10\\.90\\.1\\.1 +fd00:90::1:1 +bookworm +runs, with Docker")
        .containsPattern("web-02 +10\\.90\\.1\\.2 +fd00:90::1:2 +bookworm +runs\n");

    assertThat(fwctl("lab", "exec", "--name", name, "web-01", "--", "sh", "-c", "exit 9"))
        .isEqualTo(9);
    assertThat(fwctl("lab", "exec", "--name", name, "web-01", "--", "docker", "version")).isZero();
    assertThat(fwctl("lab", "exec", "--name", name, "nobody", "--", "true")).isEqualTo(1);
    assertThat(err()).contains("has no host 'nobody'").contains("it has web-01, web-02");

    assertThat(fwctl("lab", "probe", "--name", name, "--from", "203.0.113.5", "--to", "web-02:22"))
        .isZero();
    assertThat(out()).isEqualTo("open\n");
    assertThat(
            fwctl(
                "lab",
                "probe",
                "--name",
                name,
                "--from",
                "2001:db8::5",
                "--to",
                "web-02:22",
                "--to",
                "web-02:9/udp",
                "--to",
                "web-01/icmp"))
        .isEqualTo(1);
    assertThat(out()).isEqualTo("web-02:22 open\nweb-02:9/udp refused\nweb-01/icmp open\n");

    assertThat(fwctl("lab", "up", "--name", name)).isEqualTo(1);
    assertThat(err()).contains("there is a lab '" + name);

    assertThat(fwctl("lab", "down", "--name", name)).isZero();
    assertThat(out()).isEqualTo("Lab " + name + " is gone.\n");
    assertThat(fwctl("lab", "down", "--name", name)).isZero();
    assertThat(out()).isEqualTo("There is no lab " + name + ".\n");
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThat(fwctl("lab")).isEqualTo(64);
    assertThat(fwctl("lab", "exec", "web-01")).isEqualTo(64);
    assertThat(fwctl("lab", "up", "--hosts", "many")).isEqualTo(64);
    assertThat(fwctl("lab", "up", "--name", name, "--hosts", "2", "--docker", "3")).isEqualTo(1);
    assertThat(fwctl("lab", "up", "--name", "No-Name")).isEqualTo(1);
    assertThat(fwctl("lab", "probe", "--name", name, "--from", "x", "--to", "web-01:1"))
        .isEqualTo(1);
    assertThat(err()).contains("there is no lab '" + name);
  }

  private int fwctl(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Program.launcher().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile());
    builder.environment().put("FWCTL_BUILD", "never");
    try {
      Process process = builder.start();
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("did not end in time: " + command);
      }
      return process.exitValue();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interruption);
    }
  }

  private String out() {
    return read("out");
  }

  private String err() {
    return read("err");
  }

  private String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
