package dev.fwctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.OnLab;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a user sees of the lab's commands. */
@OnLab
final class LabCommandIT {
  private final String name = LabNames.fresh();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void clear() {
    Lab.down(LabFolders.standard(), name);
  }

  @Test
  void bringsUpAFleetUsesItAndTakesItDown() {
    assertThat(fwctl("lab", "up", "--name", name, "--hosts", "2", "--docker", "1")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("Lab " + name + " is up: 2 hosts.")
        .contains("/" + name + "/inventory.yml")
        .contains("/" + name + "/known_hosts")
        .contains("lab exec --name " + name + " controller -- ./fwctl plan");

    assertThat(fwctl("lab", "status")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("web-01 +10\\.90\\.1\\.1 +fd00:90::1:1 +bookworm +runs, with Docker")
        .containsPattern("web-02 +10\\.90\\.1\\.2 +fd00:90::1:2 +bookworm +runs\n");

    assertThat(fwctl("lab", "exec", "--name", name, "web-01", "--", "sh", "-c", "exit 9"))
        .isEqualTo(9);
    assertThat(fwctl("lab", "exec", "--name", name, "web-01", "--", "docker", "version")).isZero();
    assertThat(fwctl("lab", "exec", "--name", name, "nobody", "--", "true")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("has no host 'nobody'")
        .contains("it has web-01, web-02");

    assertThat(fwctl("lab", "probe", "--name", name, "--from", "203.0.113.5", "--to", "web-02:22"))
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("open\n");
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
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("web-02:22 open\nweb-02:9/udp refused\nweb-01/icmp open\n");

    assertThat(fwctl("lab", "up", "--name", name)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is a lab '" + name);

    assertThat(fwctl("lab", "down", "--name", name)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Lab " + name + " is gone.\n");
    assertThat(fwctl("lab", "down", "--name", name)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("There is no lab " + name + ".\n");
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
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no lab '" + name);
  }

  private int fwctl(String... arguments) {
    out.reset();
    err.reset();
    return Main.run(
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            false),
        Path.of(""),
        arguments);
  }
}
