package dev.fwctl.core.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.TestHosts;
import dev.fwctl.core.facts.AppliedFile;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts really run, in a shell on a folder of their own; only the kernel is a file. */
class TransactionTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  /** The shortest time to go back in; the tests that wait for it wait that long. */
  private static final Terms SHORT = new Terms(Terms.SHORTEST, Optional.empty(), Duration.ZERO);

  @TempDir private Path folder;
  private Path kernel;
  private Path run;
  private Path state;
  private FileFirewall firewall;
  private Host host;

  /** What becomes of the scripts that are sent, one after the other; then they simply run. */
  private final Deque<Function<String, Execution>> scripts = new ArrayDeque<>();

  /** How many connections fail that somebody opens anew. */
  private int closed;

  /** How many connections are open now, and how many were at most. */
  private int open;

  private int mostOpen;

  @BeforeEach
  void makeHost() throws IOException {
    kernel = Files.writeString(folder.resolve("kernel"), "old\n");
    run = folder.resolve("run");
    state = folder.resolve("state");
    firewall = new FileFirewall(kernel);
    host = TestHosts.named("web-01", "shell");
  }

  private final class Shells implements Connections {
    @Override
    public Connection any(Host host) {
      open++;
      mostOpen = Math.max(mostOpen, open);
      return new Connection() {
        @Override
        public Execution execute(Script script) {
          return scripts.isEmpty() ? sh(script.text()) : scripts.removeFirst().apply(script.text());
        }

        @Override
        public void close() {
          open--;
        }
      };
    }

    @Override
    public Connection fresh(Host host) {
      if (closed > 0) {
        closed--;
        throw broken();
      }
      return any(host);
    }
  }

  private Execution sh(String script) {
    try {
      Path out = Files.createTempFile(folder, "out", "");
      Path err = Files.createTempFile(folder, "err", "");
      Process process =
          new ProcessBuilder("/bin/sh", "-s")
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      process.getOutputStream().write(script.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return new Execution(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FwctlException(Problem.of(ErrorCode.INTERRUPTED, "interrupted"), e);
    }
  }

  private Order order(OwnedRules before, OwnedRules wanted) {
    HostFacts facts =
        new HostFacts(
            new TreeMap<>(
                Map.of(
                    "file",
                    FileFirewall.facts(sh(firewall.fingerprint()).output().strip(), "old"))));
    return new Order(
        host,
        firewall,
        facts,
        firewall.restore(wanted),
        Order.lines(wanted, firewall),
        firewall.restore(before),
        Order.lines(before, firewall),
        "a".repeat(64));
  }

  private Order order() {
    return order(FileFirewall.rules("old"), FileFirewall.rules("one"));
  }

  /** Puts a text in the place of one that stands in a word of a script. */
  private static String instead(String script, String of, String other) {
    String there = Script.word(of);
    String word = Script.word(other);
    String inside = there.substring(1, there.length() - 1);
    assertThat(script).contains(inside);
    return script.replace(inside, word.substring(1, word.length() - 1));
  }

  private Outcome carryOut(Order order) {
    return carryOut(order, SHORT);
  }

  private Outcome carryOut(Order order, Terms terms) {
    return new Transactions(
            new Shells(),
            Map.of("file", firewall),
            new Author("ann\n@desk", new Revision(Optional.of("c".repeat(40)), true), "run-1"),
            terms,
            InstantSource.fixed(NOW),
            folders())
        .carryOut(order, () -> false);
  }

  private HostFolders folders() {
    return new HostFolders(run.toString(), state.toString(), folder.resolve("units").toString());
  }

  private static Problem problem(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Unchanged unchanged -> unchanged.problem();
      case Outcome.RolledBack rolledBack -> rolledBack.problem();
      case Outcome.Lost lost -> lost.problem();
      default -> throw new AssertionError(outcome);
    };
  }

  private static FwctlException broken() {
    return new FwctlException(Problem.of(ErrorCode.UNREACHABLE, "the connection broke"));
  }

  /** Nothing is under way any longer, and nothing waits for its time. */
  private void nothingIsUnderWay() throws IOException {
    try (var files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.startsWith("void."))
          .isSubsetOf("lock", "ended");
    }
    assertThat(state.resolve("applied.new")).doesNotExist();
  }

  @Test
  void appliesAndLeavesAReceipt() throws IOException {
    Outcome outcome = carryOut(order(FileFirewall.rules("old"), FileFirewall.rules("one", "two")));

    assertThat(outcome).isEqualTo(new Outcome.Applied(Duration.ZERO, List.of()));
    assertThat(kernel).hasContent("one\ntwo\n");
    AppliedFile left = AppliedFile.read(Files.readString(state.resolve("applied"))).orElseThrow();
    Receipt receipt = left.receipt();
    assertThat(receipt.appliedAt()).isEqualTo(NOW);
    assertThat(receipt.run()).isEqualTo("run-1");
    assertThat(receipt.commit()).contains("c".repeat(40));
    assertThat(receipt.dirty()).isTrue();
    assertThat(receipt.rules())
        .containsExactly("ipv4 mangle FWCTL-HOST: one", "ipv4 mangle FWCTL-HOST: two");
    nothingIsUnderWay();
  }

  @Test
  void leavesAFileThatPutsInForceWhatWasKept() throws IOException {
    carryOut(order());
    Files.writeString(kernel, "");

    assertThat(sh(". " + state.resolve("applied")).exitStatus()).isZero();

    assertThat(kernel).hasContent("one\n");
  }

  @Test
  void keepsWhatWasThereTheTimeBefore() throws IOException {
    carryOut(order());
    carryOut(order(FileFirewall.rules("one"), FileFirewall.rules("two")));

    AppliedFile previous =
        AppliedFile.read(Files.readString(state.resolve("previous"))).orElseThrow();
    assertThat(previous.receipt().rules()).containsExactly("ipv4 mangle FWCTL-HOST: one");
    sh(previous.script());
    assertThat(kernel).hasContent("one\n");
  }

  @Test
  void takesEverythingAway() {
    carryOut(order());

    Outcome outcome = carryOut(order(FileFirewall.rules("one"), FileFirewall.rules()));

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(kernel).isEmptyFile();
    assertThat(state).doesNotExist();
    assertThat(run).doesNotExist();
  }

  @Test
  void leavesAHostAloneThatChangedSinceThePlan() throws IOException {
    Order order = order();
    Files.writeString(kernel, "by hand\n");

    Outcome outcome = carryOut(order);

    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.STALE);
    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(kernel).hasContent("by hand\n");
    assertThat(state).doesNotExist();
    nothingIsUnderWay();
  }

  @Test
  void leavesAHostAloneThatSomebodyElseHasClaimed() throws IOException {
    Files.createDirectories(run);
    claim("other", 60, "bob@desk since yesterday");

    Outcome outcome = carryOut(order());

    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.LOCKED);
    assertThat(problem(outcome).message()).contains("bob@desk since yesterday");
    assertThat(kernel).hasContent("old\n");
    assertThat(run.resolve("claim")).content().startsWith("other\n");
  }

  /** As a fwctl writes it that does not tell when. */
  @Test
  void aClaimThatDoesNotTellWhenItBeganCounts() throws IOException {
    Files.createDirectories(run);
    claim("other", 60, "bob@desk");
    List<String> lines = Files.readAllLines(run.resolve("claim"));
    Files.write(run.resolve("claim"), lines.subList(0, 4));

    assertThat(problem(carryOut(order())).code()).isEqualTo(ErrorCode.LOCKED);
    assertThat(kernel).hasContent("old\n");
    assertThat(run.resolve("claim")).content().startsWith("other\n");
  }

  /** One that fails before it has a claim leaves alone what another has under way. */
  @Test
  void takesNothingFromAChangeThatIsUnderWay() throws Exception {
    carryOut(
        order(), new Terms(Terms.SHORTEST, Optional.of(Duration.ofSeconds(60)), Duration.ZERO));
    String id = Files.readAllLines(run.resolve("claim")).getFirst();
    scripts.add(text -> sh(text.replace("holder() {", "holder() {\nreturn 1\n")));

    Outcome outcome = carryOut(order(FileFirewall.rules("one"), FileFirewall.rules("two")));

    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    Execution confirmed = sh(new Scripts(folders(), id, "token").confirm(firewall));
    assertThat(confirmed.exitStatus()).as("%s", confirmed).isZero();
    assertThat(kernel).hasContent("one\n");
    assertThat(state.resolve("applied")).exists();
    nothingIsUnderWay();
  }

  @Test
  void waitsForAClaimToEnd() throws IOException {
    Files.createDirectories(run);
    claim("other", 3, "bob@desk");

    Outcome outcome =
        carryOut(order(), new Terms(Terms.SHORTEST, Optional.empty(), Duration.ofSeconds(20)));

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(kernel).hasContent("one\n");
  }

  /** Somebody claimed the host, and never came back, nor did the host go back by itself. */
  @Test
  void takesBackFirstWhatWasLeftUnfinished() throws IOException {
    scripts.add(
        text -> {
          sh(text);
          throw broken();
        });
    closed = 1000;
    Thread abandoned = Thread.ofVirtual().start(() -> carryOut(order(), Terms.DEFAULT));
    while (!kernel.toFile().exists() || !Files.readString(kernel).equals("one\n")) {
      Thread.onSpinWait();
    }
    abandoned.interrupt();
    claim("other", -1, "bob@desk");
    closed = 0;

    Outcome outcome = carryOut(order(FileFirewall.rules("old"), FileFirewall.rules("two")));

    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.STALE);
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  private void claim(String id, int seconds, String who) throws IOException {
    String uptime = Files.readString(Path.of("/proc/uptime"));
    long up = Long.parseLong(uptime.substring(0, uptime.indexOf('.')));
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    Files.writeString(
        run.resolve("claim"), "%s\n%d\n%s\n%s\n%d\n".formatted(id, up + seconds, boot, who, up));
  }

  @Test
  void leavesAHostAloneThatCanNotKeepAReceipt() throws IOException {
    Order order = order();
    Files.writeString(state, "a file is in the way");

    Outcome outcome = carryOut(order);

    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.APPLY_FAILED);
    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(kernel).hasContent("old\n");
  }

  @Test
  void reportsWhatTheKernelRefused() throws IOException {
    Order order = order();
    scripts.add(text -> sh(instead(text, order.forth(), "echo 'no such table' >&2\nexit 4\n")));

    Outcome outcome = carryOut(order);

    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(problem(outcome).message()).endsWith("no such table");
    assertThat(kernel).hasContent("old\n");
    assertThat(state).doesNotExist();
    nothingIsUnderWay();
  }

  @Test
  void goesBackFromAChangeThatStoppedHalfWay() throws IOException {
    Order order = order();
    scripts.add(text -> sh(instead(text, order.forth(), "echo half >'" + kernel + "'\nexit 4\n")));

    Outcome outcome = carryOut(order);

    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.APPLY_FAILED);
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void leavesAHostAloneThatHasNoWayBack() throws IOException {
    Order order = order();
    scripts.add(text -> sh(instead(text, order.back(), "echo 'no such chain' >&2\nexit 4\n")));

    Outcome outcome = carryOut(order);

    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(problem(outcome).message()).contains("no way back", "no such chain");
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void goesBackFromWhatDoesNotReadAsWanted() throws IOException {
    Order order = order();
    scripts.add(text -> sh(instead(text, order.forth(), "echo other >'" + kernel + "'\n")));

    Outcome outcome = carryOut(order);

    assertThat(outcome).isInstanceOf(Outcome.RolledBack.class);
    assertThat(kernel).hasContent("old\n");
    assertThat(state).doesNotExist();
    nothingIsUnderWay();
  }

  @Test
  void goesBackWhenNobodyGetsInAnyMore() throws IOException {
    closed = 5;

    Outcome outcome = carryOut(order());

    assertThat(outcome).isInstanceOf(Outcome.RolledBack.class);
    assertThat(problem(outcome).code()).isEqualTo(ErrorCode.UNREACHABLE);
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void keepsAChangeWhenSomebodyGetsInAtLast() throws IOException {
    closed = 2;

    assertThat(carryOut(order())).isInstanceOf(Outcome.Applied.class);
    assertThat(kernel).hasContent("one\n");
    nothingIsUnderWay();
  }

  /** Nobody is left who could say anything: the host itself is all there is. */
  @Test
  void goesBackByItself() throws Exception {
    scripts.add(
        text -> {
          sh(text);
          throw broken();
        });
    closed = 1000;
    AtomicReference<Outcome> outcome = new AtomicReference<>();
    Thread abandoned = Thread.ofVirtual().start(() -> outcome.set(carryOut(order())));
    while (!Files.readString(kernel).equals("one\n")) {
      Thread.onSpinWait();
    }
    abandoned.interrupt();
    abandoned.join();
    assertThat(outcome.get())
        .isInstanceOfSatisfying(
            Outcome.Abandoned.class,
            it -> assertThat(it.within()).isPositive().isLessThan(Duration.ofSeconds(95)));

    for (int i = 0; i < 300 && !Files.readString(kernel).equals("old\n"); i++) {
      Thread.sleep(100);
    }
    for (int i = 0; i < 50 && Files.exists(run.resolve("claim")); i++) {
      Thread.sleep(100);
    }
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void asksWhatBecameOfAHostWhenTheConnectionBreaksBehindTheChange() throws IOException {
    scripts.add(
        text -> {
          sh(text);
          throw broken();
        });

    Outcome outcome = carryOut(order());

    assertThat(outcome).isInstanceOf(Outcome.RolledBack.class);
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void asksWhatBecameOfAHostWhenTheConnectionBreaksBeforeTheChange() throws IOException {
    StringBuilder late = new StringBuilder();
    scripts.add(
        text -> {
          late.append(text);
          throw broken();
        });

    Outcome outcome = carryOut(order());

    assertThat(outcome).isInstanceOf(Outcome.Unchanged.class);
    assertThat(kernel).hasContent("old\n");
    // What was on its way all the same comes too late.
    assertThat(Status.of(sh(late.toString()).exitStatus())).contains(Status.GONE);
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void tellsTheTruthWhenTheConnectionBreaksBehindKeeping() throws IOException {
    scripts.add(this::sh);
    scripts.add(
        text -> {
          sh(text);
          throw broken();
        });

    assertThat(carryOut(order())).isInstanceOf(Outcome.Applied.class);
    assertThat(kernel).hasContent("one\n");
    nothingIsUnderWay();
  }

  @Test
  void goesBackWhenSomebodyElseChangesTheRulesBeforeTheyAreKept() throws IOException {
    scripts.add(
        text -> {
          Execution execution = sh(text);
          sh("echo mine >'" + kernel + "'");
          return execution;
        });

    Outcome outcome = carryOut(order());

    assertThat(outcome).isInstanceOf(Outcome.RolledBack.class);
    assertThat(problem(outcome).message()).contains("somebody else");
    assertThat(kernel).hasContent("old\n");
    assertThat(mostOpen).as("connections open at once").isEqualTo(1);
  }

  @Test
  void waitsUntilSomebodyConfirms() throws Exception {
    Outcome outcome =
        carryOut(
            order(), new Terms(Terms.SHORTEST, Optional.of(Duration.ofSeconds(60)), Duration.ZERO));

    assertThat(outcome).isEqualTo(new Outcome.Unconfirmed(Duration.ZERO, NOW.plusSeconds(60)));
    // Longer than the change would have stayed without being seen to be right.
    Thread.sleep(Terms.SHORTEST.plusSeconds(3));
    assertThat(kernel).hasContent("one\n");
    assertThat(state.resolve("applied")).doesNotExist();

    String id = Files.readAllLines(run.resolve("claim")).getFirst();
    Execution confirmed = sh(new Scripts(folders(), id, "token").confirm(firewall));

    assertThat(confirmed.exitStatus()).as("%s", confirmed).isZero();
    assertThat(kernel).hasContent("one\n");
    assertThat(state.resolve("applied")).exists();
    nothingIsUnderWay();
  }

  @Test
  void goesBackWhenNobodyConfirms() throws Exception {
    carryOut(order(), new Terms(Terms.SHORTEST, Optional.of(Terms.SHORTEST), Duration.ZERO));
    assertThat(kernel).hasContent("one\n");

    for (int i = 0; i < 300 && Files.exists(run.resolve("claim")); i++) {
      Thread.sleep(100);
    }

    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  @Test
  void unlockingTakesBackWhatIsUnderWay() throws Exception {
    carryOut(
        order(), new Terms(Terms.SHORTEST, Optional.of(Duration.ofSeconds(60)), Duration.ZERO));

    Execution unlocked = sh(Scripts.unlock(folders()));

    assertThat(unlocked.exitStatus()).as("%s", unlocked).isZero();
    assertThat(kernel).hasContent("old\n");
    nothingIsUnderWay();
  }

  /** Whoever renames first has won: a host is never both kept and taken back. */
  @Test
  void keepingAndGoingBackHaveOneWinner() throws Exception {
    for (int i = 0; i < 20; i++) {
      Files.writeString(kernel, "old\n");
      carryOut(
          order(), new Terms(Terms.SHORTEST, Optional.of(Duration.ofSeconds(60)), Duration.ZERO));
      String id = Files.readAllLines(run.resolve("claim")).getFirst();
      Scripts both = new Scripts(folders(), id, "token");
      Thread back = Thread.ofPlatform().start(() -> sh(both.back(firewall)));
      Status kept = Status.of(sh(both.confirm(firewall)).exitStatus()).orElseThrow();
      back.join();
      if (kept == Status.DONE) {
        assertThat(kernel).hasContent("one\n");
        assertThat(state.resolve("applied")).exists();
      } else {
        assertThat(kept).isIn(Status.GONE, Status.CHANGED);
        assertThat(kernel).hasContent("old\n");
      }
      nothingIsUnderWay();
      sh("rm -rf '" + state + "'");
    }
  }

  @Test
  void callsAHostLostThatSomebodyElseChangedMeanwhile() {
    scripts.add(this::sh);
    scripts.add(
        text -> {
          sh(text);
          sh("echo mine >'" + kernel + "'");
          throw broken();
        });

    assertThat(carryOut(order())).isInstanceOf(Outcome.Lost.class);
  }
}
