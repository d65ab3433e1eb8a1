package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever runs an apply presses ^C, or the program is ended from outside: each host ends as planned
 * or as it was, by itself if need be, and what the program said of it is true.
 */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterruptionIT {
  private static final List<String> HOSTS = List.of("one", "two", "three");
  private static final Pattern TOLD =
      Pattern.compile(
          "[+?!] (?<host>\\S+): (applied in|not begun|not waited for|as it was|went back|LOST).*");
  private static final Map<String, String> OUTCOMES =
      Map.of(
          "applied in", "applied",
          "not begun", "not_begun",
          "not waited for", "abandoned",
          "as it was", "unchanged",
          "went back", "rolled_back",
          "LOST", "lost");

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.plain("one", "bookworm"),
              HostSpec.plain("two", "bullseye"),
              HostSpec.plain("three", "trixie")));

  private final Program program;
  private Map<String, List<String>> old = Map.of();

  /** How long an apply took that nobody interrupted. */
  private Duration usual = Duration.ZERO;

  InterruptionIT(@TempDir Path folder) throws IOException {
    this.program = new Program(lab, folder);
    // The change waits as long as a test holds it.
    for (String host : HOSTS) {
      AtTheChange.run(
          lab,
          host,
          """
          : >/run/at-work
          tries=0
          while [ -e /run/hold ] && [ "$tries" -lt 600 ]; do
            tries=$((tries + 1))
            sleep 0.1
          done
          """,
          "");
    }
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @BeforeEach
  void applyTheOldPolicy() throws IOException {
    program.policy(Program.allowing("203.0.113.5"));
    long begin = System.nanoTime();
    program.fwctl(0, "apply", "--auto-approve");
    usual = Duration.ofNanos(System.nanoTime() - begin);
    old = rules();
    everywhere("rm -f /run/at-work");
    program.policy(Program.allowing("198.51.100.5"));
  }

  @AfterEach
  void letGo() {
    everywhere("rm -f /run/hold");
  }

  private Map<String, List<String>> rules() {
    return Parallel.each(HOSTS, host -> Ruleset.of(lab, host).ours());
  }

  private void everywhere(String script) {
    HOSTS.forEach(host -> lab.script(host, script));
  }

  private long atWork() {
    return HOSTS.stream()
        .filter(
            host -> !lab.run(host, "find", "/run", "-maxdepth", "1", "-name", "at-work").isEmpty())
        .count();
  }

  /** Returns what the program said that became of each host. */
  private static Map<String, String> told(Program.Run run) throws IOException {
    Map<String, String> told = new HashMap<>();
    for (String line : run.output().lines().toList()) {
      if (line.startsWith("{")) {
        JsonNode event = new JsonMapper().readTree(line);
        if (event.has("outcome")) {
          told.put(event.get("host").asText(), event.get("outcome").asText());
        }
        continue;
      }
      Matcher matcher = TOLD.matcher(line);
      if (matcher.matches()) {
        told.put(matcher.group("host"), OUTCOMES.get(matcher.group(2)));
      }
    }
    return told;
  }

  /**
   * Waits until no host is under way, and sees that each holds the old rules or the new, that what
   * was told is so, that the next plan says which and the next apply brings all to the policy.
   */
  private void eachIsAsItWasOrAsPlanned(Map<String, String> told) throws InterruptedException {
    Await.until(
        () -> program.fwctl(0, "locks").words().contains("Nothing is under way on 3 hosts"));
    Map<String, List<String>> now = rules();
    String plan = program.fwctl(0, "plan").words();
    long behind =
        HOSTS.stream().filter(host -> Objects.equals(now.get(host), old.get(host))).count();
    assertThat(plan).contains(behind == 0 ? "No changes" : "on " + behind + " of 3 hosts");

    program.fwctl(0, "apply", "--auto-approve");
    program.fwctl(0, "plan", "--detailed-exitcode");
    Map<String, List<String>> wanted = rules();
    for (String host : HOSTS) {
      assertThat(now.get(host)).as(host).isIn(old.get(host), wanted.get(host));
      assertThat(old.get(host)).as(host).isNotEqualTo(wanted.get(host));
      String outcome = told.getOrDefault(host, "");
      switch (outcome) {
        case "applied" -> assertThat(now.get(host)).as(host).isEqualTo(wanted.get(host));
        case "not_begun", "unchanged", "rolled_back" ->
            assertThat(now.get(host)).as(host).isEqualTo(old.get(host));
        case "abandoned", "" -> {}
        default -> throw new AssertionError(host + ": " + outcome);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,false", "TERM,true", "HUP,false", "INT,true"})
  void hostsThatAreBegunComeToTheirEndAndTheOthersAreNotBegun(String signal, boolean json)
      throws Exception {
    everywhere(": >/run/hold");
    List<String> options = new ArrayList<>(List.of("--auto-approve", "--parallelism", "1"));
    if (json) {
      options.add("--json");
    }
    Program.Running apply =
        program.start(program.onTheLab("apply", options.toArray(String[]::new)));
    Await.until(() -> atWork() > 0);
    apply.signal(signal);
    apply.awaitWords("stopping");
    everywhere("rm -f /run/hold");

    Program.Run run = apply.end();

    assertThat(run.exitCode()).as("%s", run).isEqualTo(130);
    assertThat(run.errors()).contains("stopping; no further host is begun");
    assertThat(run.words()).doesNotContain("Exception");
    Map<String, String> told = told(run);
    assertThat(told.values())
        .as("%s", run)
        .containsExactlyInAnyOrder("applied", "not_begun", "not_begun");
    assertThat(run.output())
        .contains(json ? "apply_summary" : "Apply: 1 of 3 hosts applied; 2 not begun.");
    eachIsAsItWasOrAsPlanned(told);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSecondTimeWaitsForNoHostAndLosesNone(boolean json) throws Exception {
    everywhere(": >/run/hold");
    List<String> options =
        new ArrayList<>(List.of("--auto-approve", "--parallelism", "2", "--rollback-after", "5s"));
    if (json) {
      options.add("--json");
    }
    Program.Running apply =
        program.start(program.onTheLab("apply", options.toArray(String[]::new)));
    Await.until(() -> atWork() == 2);
    apply.signal("INT");
    apply.awaitWords("stopping");
    apply.signal("INT");

    Program.Run run = apply.end();

    assertThat(run.exitCode()).as("%s", run).isEqualTo(130);
    assertThat(run.errors()).contains("waiting for no host any longer");
    assertThat(run.words()).doesNotContain("Exception");
    Map<String, String> told = told(run);
    assertThat(told.values())
        .as("%s", run)
        .containsExactlyInAnyOrder("abandoned", "abandoned", "not_begun");
    assertThat(run.output())
        .containsPattern(
            json ? "\"seconds_left\":[1-9][0-9]?" : "kept, or back by itself within [1-9][0-9]? s");
    if (!json) {
      assertThat(run.words())
          .contains("Apply: 0 of 3 hosts applied; 2 not waited for, 1 not begun.");
    }
    everywhere("rm -f /run/hold");
    eachIsAsItWasOrAsPlanned(told);
  }

  /** What the first ^C waits for is a host, and not whoever else is changing it. */
  @Test
  void aRunThatWaitsForALockIsStopped() throws Exception {
    program.fwctl(0, "apply", "--auto-approve", "--soak", "10m", "--limit", "one");
    program.policy(Program.allowing("192.0.2.5"));
    Program.Running apply =
        program.start(
            program.onTheLab(
                "apply", "--auto-approve", "--limit", "one", "--lock-timeout", "1h", "--json"));
    apply.awaitWords("apply_start");
    apply.signal("INT");

    Program.Run run = apply.end();

    assertThat(run.exitCode()).as("%s", run).isEqualTo(130);
    assertThat(told(run)).as("%s", run).containsExactly(Map.entry("one", "unchanged"));
    assertThat(run.words()).contains("somebody else is changing this host");
    program.fwctl(0, "unlock", "--auto-approve");
    assertThat(rules()).isEqualTo(old);
  }

  /** A run may be ended while it plans, begins, changes, keeps or reports. */
  @Test
  void atAnyMoment() throws Exception {
    long seed = Long.getLong("fwctl.seed", System.nanoTime());
    System.out.println("fwctl.seed=" + seed);
    Random random = new Random(seed);
    for (String signal : List.of("KILL", "INT", "KILL", "TERM", "KILL", "INT")) {
      applyTheOldPolicy();
      long moment = random.nextLong(usual.toMillis() / 4, usual.toMillis());
      Program.Running apply =
          program.start(program.onTheLab("apply", "--auto-approve", "--rollback-after", "5s"));
      Thread.sleep(moment);
      apply.signal(signal);

      Program.Run run = apply.end();

      // 143 is the JVM's own, when it has not yet begun the program.
      assertThat(run.exitCode())
          .as("%s after %d ms: %s", signal, moment, run)
          .isIn(0, signal.equals("KILL") ? 137 : 130, signal.equals("TERM") ? 143 : 0);
      assertThat(run.words()).doesNotContain("Exception");
      if (run.exitCode() == 0) {
        assertThat(told(run)).hasSize(3);
      }
      eachIsAsItWasOrAsPlanned(told(run));
    }
  }

  /** The one who changes hosts is gone in the middle of it, and nobody is there to say anything. */
  @Test
  void aHostGoesBackWhenItsControllerIsKilled() throws Exception {
    everywhere(": >/run/hold");
    Program.Running apply =
        program.start(program.onTheLab("apply", "--auto-approve", "--rollback-after", "5s"));
    Await.until(() -> atWork() == 3);
    apply.signal("KILL");
    assertThat(apply.end().exitCode()).isEqualTo(137);
    assertThat(program.fwctl(0, "locks").words())
        .contains("Something is under way on 3 of 3 hosts", "goes back in");
    everywhere("rm -f /run/hold");

    Await.until(
        () -> program.fwctl(0, "locks").words().contains("Nothing is under way on 3 hosts"));

    assertThat(rules()).isEqualTo(old);
    assertThat(program.fwctl(0, "plan").words())
        .contains("the last change of this host was not kept");
    eachIsAsItWasOrAsPlanned(Map.of());
  }
}
