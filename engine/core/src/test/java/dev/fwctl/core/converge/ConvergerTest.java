package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.facts.ReceiptFormat;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleDifference;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.ConnectionProvider;
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
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts really run, in a shell on a folder of their own; only the kernel is a file. */
class ConvergerTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  @TempDir private Path folder;
  private Path kernel;
  private Path receipt;
  private FileFirewall firewall;
  private Host host;
  private final Deque<UnaryOperator<String>> accidents = new ArrayDeque<>();

  @BeforeEach
  void makeHost() throws IOException {
    kernel = Files.writeString(folder.resolve("kernel"), "old\n");
    receipt = folder.resolve("state/receipt.json");
    firewall = new FileFirewall(kernel);
    host =
        new Host(
            "web-01",
            new TreeSet<>(List.of("all")),
            new ConnectionSettings(
                "shell",
                "web-01",
                22,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Duration.ofSeconds(10),
                0,
                Optional.empty(),
                Map.of()),
            new Place("hosts.yml", 1, 1));
  }

  private final class Shell implements ConnectionProvider {
    @Override
    public String type() {
      return "shell";
    }

    @Override
    public Connection connect(Host host) {
      return new Connection() {
        @Override
        public Execution execute(Script script) {
          String text = script.text();
          return run(accidents.isEmpty() ? text : accidents.removeFirst().apply(text));
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }

  private Execution run(String script) {
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
      throw new AssertionError(e);
    }
  }

  private String fingerprint() {
    return run(firewall.fingerprint()).output().strip();
  }

  private HostPlan.Changed plan(OwnedRules before, OwnedRules after) {
    HostFacts facts =
        new HostFacts(new TreeMap<>(Map.of("file", FileFirewall.facts(fingerprint(), "old"))));
    List<RuleLine> lines = RuleLine.of(after, firewall);
    List<RuleChange> rules = RuleDifference.between(RuleLine.of(before, firewall), lines);
    Change change =
        new Change(
            "a".repeat(64),
            firewall.change(before, after),
            before,
            after,
            List.of(),
            rules,
            lines.stream().map(RuleLine::written).toList());
    return new HostPlan.Changed(host, change, firewall, facts, Optional.empty(), List.of());
  }

  private Outcome apply(HostPlan.Changed plan) {
    return apply(converger(), plan);
  }

  private Outcome apply(Converger converger, HostPlan.Changed plan) {
    return requireNonNull(converger.apply(List.of(plan), 1, HostWork.Listener.silent()).get(host));
  }

  private Converger converger() {
    return new Converger(
        Map.of("shell", new Shell()),
        Map.of("file", firewall),
        new Converger.Author("ann\n@desk", new Revision(Optional.of("c".repeat(40)), true)),
        InstantSource.fixed(NOW),
        new ChangeScript.Folders(
            folder.resolve("run").toString(), folder.resolve("state").toString()));
  }

  private static ErrorCode code(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Unchanged unchanged -> unchanged.problem().code();
      case Outcome.Lost lost -> lost.problem().code();
      case Outcome.Applied applied -> throw new AssertionError("applied: " + applied);
      case Outcome.NotBegun() -> throw new AssertionError("not begun");
    };
  }

  @Test
  void appliesAndLeavesAReceipt() throws IOException {
    Outcome outcome = apply(plan(FileFirewall.rules("old"), FileFirewall.rules("one", "two")));

    assertThat(outcome).isEqualTo(new Outcome.Applied(Duration.ZERO));
    assertThat(kernel).hasContent("one\ntwo\n");
    Receipt left = new ReceiptFormat().read(Files.readString(receipt));
    assertThat(left.appliedAt()).isEqualTo(NOW);
    assertThat(left.commit()).contains("c".repeat(40));
    assertThat(left.dirty()).isTrue();
    assertThat(left.rules())
        .containsExactly("ipv4 mangle FWCTL-HOST: one", "ipv4 mangle FWCTL-HOST: two");
    assertThat(folder.resolve("state")).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void takesEverythingAway() {
    apply(plan(FileFirewall.rules("old"), FileFirewall.rules("one")));

    Outcome outcome = apply(plan(FileFirewall.rules("one"), FileFirewall.rules()));

    assertThat(outcome).isInstanceOf(Outcome.Applied.class);
    assertThat(kernel).isEmptyFile();
    assertThat(folder.resolve("state")).doesNotExist();
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void leavesAHostAloneThatChangedSinceThePlan() throws IOException {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    Files.writeString(kernel, "by hand\n");

    assertThat(code(apply(plan))).isEqualTo(ErrorCode.STALE);
    assertThat(kernel).hasContent("by hand\n");
    assertThat(receipt).doesNotExist();
  }

  @Test
  void leavesAHostAloneThatSomebodyElseIsChanging() throws Exception {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    Files.createDirectories(folder.resolve("run"));
    Files.writeString(folder.resolve("run/holder"), "bob@desk since yesterday\n");
    Process other =
        new ProcessBuilder(
                "flock", folder.resolve("run/lock").toString(), "sh", "-c", "echo; exec sleep 30")
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('\n');

      Outcome outcome = apply(plan);

      assertThat(code(outcome)).isEqualTo(ErrorCode.LOCKED);
      assertThat(((Outcome.Unchanged) outcome).problem().message())
          .contains("bob@desk since yesterday");
      assertThat(kernel).hasContent("old\n");
    } finally {
      other.descendants().forEach(ProcessHandle::destroy);
      other.destroy();
    }
  }

  @Test
  void leavesAHostAloneThatCanNotKeepAReceipt() throws IOException {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    Files.writeString(folder.resolve("state"), "a file is in the way");

    assertThat(code(apply(plan))).isEqualTo(ErrorCode.APPLY_FAILED);
    assertThat(kernel).hasContent("old\n");
  }

  @Test
  void reportsWhatTheKernelRefused() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    accidents.add(
        text -> text.replace(plan.change().script(), "echo 'no such table' >&2\nexit 4\n"));

    Outcome outcome = apply(plan);

    assertThat(code(outcome)).isEqualTo(ErrorCode.APPLY_FAILED);
    assertThat(((Outcome.Unchanged) outcome).problem().message()).endsWith("no such table");
    assertThat(receipt).doesNotExist();
  }

  @Test
  void reportsAChangeThatStoppedHalfWay() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    accidents.add(
        text -> text.replace(plan.change().script(), "echo half >'" + kernel + "'\nexit 4\n"));

    assertThat(code(apply(plan))).isEqualTo(ErrorCode.HOST_LOST);
  }

  @Test
  void putsBackWhatDoesNotReadAsWanted() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    accidents.add(text -> text.replace(plan.change().script(), "echo other >'" + kernel + "'\n"));

    Outcome outcome = apply(plan);

    assertThat(code(outcome)).isEqualTo(ErrorCode.APPLY_FAILED);
    assertThat(kernel).hasContent("old\n");
    assertThat(receipt).doesNotExist();
  }

  @Test
  void asksAgainWhenTheConnectionBreaksBehindTheChange() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    accidents.add(
        text -> {
          run(text);
          throw broken();
        });

    assertThat(apply(plan)).isInstanceOf(Outcome.Applied.class);
  }

  @Test
  void asksAgainWhenTheConnectionBreaksBeforeTheChange() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    accidents.add(
        text -> {
          throw broken();
        });

    assertThat(code(apply(plan))).isEqualTo(ErrorCode.UNREACHABLE);
    assertThat(kernel).hasContent("old\n");
  }

  @Test
  void callsAHostLostThatDoesNotAnswerAgain() {
    HostPlan.Changed plan = plan(FileFirewall.rules("old"), FileFirewall.rules("one"));
    for (int i = 0; i < 2; i++) {
      accidents.add(
          text -> {
            throw broken();
          });
    }

    assertThat(apply(plan)).isInstanceOf(Outcome.Lost.class);
  }

  @Test
  void beginsNoHostOnceItIsStopped() {
    Converger converger = converger();
    converger.stop();

    assertThat(apply(converger, plan(FileFirewall.rules("old"), FileFirewall.rules("one"))))
        .isEqualTo(new Outcome.NotBegun());
    assertThat(kernel).hasContent("old\n");
  }

  private static FwctlException broken() {
    return new FwctlException(Problem.of(ErrorCode.UNREACHABLE, "the connection broke"));
  }
}
