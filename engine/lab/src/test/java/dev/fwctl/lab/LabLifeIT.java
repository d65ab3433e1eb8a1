package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.FwctlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How labs come and go, and that nothing of them stays. */
@OnLab
final class LabLifeIT {
  private static final LabFolders FOLDERS = LabFolders.standard();

  private final String name = LabNames.fresh();
  private final String other = LabNames.fresh();

  @AfterEach
  void clear() {
    Lab.down(FOLDERS, name);
    Lab.down(FOLDERS, other);
  }

  @Test
  void runsDockerOfEveryRelease() {
    List<String> releases = List.of("bullseye", "bookworm", "trixie", "sid");
    try (Lab lab = Lab.up(LabSpec.fleet(name, 4, 4, releases), System.out::println)) {
      for (LabHost host : lab.hosts()) {
        lab.container(
            host.name(),
            "web",
            List.of("-p", "8081:8080", "-p", "53:53/udp"),
            "http/8080",
            "udp/53");
        assertThat(lab.probe("203.0.113.1", host.name() + ":8081")).isEqualTo(Outcome.OPEN);
        assertThat(lab.probe("203.0.113.1", host.name() + ":53/udp")).isEqualTo(Outcome.OPEN);
      }
      assertThat(lab.hosts())
          .extracting(host -> lab.docker(host.name(), "version", "-f", "{{.Server.Version}}"))
          .satisfiesExactly(
              version -> assertThat(version).startsWith("20.10."),
              version -> assertThat(version).startsWith("20.10."),
              version -> assertThat(version).startsWith("26."),
              version -> assertThat(version).isNotEmpty());
    }
    assertNothingIsLeft(name);
  }

  @Test
  void standsBesideAnother() {
    Lab first = Lab.up(LabSpec.fleet(name, 1, 1, List.of("bookworm")));
    try (Lab second = Lab.up(LabSpec.fleet(other, 2, 1, List.of("bookworm")))) {
      assertThat(second.host("web-01").ipv4()).isEqualTo(first.host("web-01").ipv4());
      second.serve("web-01", "tcp/7");
      assertThat(second.probe("203.0.113.1", "web-01:7")).isEqualTo(Outcome.OPEN);
      assertThat(first.probe("203.0.113.1", "web-01:7")).isEqualTo(Outcome.REFUSED);
    }
    assertNothingIsLeft(other);
    assertThat(first.docker("web-01", "info")).contains("Server Version");
    first.close();
    assertNothingIsLeft(name);
  }

  @Test
  void refusesANameThatIsTaken() {
    try (Lab lab = Lab.up(LabSpec.of(name, HostSpec.plain("db", "bookworm")))) {
      assertThatThrownBy(() -> Lab.up(LabSpec.of(name, HostSpec.plain("db", "bookworm"))))
          .isInstanceOf(FwctlException.class)
          .hasMessageContaining("there is a lab '" + name + "' already");
      assertThat(lab.run("db", "hostname")).isEqualTo("db\n");
    }
  }

  @Test
  void leavesNothingWhenAReleaseIsUnknown() {
    assertThatThrownBy(() -> Lab.up(LabSpec.of(name, HostSpec.plain("db", "nosuchrelease"))))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("can't make the tree of Debian nosuchrelease");
    assertNothingIsLeft(name);
    try (Stream<Path> trees = Files.list(FOLDERS.cache().resolve("trees"))) {
      assertThat(trees.filter(Files::isDirectory))
          .noneMatch(path -> path.getFileName().toString().startsWith("nosuchrelease"));
    } catch (IOException problem) {
      throw new AssertionError(problem);
    }
  }

  @Test
  void takesDownWhatIsNotThere() {
    assertThat(Lab.down(FOLDERS, name)).isFalse();
  }

  /** As when somebody types ^C and the program tidies up while it is still bringing the lab up. */
  @ParameterizedTest
  @ValueSource(ints = {5, 50, 150, 400})
  void waitsForALabThatIsBeingBroughtUp(int milliseconds) throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Future<Lab> up =
          executor.submit(() -> Lab.up(LabSpec.fleet(name, 6, 0, List.of("bookworm"))));
      while (!Files.exists(FOLDERS.home().resolve(name))) {
        Thread.sleep(1);
      }
      Thread.sleep(milliseconds);
      assertThat(Lab.down(FOLDERS, name)).isTrue();
      assertThat(up).isDone();
    }
    assertNothingIsLeft(name);
  }

  /** Kills whoever brings a lab up, at many moments of doing so. */
  @ParameterizedTest
  @ValueSource(ints = {100, 250, 300, 350, 400, 500, 700, 1000, 2000, 4000})
  void clearsUpAfterACrash(int milliseconds) throws Exception {
    Process up = up();
    up.waitFor(milliseconds, TimeUnit.MILLISECONDS);
    up.destroyForcibly().waitFor();

    Lab.down(FOLDERS, name);

    assertNothingIsLeft(name);
    try (Lab again = Lab.up(LabSpec.of(name, HostSpec.plain("db", "bookworm")))) {
      assertThat(again.run("db", "hostname")).isEqualTo("db\n");
    }
    assertNothingIsLeft(name);
  }

  /** The same with hosts under systemd, which have control groups and a way to start anew. */
  @ParameterizedTest
  @ValueSource(ints = {500, 1500, 3000, 8000})
  void clearsUpAfterACrashWithSystemd(int milliseconds) throws Exception {
    Process up = up("systemd");
    up.waitFor(milliseconds, TimeUnit.MILLISECONDS);
    up.destroyForcibly().waitFor();

    Lab.down(FOLDERS, name);

    assertNothingIsLeft(name);
  }

  @Test
  void runsSystemdOfEveryRelease() {
    List<String> releases = List.of("bullseye", "bookworm", "trixie", "sid");
    try (Lab lab = Lab.up(LabSpec.fleet(name, 4, 4, releases).underSystemd())) {
      for (LabHost host : lab.hosts()) {
        lab.container(
            host.name(), "web", List.of("--restart", "always", "-p", "8081:8080"), "http/8080");
        lab.reboot(host.name());
        lab.awaitServing(host.name(), "web");
        assertThat(lab.probe("203.0.113.1", host.name() + ":8081")).isEqualTo(Outcome.OPEN);
        assertThat(lab.run(host.name(), "systemctl", "is-system-running")).isEqualTo("running\n");
      }
    }
    assertNothingIsLeft(name);
  }

  @Test
  void takesDownAHostThatIsRebooting() {
    try (Lab lab = Lab.up(LabSpec.fleet(name, 1, 1, List.of("bookworm")).underSystemd())) {
      lab.run("web-01", "systemctl", "reboot");
    }
    assertNothingIsLeft(name);
  }

  /** What a program that was killed had started may go on, and make namespaces. */
  @Test
  void leavesNothingOfWhatACrashHadBegun() throws Exception {
    Path lock = new Layout(FOLDERS, name).lock();
    Process holder = new ProcessBuilder("flock", lock.toString(), "cat").start();
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      Process up = up();
      Optional<ProcessHandle> waiting = Optional.empty();
      while (waiting.isEmpty()) {
        assertThat(up.isAlive()).isTrue();
        Thread.sleep(5);
        waiting = up.children().filter(LabLifeIT::isFlock).findFirst();
      }
      up.destroyForcibly().waitFor();
      Future<Boolean> down = executor.submit(() -> Lab.down(FOLDERS, name));
      try {
        down.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException waits) {
        // for the lock, as what is left of the program does
      }
      holder.getOutputStream().close();
      waiting.get().onExit().get(1, TimeUnit.MINUTES);
      assertThat(down.get()).isTrue();
    } finally {
      holder.destroy();
    }
    assertNothingIsLeft(name);
  }

  private static boolean isFlock(ProcessHandle process) {
    return commandLine(process).filter(line -> line.startsWith("flock ")).isPresent();
  }

  private Process up(String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Up.class.getName(),
                name));
    command.addAll(List.of(options));
    return new ProcessBuilder(command).inheritIO().start();
  }

  /** What is killed. */
  static final class Up {
    private Up() {}

    public static void main(String[] arguments) throws InterruptedException {
      LabSpec fleet = LabSpec.fleet(arguments[0], 6, 2, List.of("bookworm"));
      Lab lab = Lab.up(arguments.length == 1 ? fleet : fleet.underSystemd());
      lab.container("web-01", "web", List.of("-p", "8081:8080"), "http/8080");
      Thread.sleep(60_000);
    }
  }

  private static void assertNothingIsLeft(String lab) {
    try {
      assertThat(FOLDERS.home().resolve(lab)).doesNotExist();
      assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(lab);
      assertThat(Namespaces.beginningWith("fwctl-" + lab + "-")).isEmpty();
      try (Stream<Path> groups =
          Files.find(Path.of("/sys/fs/cgroup"), 3, (path, attributes) -> path.endsWith(lab))) {
        assertThat(groups).isEmpty();
      }
      assertThat(
              ProcessHandle.allProcesses()
                  .map(LabLifeIT::commandLine)
                  .flatMap(Optional::stream)
                  .filter(line -> line.contains("/" + lab + "/") || line.contains("-" + lab + "-")))
          .isEmpty();
    } catch (IOException problem) {
      throw new AssertionError(problem);
    }
  }

  private static Optional<String> commandLine(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
              .replace('\0', ' '));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
