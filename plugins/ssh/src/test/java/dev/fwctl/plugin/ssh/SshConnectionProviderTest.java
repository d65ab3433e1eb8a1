package dev.fwctl.plugin.ssh;

import static dev.fwctl.plugin.ssh.TestHosts.script;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pf4j.DefaultPluginManager;

@Timeout(60)
class SshConnectionProviderTest {
  @TempDir Path folder;

  private final KeyPair hostKey = TestServer.ecdsa();
  private TestServer server;
  private SshConnectionProvider provider;

  @BeforeEach
  void start() {
    server = TestServer.start(hostKey, folder).acceptPassword("secret");
    provider = new SshConnectionProvider(TestHosts.nobody(folder));
  }

  @AfterEach
  void stop() {
    provider.close();
    server.close();
  }

  private TestHosts known() {
    return TestHosts.at(server.port())
        .knownHosts(TestHosts.writeKnownHosts(folder, server.knownHostsLine()))
        .password("secret");
  }

  private Execution run(TestHosts host, String text) {
    try (Connection connection = provider.connect(host.host())) {
      return connection.execute(script(text));
    }
  }

  private Problem problem(TestHosts host) {
    return problem(() -> run(host, "echo ran"));
  }

  private static Problem problem(Callable<?> action) {
    return catchThrowableOfType(FwctlException.class, action::call).problems().getFirst();
  }

  @Test
  void isFoundByPf4j() {
    assertThat(new DefaultPluginManager(folder).getExtensions(ConnectionProvider.class))
        .hasOnlyElementsOfType(SshConnectionProvider.class)
        .hasSize(1)
        .allSatisfy(found -> assertThat(found.type()).isEqualTo("ssh"));
  }

  @Test
  void runsScriptsOneAfterTheOther() {
    try (Connection connection = provider.connect(known().host())) {
      assertThat(connection.execute(script("echo out; echo err >&2; exit 3")))
          .isEqualTo(new Execution(3, "out\n", "err\n"));
      assertThat(connection.execute(script("echo again")))
          .isEqualTo(new Execution(0, "again\n", ""));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecdsa", "ecdsa-pem", "rsa", "rsa-pem", "rsa-pkcs8"})
  void logsInByKey(String name) {
    KeyFile file = KeyFile.read(TestHosts.key(name), ClientConfig.create());
    assertThat(file).isInstanceOf(KeyFile.Usable.class);
    server.authorize(((KeyFile.Usable) file).pair().getPublic());
    TestHosts host =
        TestHosts.at(server.port())
            .knownHosts(TestHosts.writeKnownHosts(folder, server.knownHostsLine()))
            .key(TestHosts.key(name));
    assertThat(run(host, "echo ran").output()).isEqualTo("ran\n");
    assertThat(server.attempts()).startsWith("deploy by key");
  }

  @Test
  void takesTheKeysOfTheUser() throws IOException {
    Path dotSsh = Files.createDirectories(folder.resolve("dot-ssh"));
    Files.copy(TestHosts.key("ed25519-locked"), dotSsh.resolve("id_ed25519"));
    Files.copy(TestHosts.key("ecdsa"), dotSsh.resolve("id_ecdsa"));
    Files.writeString(dotSsh.resolve("known_hosts"), server.knownHostsLine() + "\n");
    KeyFile file = KeyFile.read(TestHosts.key("ecdsa"), ClientConfig.create());
    server.authorize(((KeyFile.Usable) file).pair().getPublic());
    assertThat(run(TestHosts.at(server.port()), "echo ran").output()).isEqualTo("ran\n");
  }

  @Test
  void aHostKeyOfTypeRsa() {
    try (TestServer rsa =
        TestServer.start(TestServer.rsa("rsa"), folder).acceptPassword("secret")) {
      TestHosts host =
          TestHosts.at(rsa.port())
              .knownHosts(TestHosts.writeKnownHosts(folder, rsa.knownHostsLine()))
              .password("secret");
      assertThat(run(host, "echo ran").output()).isEqualTo("ran\n");
    }
  }

  @Test
  void anUnknownHostKey() {
    Path file = TestHosts.writeKnownHosts(folder, "# nothing");
    Problem problem = problem(known().knownHosts(file));
    assertThat(problem.code()).isEqualTo(ErrorCode.HOST_KEY);
    assertThat(problem.message())
        .contains(
            "[127.0.0.1]:" + server.port() + " is not known",
            EncodedKey.of(hostKey.getPublic()).fingerprint(),
            file.toString());
    assertThat(problem.hint().orElseThrow()).contains("ssh-keyscan", file.toString());
    assertThat(server.attempts()).isEmpty();
  }

  @Test
  void noKnownHostsAtAll() {
    Problem problem = problem(TestHosts.at(server.port()).password("secret"));
    assertThat(problem.code()).isEqualTo(ErrorCode.HOST_KEY);
    assertThat(problem.message()).contains(folder.resolve("dot-ssh/known_hosts").toString());
  }

  @Test
  void aChangedHostKey() {
    String old =
        TestServer.knownHostsLine("[127.0.0.1]:" + server.port(), TestServer.ecdsa().getPublic());
    Path file = TestHosts.writeKnownHosts(folder, "# first line", old);
    Problem problem = problem(known().knownHosts(file).retries(3));
    assertThat(problem.code()).isEqualTo(ErrorCode.HOST_KEY);
    assertThat(problem.message())
        .contains("has changed", EncodedKey.of(hostKey.getPublic()).fingerprint());
    assertThat(problem.place()).contains(new Place(file.toString(), 2, 1));
    assertThat(problem.hint().orElseThrow()).contains("ssh-keygen -R");
    assertThat(server.attempts()).isEmpty();
  }

  @Test
  void aRevokedHostKeyThatAnotherLineLists() {
    Path file =
        TestHosts.writeKnownHosts(
            folder,
            server.knownHostsLine(),
            "@revoked " + TestServer.knownHostsLine("*", hostKey.getPublic()));
    Problem problem = problem(known().knownHosts(file));
    assertThat(problem.code()).isEqualTo(ErrorCode.HOST_KEY);
    assertThat(problem.message()).contains("revoked");
    assertThat(problem.place()).contains(new Place(file.toString(), 2, 1));
    assertThat(server.attempts()).isEmpty();
  }

  @Test
  void aKeyRevokedInAnotherFile() throws IOException {
    Path known = TestHosts.writeKnownHosts(folder, server.knownHostsLine());
    Path revoked =
        Files.writeString(
            folder.resolve("revoked"),
            "@revoked " + TestServer.knownHostsLine("*", hostKey.getPublic()));
    assertThat(problem(known().knownHosts(known, revoked)).message()).contains("revoked");
  }

  @Test
  void anUnreadableKnownHostsFile() throws IOException {
    Path file = Files.createDirectories(folder.resolve("a-folder"));
    Problem problem = problem(known().knownHosts(file));
    assertThat(problem.code()).isEqualTo(ErrorCode.FILE_UNREADABLE);
    assertThat(problem.message()).contains(file.toString());
  }

  @Test
  void aRefusedLogInIsNotTriedAgain() {
    Problem problem = problem(known().password("wrong").retries(5));
    assertThat(problem.code()).isEqualTo(ErrorCode.AUTHENTICATION);
    assertThat(problem.message()).contains("refused the user deploy", "the password");
    assertThat(problem.toString()).doesNotContain("wrong");
    assertThat(server.attempts()).containsExactly("deploy by password");
  }

  @Test
  void aKeyThatIsNotAuthorized() {
    Problem problem =
        problem(
            TestHosts.at(server.port())
                .knownHosts(TestHosts.writeKnownHosts(folder, server.knownHostsLine()))
                .key(TestHosts.key("ecdsa")));
    assertThat(problem.code()).isEqualTo(ErrorCode.AUTHENTICATION);
    assertThat(problem.message()).contains(TestHosts.key("ecdsa").toString());
  }

  @Test
  void nothingToLogInWith() {
    Problem problem = problem(TestHosts.at(server.port()));
    assertThat(problem.code()).isEqualTo(ErrorCode.AUTHENTICATION);
    assertThat(problem.message()).contains("no key and no password");
  }

  @Test
  void aMissingKeyFile() {
    Place place = new Place("group_vars/all.yml", 12, 3);
    Problem problem =
        problem(
            known().key(folder.resolve("nowhere")).place("ansible_ssh_private_key_file", place));
    assertThat(problem.code()).isEqualTo(ErrorCode.FILE_UNREADABLE);
    assertThat(problem.message()).contains(folder.resolve("nowhere").toString());
    assertThat(problem.place()).contains(place);
    assertThat(server.sessions()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ed25519-locked", "rsa-pem-locked", "rsa-pkcs8-locked"})
  void aKeyThatTakesAPassphrase(String name) {
    Problem problem = problem(known().key(TestHosts.key(name)));
    assertThat(problem.code()).isEqualTo(ErrorCode.FILE_UNREADABLE);
    assertThat(problem.message()).contains("takes a passphrase");
    assertThat(problem.hint().orElseThrow()).contains("ssh-add");
  }

  @Test
  void aFileThatIsNoPrivateKey() {
    assertThat(problem(known().key(TestHosts.key("ecdsa.pub"))).message())
        .contains("not a private key");
  }

  @Test
  void nobodyListens() throws IOException {
    int port = server.port();
    TestHosts host = known();
    server.server().stop(true);
    Problem problem = problem(host);
    assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
    assertThat(problem.message()).isEqualTo("127.0.0.1 port " + port + " refuses connections");
    assertThat(problem.place()).contains(TestHosts.PLACE);
  }

  @Test
  void aNameWithoutAnAddress() {
    Problem problem = problem(known().address("no-such-host.invalid"));
    assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
    assertThat(problem.message()).contains("no-such-host.invalid");
  }

  @Test
  void aServerThatSaysNothing() throws Exception {
    try (RawServer silent = new RawServer((socket, _) -> socket.getInputStream().readAllBytes())) {
      Problem problem = problem(known().port(silent.port()).timeout(Duration.ofMillis(400)));
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message()).contains("did not finish the SSH handshake within 400 ms");
      await(silent::clientIsGone);
    }
  }

  @Test
  void aServerThatGreetsALetterAtATime() throws Exception {
    try (RawServer slow =
        new RawServer(
            (socket, _) -> {
              while (true) {
                socket.getOutputStream().write('S');
                Thread.sleep(50);
              }
            })) {
      Problem problem = problem(known().port(slow.port()).timeout(Duration.ofMillis(400)));
      assertThat(problem.message()).contains("did not finish the SSH handshake");
      await(slow::clientIsGone);
    }
  }

  @Test
  void aServerThatGreetsWithoutEnd() throws Exception {
    try (RawServer endless =
        new RawServer(
            (socket, _) -> {
              while (true) {
                socket.getOutputStream().write("\u001b[2Jhello\r\n".repeat(100).getBytes(UTF_8));
              }
            })) {
      Problem problem = problem(known().port(endless.port()));
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message())
          .contains("does not speak SSH: �[2Jhello")
          .doesNotContain("\u001b");
      await(endless::clientIsGone);
    }
  }

  @Test
  void aServerThatStopsInTheMiddleOfTheKeyExchange() throws Exception {
    try (RawServer half =
        new RawServer(
            (socket, _) -> {
              socket.getOutputStream().write("SSH-2.0-half\r\n\0\0".getBytes(UTF_8));
              socket.getInputStream().readAllBytes();
            })) {
      Problem problem = problem(known().port(half.port()).timeout(Duration.ofMillis(500)));
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message()).contains("did not finish the SSH handshake");
      await(half::clientIsGone);
      await(() -> readers() == 0);
    }
  }

  @Test
  void anotherProtocol() {
    try (RawServer web =
        new RawServer(
            (socket, _) -> {
              OutputStream out = socket.getOutputStream();
              out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
              socket.shutdownOutput();
              socket.getInputStream().readAllBytes();
            })) {
      assertThat(problem(known().port(web.port())).message()).contains("HTTP/1.1 400 Bad Request");
    }
  }

  @Test
  void aServerThatRefusesForLoadIsTriedAgain() {
    int port = server.port();
    try (RawServer busy =
        new RawServer(
            (socket, number) -> {
              if (number == 1) {
                socket.setSoLinger(true, 0);
              } else if (number == 2) {
                socket.getOutputStream().write("Exceeded MaxStartups\r\n".getBytes(UTF_8));
              } else {
                RawServer.passOn(socket, port);
              }
            })) {
      TestHosts host = known().port(busy.port()).retries(3);
      TestHosts knowing =
          host.knownHosts(
              TestHosts.writeKnownHosts(
                  folder,
                  TestServer.knownHostsLine("[127.0.0.1]:" + busy.port(), hostKey.getPublic())));
      assertThat(run(knowing, "echo ran").output()).isEqualTo("ran\n");
      assertThat(busy.accepted()).isEqualTo(3);
    }
  }

  @Test
  void aServerThatAlwaysRefusesIsGivenUp() {
    try (RawServer busy =
        new RawServer(
            (socket, _) ->
                socket.getOutputStream().write("Exceeded MaxStartups\r\n".getBytes(UTF_8)))) {
      Problem problem = problem(known().port(busy.port()).retries(2));
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message())
          .contains("closed the connection before it greeted us: Exceeded MaxStartups");
      assertThat(busy.accepted()).isEqualTo(3);
    }
  }

  @Test
  void endlessOutputEndsTheConnection() throws Exception {
    try (Connection connection = provider.connect(known().host())) {
      Problem problem =
          problem(() -> connection.execute(new Script("yes", Duration.ofSeconds(30), 3_000_000)));
      assertThat(problem.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
      await(() -> server.sessions() == 0);
      await(() -> readers() == 0);
      assertThat(problem(() -> connection.execute(script("echo ran"))).code())
          .isEqualTo(ErrorCode.UNREACHABLE);
    }
  }

  @Test
  void aScriptThatHangsEndsTheConnection() throws Exception {
    try (Connection connection = provider.connect(known().host())) {
      Problem problem =
          problem(() -> connection.execute(new Script("sleep 30", Duration.ofMillis(500), 1000)));
      assertThat(problem.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
      await(() -> server.sessions() == 0);
    }
  }

  @Test
  void anInterruptEndsTheConnecting() throws Exception {
    try (RawServer silent = new RawServer((socket, _) -> socket.getInputStream().readAllBytes())) {
      TestHosts host = known().port(silent.port()).retries(5);
      CompletableFuture<FwctlException> thrown = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () ->
                      thrown.complete(
                          catchThrowableOfType(
                              FwctlException.class, () -> provider.connect(host.host()))));
      await(() -> silent.accepted() == 1);
      thread.interrupt();
      assertThat(thrown.get().problems().getFirst().code()).isEqualTo(ErrorCode.INTERRUPTED);
      await(silent::clientIsGone);
      assertThat(silent.accepted()).isEqualTo(1);
    }
  }

  @Test
  void anInterruptEndsAScript() throws Exception {
    try (Connection connection = provider.connect(known().host())) {
      CompletableFuture<FwctlException> thrown = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(
                  () ->
                      thrown.complete(
                          catchThrowableOfType(
                              FwctlException.class,
                              () ->
                                  connection.execute(
                                      script("echo begun >" + folder + "/begun; sleep 30")))));
      await(() -> Files.exists(folder.resolve("begun")));
      thread.interrupt();
      assertThat(thrown.get().problems().getFirst().code()).isEqualTo(ErrorCode.INTERRUPTED);
      await(() -> server.sessions() == 0);
    }
  }

  @Test
  void aConnectionThatBreaksInTheMiddleOfAScript() throws Exception {
    try (Connection connection = provider.connect(known().host());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Execution> execution =
          threads.submit(
              () -> connection.execute(script("echo begun >" + folder + "/begun; sleep 30")));
      await(() -> Files.exists(folder.resolve("begun")));
      server.server().stop(true);
      ExecutionException thrown = catchThrowableOfType(ExecutionException.class, execution::get);
      assertThat(thrown.getCause()).isInstanceOf(FwctlException.class);
      Problem problem = ((FwctlException) thrown.getCause()).problems().getFirst();
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message()).contains("broke while a script ran");
    }
  }

  @Test
  void goesThroughAJumpHostAndLeavesItAfterwards() throws Exception {
    try (TestServer jump = TestServer.start(TestServer.ecdsa(), folder).acceptPassword("other")) {
      Path file = TestHosts.writeKnownHosts(folder, server.knownHostsLine(), jump.knownHostsLine());
      TestHosts through = TestHosts.at(jump.port()).knownHosts(file).password("other");
      TestHosts host = known().knownHosts(file).jump(through);
      try (Connection connection = provider.connect(host.host())) {
        assertThat(connection.execute(script("echo ran")).output()).isEqualTo("ran\n");
        assertThat(jump.sessions()).isEqualTo(1);
        assertThat(connection.execute(script("head -c 900000 /dev/zero | tr '\\0' x")).output())
            .hasSize(900_000);
      }
      await(() -> jump.sessions() == 0 && server.sessions() == 0);
      await(() -> readers() == 0);
    }
  }

  @Test
  void endlessOutputBehindAJumpHostEndsBothConnections() throws Exception {
    try (TestServer jump = TestServer.start(TestServer.ecdsa(), folder).acceptPassword("other")) {
      Path file = TestHosts.writeKnownHosts(folder, server.knownHostsLine(), jump.knownHostsLine());
      TestHosts through = TestHosts.at(jump.port()).knownHosts(file).password("other");
      try (Connection connection =
          provider.connect(known().knownHosts(file).jump(through).host())) {
        assertThat(
                problem(
                        () ->
                            connection.execute(
                                new Script("yes", Duration.ofSeconds(30), 3_000_000)))
                    .code())
            .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
      }
      await(() -> jump.sessions() == 0 && server.sessions() == 0);
    }
  }

  @Test
  void aJumpHostWhoseKeyIsNotKnown() {
    try (TestServer jump = TestServer.start(TestServer.ecdsa(), folder).acceptPassword("other")) {
      TestHosts through =
          TestHosts.at(jump.port())
              .knownHosts(TestHosts.writeKnownHosts(folder, server.knownHostsLine()))
              .password("other");
      Problem problem = problem(known().jump(through));
      assertThat(problem.code()).isEqualTo(ErrorCode.HOST_KEY);
      assertThat(problem.message()).contains("[127.0.0.1]:" + jump.port());
    }
  }

  @Test
  void aJumpHostThatCannotReachTheTarget() throws Exception {
    try (TestServer jump = TestServer.start(TestServer.ecdsa(), folder).acceptPassword("other")) {
      Path file = TestHosts.writeKnownHosts(folder, server.knownHostsLine(), jump.knownHostsLine());
      TestHosts through = TestHosts.at(jump.port()).knownHosts(file).password("other");
      TestHosts host = known().knownHosts(file).jump(through);
      server.server().stop(true);
      Problem problem = problem(host);
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message()).contains("the jump host 127.0.0.1 port " + jump.port());
      await(() -> jump.sessions() == 0);
    }
  }

  @Test
  void manyConnectionsAtOnceWithOneThatHangs() throws Exception {
    TestHosts host = known();
    try (RawServer silent = new RawServer((socket, _) -> socket.getInputStream().readAllBytes());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Problem> hanging =
          threads.submit(() -> problem(host.port(silent.port()).timeout(Duration.ofMillis(1500))));
      List<Future<Connection>> connections = new ArrayList<>();
      for (int number = 0; number < 60; number++) {
        connections.add(threads.submit(() -> provider.connect(host.host())));
      }
      List<Future<String>> outputs = new ArrayList<>();
      for (Future<Connection> future : connections) {
        Connection connection = future.get();
        outputs.add(threads.submit(() -> connection.execute(script("echo ran")).output()));
      }
      for (Future<String> output : outputs) {
        assertThat(output.get()).isEqualTo("ran\n");
      }
      assertThat(server.sessions()).isEqualTo(60);
      for (Future<Connection> connection : connections) {
        connection.get().close();
      }
      await(() -> server.sessions() == 0);
      assertThat(hanging.get().code()).isEqualTo(ErrorCode.UNREACHABLE);
      await(() -> readers() == 0);
    }
  }

  private static long readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("sshj-Reader"))
        .count();
  }

  /** Waits for something that happens in its own time; the test's own limit ends the wait. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(20);
    }
  }
}
