package dev.fwctl.plugin.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the probe in a shell, against an engine of the test's own making. */
@Timeout(60)
class ProbeTest {
  private static final String FIRST = "1".repeat(64);
  private static final String SECOND = "2".repeat(64);

  @TempDir Path folder;

  private final Map<String, String> pages = new HashMap<>();
  private ServerSocketChannel server;

  @BeforeEach
  void start() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(folder.resolve("docker.sock")));
    Files.writeString(folder.resolve("docker.pid"), "1");
    Thread.ofVirtual().start(this::serve);
    pages.put(
        "/info",
        "200 {\"ServerVersion\":\"99.1\",\"Labels\":[\"{\"],\"Swarm\":{\"LocalNodeState\":\"inactive\"}}");
    pages.put("/networks", "200 []");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel client = server.accept()) {
          ByteBuffer request = ByteBuffer.allocate(4096);
          client.read(request);
          String path = new String(request.array(), 0, request.position(), UTF_8).split(" ", -1)[1];
          String page = pages.getOrDefault(path, "404 {\"message\":\"No such thing\"}");
          String answer =
              "HTTP/1.0 "
                  + page.substring(0, 3)
                  + " Whatever\r\nContent-Type: application/json\r\n\r\n"
                  + page.substring(4)
                  + "\n";
          ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(UTF_8));
          while (bytes.hasRemaining()) {
            client.write(bytes);
          }
        }
      }
    } catch (ClosedChannelException e) {
      // The test is over.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private ProbeAnswer probe() throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    String script =
        new DockerGatherer()
            .probe()
            .replace("/var/run/docker.sock /run/user/*/docker.sock", folder + "/docker.sock")
            .replace("/var/run/docker", folder + "/docker");
    Process process =
        new ProcessBuilder("/bin/sh", "-c", script)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new ProbeAnswer(process.exitValue(), Files.readString(output), Files.readString(errors));
  }

  private static String container(String name, String label) {
    return "200 {\"Id\":\"%1$s\",\"Path\":\"sh\",\"Args\":[\"--password\",\"hunter2\",\"]}\"],\"State\":{\"Status\":\"running\",\"Running\":true,\"Paused\":false,\"Restarting\":false,\"Health\":{\"Log\":[{\"Output\":\"\\\"Running\\\":false}\"}]}},\"Name\":\"/%2$s\",\"Mounts\":[],\"Config\":{\"Env\":[\"TOKEN=hunter2\"],\"Image\":\"web:1\",\"Labels\":{\"x\":%3$s}},\"HostConfig\":{\"Binds\":null,\"NetworkMode\":\"bridge\",\"Memory\":0,\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]},\"LogConfig\":{\"Type\":\"json-file\"}},\"NetworkSettings\":{\"Bridge\":\"\",\"Ports\":{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"}]},\"Networks\":{\"bridge\":{\"IPAddress\":\"172.17.0.2\",\"IPAMConfig\":null}}}}"
        .formatted(FIRST, name, label);
  }

  @Test
  void whatTheEngineSaysArrivesAndNothingElse() throws Exception {
    String label =
        "\"}},{[\\\\\\\"\\\\\\\\\\u001b[2J\\n],\\\"Name\\\":\\\"/forged\\\",$(reboot)'`id`%s\"";
    pages.put(
        "/containers/json?all=1",
        "200 [{\"Id\":\"%1$s\",\"Labels\":{\"Id\":\"%2$s\",\"y\":\"\\\"Id\\\":\\\"%3$s\\\"\"}}]"
            .formatted(FIRST, SECOND, "3".repeat(64)));
    pages.put("/containers/" + FIRST + "/json", container("web", label));

    ProbeAnswer answer = probe();

    assertThat(answer.errors()).isEmpty();
    assertThat(answer.exitStatus()).isZero();
    assertThat(answer.output()).doesNotContain("hunter2", "3".repeat(64));
    DockerFacts facts = new DockerGatherer().parse(answer);
    assertThat(facts.version()).isEqualTo("99.1");
    assertThat(facts.containers()).hasSize(1);
    Container web = facts.containers().getFirst();
    assertThat(web.name()).isEqualTo("web");
    assertThat(web.running()).isTrue();
    assertThat(web.published()).hasToString("[8080->80/tcp]");
    assertThat(web.labels())
        .containsEntry("x", "}},{[\\\"\\\\\u001b[2J\n],\"Name\":\"/forged\",$(reboot)'`id`%s");
    assertThat(web.attachments()).hasSize(1);
  }

  @Test
  void aContainerThatCanNotBeShownIsToldSo() throws Exception {
    pages.put("/containers/json?all=1", "200 [{\"Id\":\"" + FIRST + "\"}]");
    pages.put("/containers/" + FIRST + "/json", "500 {\"message\":\"layer is nil\"}");

    assertThat(probe().output())
        .contains("broken " + FIRST + " {\"message\":\"layer is nil\"}\n")
        .endsWith("end\n");
  }

  @Test
  void aContainerThatIsGoneIsToldSo() throws Exception {
    pages.put("/containers/json?all=1", "200 [{\"Id\":\"" + FIRST + "\"}]");

    DockerFacts facts = new DockerGatherer().parse(probe());

    assertThat(facts.state()).isEqualTo(DockerFacts.State.RUNNING);
    assertThat(facts.containers()).isEmpty();
  }

  @Test
  void anEngineThatFailsDoesNotAnswer() throws Exception {
    pages.put("/networks", "500 {}");

    assertThat(new DockerGatherer().parse(probe()).state())
        .isEqualTo(DockerFacts.State.NOT_ANSWERING);
  }

  @Test
  void anEngineThatIsGoneDoesNotAnswer() throws Exception {
    server.close();

    assertThat(new DockerGatherer().parse(probe()).state())
        .isEqualTo(DockerFacts.State.NOT_ANSWERING);
  }
}
