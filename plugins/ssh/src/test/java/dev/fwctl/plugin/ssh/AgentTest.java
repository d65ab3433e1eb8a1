package dev.fwctl.plugin.ssh;

import static dev.fwctl.plugin.ssh.TestHosts.script;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.spi.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AgentTest {
  @TempDir Path folder;

  private Surroundings surroundings(FakeAgent agent) {
    return new Surroundings(
        folder.resolve("dot-ssh"), List.of(), Optional.of(agent.socket()), "somebody");
  }

  private String run(TestServer server, Surroundings surroundings, Optional<Path> key) {
    TestHosts host =
        TestHosts.at(server.port())
            .knownHosts(TestHosts.writeKnownHosts(folder, server.knownHostsLine()));
    try (SshConnectionProvider provider = new SshConnectionProvider(surroundings);
        Connection connection = provider.connect(key.map(host::key).orElse(host).host())) {
      return connection.execute(script("echo ran")).output();
    }
  }

  @Test
  void logsInWithAKeyOfTheAgent() throws IOException {
    KeyPair key = TestServer.rsa("rsa");
    try (FakeAgent agent = new FakeAgent(folder, TestServer.rsa("rsa-pem"), key);
        TestServer server =
            TestServer.start(TestServer.ecdsa(), folder).authorize(key.getPublic())) {
      assertThat(run(server, surroundings(agent), Optional.empty())).isEqualTo("ran\n");
    }
  }

  @Test
  void aLockedKeyThatTheAgentHolds() throws IOException {
    KeyPair key = TestServer.rsa("rsa");
    Path locked = Files.copy(TestHosts.key("rsa-pem-locked"), folder.resolve("id"));
    EncodedKey encoded = EncodedKey.of(key.getPublic());
    Files.writeString(folder.resolve("id.pub"), encoded.type() + " " + encoded.base64());
    try (FakeAgent agent = new FakeAgent(folder, TestServer.rsa("rsa-pem"), key);
        TestServer server =
            TestServer.start(TestServer.ecdsa(), folder).authorize(key.getPublic())) {
      assertThat(run(server, surroundings(agent), Optional.of(locked))).isEqualTo("ran\n");
      assertThat(server.attempts()).startsWith("deploy by key");
    }
  }

  @Test
  void anAgentWithoutTheKey() throws IOException {
    try (FakeAgent agent = new FakeAgent(folder, TestServer.rsa("rsa-pem"));
        TestServer server = TestServer.start(TestServer.ecdsa(), folder)) {
      FwctlException thrown =
          catchThrowableOfType(
              FwctlException.class, () -> run(server, surroundings(agent), Optional.empty()));
      assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.AUTHENTICATION);
      assertThat(thrown).hasMessageContaining("the agent's key SHA256:");
    }
  }

  @Test
  void anAgentThatIsGone() throws IOException {
    FakeAgent agent = new FakeAgent(folder, TestServer.rsa("rsa-pem"));
    agent.close();
    try (TestServer server = TestServer.start(TestServer.ecdsa(), folder)) {
      FwctlException thrown =
          catchThrowableOfType(
              FwctlException.class, () -> run(server, surroundings(agent), Optional.empty()));
      assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.AUTHENTICATION);
      assertThat(thrown).hasMessageContaining("no answer from the ssh-agent");
    }
  }

  @Test
  void anAgentThatNeverAnswers() throws IOException {
    try (FakeAgent agent = FakeAgent.silent(folder);
        Watchdog watchdog = new Watchdog()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> new Agent(agent.socket(), watchdog).keys(Duration.ofMillis(300)));
    }
  }

  @Test
  void anAnswerThatIsCutShort() throws IOException {
    try (FakeAgent agent = FakeAgent.answering(folder, new byte[] {0, 0, 0, 5, 12, 0, 0, 0, 9});
        Watchdog watchdog = new Watchdog()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> new Agent(agent.socket(), watchdog).keys(Duration.ofSeconds(10)))
          .withMessageContaining("cut short");
    }
  }

  @Test
  void anAnswerOfTwoGigabytes() throws IOException {
    try (FakeAgent agent = FakeAgent.answering(folder, "\u007f\u007f\u007f\u007f".getBytes(UTF_8));
        Watchdog watchdog = new Watchdog()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> new Agent(agent.socket(), watchdog).keys(Duration.ofSeconds(10)))
          .withMessageContaining("a length of");
    }
  }
}
