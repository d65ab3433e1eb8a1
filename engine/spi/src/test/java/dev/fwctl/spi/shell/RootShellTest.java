package dev.fwctl.spi.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Secret;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs on this machine's own sh, with {@code id} and {@code sudo} replaced by scripts of ours, and
 * what the kernel says by a file of ours, which is not there at first.
 */
class RootShellTest {
  private static final Place HOST_PLACE = new Place("inventory.yml", 3, 5);
  private static final Place BECOME_PLACE = new Place("inventory.yml", 9, 7);

  private static final String STATUS = "/proc/self/status";

  @TempDir Path fakes;

  @BeforeEach
  void aUserWhoIsNotRoot() throws IOException {
    fake("id", "echo 1000");
  }

  @Test
  void rootNeedsNoSudo() throws IOException {
    fake("id", "echo 0");
    fake("sudo", "echo sudo was called; exit 1");
    Execution execution = run(shell(Optional.empty()), "echo out; echo err >&2; exit 7");
    assertThat(execution).isEqualTo(new Execution(7, "out\n", "err\n"));
  }

  @Test
  void idIsNotAskedWhenTheKernelSaysRoot() throws IOException {
    fake("id", "echo id was called >&2; echo 1000");
    kernelSays("Name:\tsh\nState:\tR (running)\nUid:\t1000\t0\t0\t0\nGid:\t7\t7\t7\t7\n");
    Execution execution = run(shell(Optional.empty()), "echo \"$SSH_CONNECTION\"; exit 7");
    assertThat(execution).isEqualTo(new Execution(7, "192.0.2.1 50000 192.0.2.2 22\n", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Name:\tsh\nUid:\t0\t1000\t1000\t1000\nGid:\t0\t0\t0\t0\n",
        "Name:\t0 0 0\nGid:\t0\t0\t0\t0\n",
        "Uid:\n",
        ""
      })
  void nothingElseThatTheKernelSaysIsTakenForRoot(String status) throws IOException {
    kernelSays(status);
    assertThat(problem(shell(Optional.empty()), "echo ran").code()).isEqualTo(ErrorCode.PRIVILEGE);
  }

  @Test
  void theScriptHasAnEnvironmentOfItsOwn() throws IOException {
    fake("id", "echo 0");
    Execution execution =
        run(
            shell(Optional.empty()),
            "echo \"$LC_ALL|$PATH|$SSH_CONNECTION|$#|$(pwd)|$(umask)\"; cat");
    assertThat(execution.output())
        .isEqualTo(
            "C|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"
                + "|192.0.2.1 50000 192.0.2.2 22|0|/|0022\n");
  }

  @Test
  void neitherRootNorBecome() {
    Problem problem = problem(shell(Optional.empty()), "echo ran");
    assertThat(problem.code()).isEqualTo(ErrorCode.PRIVILEGE);
    assertThat(problem.message()).contains("deploy is not root");
    assertThat(problem.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("become"));
  }

  @Test
  void sudoWithoutPassword() throws IOException {
    fake("sudo", "[ \"$1\" = -n ] || exit 9; shift 2; SSH_CONNECTION=lost; exec \"$@\"");
    Execution execution = run(shell(Optional.of(withoutPassword())), "echo \"$SSH_CONNECTION\"");
    assertThat(execution).isEqualTo(new Execution(0, "192.0.2.1 50000 192.0.2.2 22\n", ""));
  }

  @Test
  void sudoAsksForThePassword() throws IOException {
    fakeSudoThatAsks();
    Execution execution = run(shell(Optional.of(password("s3cret pass'word"))), "echo ran");
    assertThat(execution).isEqualTo(new Execution(0, "ran\n", ""));
  }

  @Test
  void sudoDoesNotAskForThePasswordThatWeHave() throws IOException {
    fake("sudo", "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"");
    Execution execution = run(shell(Optional.of(password("s3cret pass'word"))), "echo ran; cat");
    assertThat(execution).isEqualTo(new Execution(0, "ran\n", ""));
  }

  @Test
  void aWrongPasswordIsSentOnceAndTheScriptNever() throws IOException {
    Path heard = fakes.resolve("heard");
    fakeSudoThatAsks();
    Problem problem = problem(shell(Optional.of(password("wrong"))), "echo ran");
    assertThat(problem.code()).isEqualTo(ErrorCode.PRIVILEGE);
    assertThat(problem.message()).contains("did not accept the password");
    assertThat(problem.toString()).doesNotContain("wrong\"").doesNotContain("ran");
    assertThat(problem.place()).contains(BECOME_PLACE);
    assertThat(heard).hasContent("wrong\n");
  }

  @Test
  void aPasswordNeverStandsOnTheCommandLine() {
    assertThat(shell(Optional.of(password("s3cret"))).command()).doesNotContain("s3cret");
  }

  @Test
  void aPasswordWithALineEndIsRefusedBeforeAnythingRuns() throws IOException {
    fakeSudoThatAsks();
    Problem problem = problem(shell(Optional.of(password("one\necho two"))), "echo ran");
    assertThat(problem.code()).isEqualTo(ErrorCode.PRIVILEGE);
    assertThat(problem.message()).contains("line end");
    assertThat(fakes.resolve("heard")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sudo: a password is required                                 | asks the user deploy for a password
          sudo: interactive authentication is required                 | asks the user deploy for a password
          sudo: sorry, you must have a tty to run sudo                 | wants a terminal
          deploy is not in the sudoers file.                           | refused the user deploy
          Sorry, user deploy is not allowed to execute /bin/sh as root | refused the user deploy
          sudo: 1 incorrect password attempt                           | did not accept the password
          """)
  void saysWhatSudoSaid(String words, String message) throws IOException {
    fake("sudo", "echo '" + words + "' >&2; exit 1");
    Problem problem = problem(shell(Optional.of(withoutPassword())), "echo ran");
    assertThat(problem.code()).isEqualTo(ErrorCode.PRIVILEGE);
    assertThat(problem.message()).contains(message);
  }

  @Test
  void noSudo() {
    // This machine may have a sudo, so the command looks for another name.
    String command =
        shell(Optional.of(withoutPassword())).command().replace("command -v sudo", "command -v no");
    Problem problem =
        catchThrowableOfType(
                FwctlException.class,
                () ->
                    shell(Optional.of(withoutPassword()))
                        .execute(process(List.of("/bin/sh", "-c"), command), script("echo ran")))
            .problems()
            .getFirst();
    assertThat(problem.code()).isEqualTo(ErrorCode.PRIVILEGE);
    assertThat(problem.message()).contains("sudo is not installed");
  }

  @Test
  void whatAHostSaysCannotActOnATerminal() throws IOException {
    fake("sudo", "printf 'sudo: \\033[2Jgone \\302\\233 \\342\\200\\256 tail\\n' >&2; exit 1");
    Problem problem = problem(shell(Optional.of(withoutPassword())), "echo ran");
    assertThat(problem.message()).contains("�[2Jgone � � tail");
  }

  @Test
  void aLoginShellThatPrintsIsNotTheScript() throws IOException {
    fake("id", "echo 'motd' >&2; echo 0");
    Execution execution = run(shell(Optional.empty()), "echo out; echo err >&2");
    assertThat(execution).isEqualTo(new Execution(0, "out\n", "err\n"));
  }

  @Test
  void anAccountWithoutAShell() {
    for (Optional<Become> become :
        List.of(
            Optional.<Become>empty(), Optional.of(withoutPassword()), Optional.of(password("x")))) {
      ShellProcess nologin =
          process(
              List.of("/bin/sh", "-c", "echo 'This account is currently not available.'; exit 1"),
              "ignored");
      Problem problem =
          catchThrowableOfType(
                  FwctlException.class, () -> shell(become).execute(nologin, script("echo ran")))
              .problems()
              .getFirst();
      assertThat(problem.code()).isEqualTo(ErrorCode.UNREACHABLE);
      assertThat(problem.message())
          .isEqualTo("the host did not run /bin/sh: This account is currently not available.");
    }
  }

  @Test
  void endlessOutputIsCut() throws IOException {
    fake("id", "echo 0");
    LocalShell process = process(shell(Optional.empty()));
    FwctlException thrown =
        catchThrowableOfType(
            FwctlException.class,
            () ->
                shell(Optional.empty())
                    .execute(process, new Script("yes", Duration.ofMinutes(1), 100_000)));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(process.killed()).isTrue();
  }

  @Test
  void bothOutputsCountTogether() throws IOException {
    fake("id", "echo 0");
    String text = "head -c 3000 /dev/zero; head -c 3000 /dev/zero >&2";
    assertThat(
            shell(Optional.empty())
                .execute(
                    process(shell(Optional.empty())), new Script(text, Duration.ofMinutes(1), 6000))
                .errors())
        .hasSize(3000);
    assertThat(
            catchThrowableOfType(
                    FwctlException.class,
                    () ->
                        shell(Optional.empty())
                            .execute(
                                process(shell(Optional.empty())),
                                new Script(text, Duration.ofMinutes(1), 5999)))
                .problems()
                .getFirst()
                .code())
        .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
  }

  @Test
  void aScriptThatHangsIsKilled() throws IOException {
    fake("id", "echo 0");
    LocalShell process = process(shell(Optional.empty()));
    FwctlException thrown =
        catchThrowableOfType(
            FwctlException.class,
            () ->
                shell(Optional.empty())
                    .execute(process, new Script("sleep 600", Duration.ofMillis(300), 1000)));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(thrown).hasMessageContaining("did not end within 300 ms");
    assertThat(process.killed()).isTrue();
  }

  /** More than a pipe holds, so that whoever writes it waits for a reader. */
  private static final String LONGER_THAN_A_PIPE = "# a long comment\n".repeat(500_000);

  @ParameterizedTest
  @ValueSource(strings = {"", "echo %1$s; echo %1$s >&2; "})
  @Timeout(60)
  void aHostThatTakesNoInputIsGivenUp(String first) throws Exception {
    String deaf = first.formatted(RootShell.BEGIN) + "exec sleep 600";
    WatchedShell process = new WatchedShell(process(List.of("/bin/sh", "-c"), deaf));
    FwctlException thrown =
        catchThrowableOfType(
            FwctlException.class,
            () ->
                shell(Optional.empty())
                    .execute(
                        process, new Script(LONGER_THAN_A_PIPE, Duration.ofMillis(500), 1000)));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(thrown)
        .hasMessageContaining(first.isEmpty() ? "no shell of root after" : "did not end within");
    // The thread that waited for a reader is not left behind.
    assertThat(process.awaitWriter()).isInstanceOf(IOException.class);
  }

  @Test
  @Timeout(60)
  void hostsThatTakeNoInputDoNotHoldUpAnother() throws Exception {
    fake("id", "echo 0");
    List<WatchedShell> deaf = new ArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
      WatchedShell process = new WatchedShell(process(List.of("/bin/sh", "-c"), "exec sleep 600"));
      deaf.add(process);
      Script patient = new Script(LONGER_THAN_A_PIPE, Duration.ofMinutes(10), 1000);
      waiting.add(
          Thread.startVirtualThread(
              () ->
                  assertThatThrownBy(() -> shell(Optional.empty()).execute(process, patient))
                      .isInstanceOf(FwctlException.class)));
    }
    for (WatchedShell process : deaf) {
      process.awaitFullPipe();
    }
    CompletableFuture<Execution> other = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> other.complete(run(shell(Optional.empty()), LONGER_THAN_A_PIPE + "echo ran")));
    assertThat(other.get().output()).isEqualTo("ran\n");
    assertThat(waiting).allMatch(Thread::isAlive);
    waiting.forEach(Thread::interrupt);
    for (WatchedShell process : deaf) {
      assertThat(process.awaitWriter()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aSudoThatNeverAnswersIsKilled() throws IOException {
    fake("sudo", "sleep 600");
    FwctlException thrown =
        catchThrowableOfType(
            FwctlException.class,
            () ->
                shell(Optional.of(password("x")))
                    .execute(
                        process(shell(Optional.of(password("x")))),
                        new Script("echo ran", Duration.ofMillis(300), 1000)));
    assertThat(thrown.problems().getFirst().code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    assertThat(thrown).hasMessageContaining("no shell of root");
  }

  @Test
  void aScriptLongerThanAPipeWhosePartsPrintOnBothOutputs() throws IOException {
    fake("id", "echo 0");
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 20_000; line++) {
      text.append("echo out").append(line).append("; echo err").append(line).append(" >&2\n");
    }
    Execution execution = run(shell(Optional.empty()), text.toString());
    assertThat(execution.output().lines().count()).isEqualTo(20_000);
    assertThat(execution.errors()).endsWith("err19999\n");
  }

  @Test
  void outputIsReadAsUtf8AndMalformedBytesReplaced() throws IOException {
    fake("id", "echo 0");
    Execution execution = run(shell(Optional.empty()), "printf 'gr\\303\\274n \\377\\n'");
    assertThat(execution.output()).isEqualTo("grün �\n");
  }

  private static Stream<String> shells() {
    return Stream.of("/bin/sh", "/bin/bash", "/bin/dash", "/bin/ksh", "/bin/csh", "/usr/bin/fish")
        .filter(path -> Files.isExecutable(Path.of(path)));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void anyShellStartsTheCommand(String path) throws IOException {
    fake("sudo", "shift 2; exec \"$@\"");
    RootShell rootShell = shell(Optional.of(withoutPassword()));
    assertThat(
            rootShell
                .execute(process(List.of(path, "-c"), rootShell.command()), script("echo ran"))
                .output())
        .isEqualTo("ran\n");
  }

  @Test
  void theCommandHasNothingThatShellsReadDifferently() {
    for (Optional<Become> become :
        List.of(
            Optional.<Become>empty(), Optional.of(withoutPassword()), Optional.of(password("x")))) {
      String command = shell(become).command();
      assertThat(command).startsWith("/bin/sh -c '").endsWith("'").doesNotContain("\n");
      assertThat(command.substring("/bin/sh -c '".length(), command.length() - 1))
          .doesNotContain("'", "!", "\\'", "\\\\");
    }
  }

  private static String sudoThatAsks(Path heard) {
    // As sudo does: the prompt goes to standard error, a line is read byte by byte, three tries.
    return """
    prompt=
    while [ "$1" != -- ]; do
      if [ "$1" = -p ]; then prompt=$2; shift; fi
      shift
    done
    shift
    for try in 1 2 3; do
      printf '%%s' "$prompt" >&2
      IFS= read -r line || break
      printf '%%s\\n' "$line" >>%s
      if [ "$line" = "s3cret pass'word" ]; then exec "$@"; fi
      echo 'Sorry, try again.' >&2
    done
    echo 'sudo: 3 incorrect password attempts' >&2
    exit 1
    """
        .formatted(heard);
  }

  private void fakeSudoThatAsks() throws IOException {
    fake("sudo", sudoThatAsks(fakes.resolve("heard")));
  }

  private void fake(String name, String text) throws IOException {
    Path file = fakes.resolve(name);
    Files.write(file, ("#!/bin/sh\n" + text + "\n").getBytes(UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Execution run(RootShell shell, String text) {
    return shell.execute(process(shell), script(text));
  }

  private Problem problem(RootShell shell, String text) {
    LocalShell process = process(shell);
    FwctlException thrown =
        catchThrowableOfType(FwctlException.class, () -> shell.execute(process, script(text)));
    assertThat(process.killed()).isTrue();
    return thrown.problems().getFirst();
  }

  private LocalShell process(RootShell shell) {
    assertThat(shell.command()).containsOnlyOnce(STATUS);
    return process(List.of("/bin/sh", "-c"), shell.command());
  }

  private LocalShell process(List<String> loginShell, String command) {
    String ours = fakes.resolve("status").toString();
    return new LocalShell(loginShell, command.replace(STATUS, ours), fakes);
  }

  private void kernelSays(String status) throws IOException {
    Files.writeString(fakes.resolve("status"), status);
  }

  private static Script script(String text) {
    return new Script(text, Duration.ofMinutes(1), 10_000_000);
  }

  private static Become withoutPassword() {
    return new Become(Optional.empty());
  }

  private static Become password(String value) {
    return new Become(Optional.of(new Secret(value)));
  }

  private static RootShell shell(Optional<Become> become) {
    ConnectionSettings settings =
        new ConnectionSettings(
            "ssh",
            "192.0.2.2",
            22,
            Optional.of("deploy"),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            0,
            become,
            Map.of("ansible_become", BECOME_PLACE));
    return new RootShell(new Host("web1", new TreeSet<>(List.of("all")), settings, HOST_PLACE));
  }
}
