package dev.fwctl.plugin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.DefaultPluginManager;

/** Scripts that only print, on this machine, with an {@code id} of ours. */
@Timeout(60)
class LocalConnectionTest {
  @TempDir Path folder;

  @Test
  void isFoundByPf4j() {
    assertThat(new DefaultPluginManager(folder).getExtensions(ConnectionProvider.class))
        .hasOnlyElementsOfType(LocalConnectionProvider.class)
        .hasSize(1)
        .allSatisfy(found -> assertThat(found.type()).isEqualTo("local"));
  }

  @Test
  void runsScriptsAsRoot() throws IOException {
    try (Connection connection = connection("0", Optional.empty())) {
      assertThat(connection.execute(script("echo out; echo err >&2; exit 3")))
          .isEqualTo(new Execution(3, "out\n", "err\n"));
      assertThat(connection.execute(script("echo \"${SSH_CONNECTION-none}\"; cat")).output())
          .isEqualTo("none\n");
    }
  }

  @Test
  void neitherRootNorBecome() throws IOException {
    FwctlException thrown = failure(connection("1000", Optional.empty()), script("echo ran"));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.PRIVILEGE);
  }

  @Test
  void bySudo() throws IOException {
    fake("sudo", "shift 2; exec \"$@\"");
    Become become = new Become(Optional.empty());
    assertThat(connection("1000", Optional.of(become)).execute(script("echo ran")).output())
        .isEqualTo("ran\n");
  }

  @Test
  void aScriptThatHangsIsKilledWithAllThatItStarted() throws Exception {
    Path pids = folder.resolve("pids");
    Script script =
        new Script(
            "sh -c 'echo $$ >>%s; sleep 300; true' & sh -c 'echo $$ >>%s; sleep 300; true'"
                .formatted(pids, pids),
            Duration.ofSeconds(1),
            1000);
    FwctlException thrown = failure(connection("0", Optional.empty()), script);
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    List<String> started = Files.readAllLines(pids);
    assertThat(started).hasSize(2);
    for (String pid : started) {
      while (ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent()) {
        Thread.sleep(20);
      }
    }
  }

  @Test
  void endlessOutputIsCut() throws IOException {
    FwctlException thrown =
        failure(
            connection("0", Optional.empty()), new Script("yes", Duration.ofSeconds(30), 100_000));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
  }

  @Test
  void noShell() {
    FwctlException thrown =
        failure(
            new LocalConnection(host(Optional.empty()), List.of("/no/such/shell")),
            script("echo ran"));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.UNREACHABLE);
  }

  private static FwctlException failure(Connection connection, Script script) {
    return catchThrowableOfType(FwctlException.class, () -> connection.execute(script));
  }

  private static Script script(String text) {
    return new Script(text, Duration.ofSeconds(30), 1_000_000);
  }

  private Connection connection(String userId, Optional<Become> become) throws IOException {
    fake("id", "echo " + userId);
    // What the kernel says of the user is not there, so that id is asked.
    Path interpreter =
        fake(
            "interpreter",
            "PATH=%s:$PATH; export PATH; exec /bin/sh -c \"${1%%%%/proc/self/status*}/none${1#*/proc/self/status}\""
                .formatted(folder));
    return new LocalConnection(host(become), List.of(interpreter.toString()));
  }

  private Path fake(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private static Host host(Optional<Become> become) {
    return new Host(
        "here",
        new TreeSet<>(List.of("all")),
        new ConnectionSettings(
            "local",
            "localhost",
            22,
            Optional.of("deploy"),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            0,
            become,
            Map.of()),
        new Place("inventory.yml", 2, 3));
  }
}
