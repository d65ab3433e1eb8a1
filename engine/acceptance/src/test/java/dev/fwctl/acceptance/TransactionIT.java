package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the operator of a fleet does with changes that are not for good yet, and hosts with them.
 */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String PARTNER = "198.51.100.5";
  private static final String NOTHING = "fwctl: 1\n";

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.plain("one", "bookworm"),
              HostSpec.plain("two", "bullseye"),
              HostSpec.plain("three", "trixie").onLegacyIptables()));

  private final Program program;

  TransactionIT(@TempDir Path folder) throws IOException {
    this.program = new Program(lab, folder);
    for (String host : List.of("one", "two", "three")) {
      lab.serve(host, "tcp/9000");
    }
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @AfterEach
  void takeAway() throws IOException {
    program.fwctl(0, "unlock", "--auto-approve");
    program.policy(NOTHING);
    program.fwctl(0, "apply", "--auto-approve");
    for (String host : List.of("one", "two", "three")) {
      assertThat(Ruleset.of(lab, host).ours()).isEmpty();
    }
  }

  private void sees(String client, String host, Outcome outcome) {
    assertThat(lab.probe(client, host + ":9000")).as("%s at %s", client, host).isEqualTo(outcome);
  }

  @Test
  void hostsWaitToBeConfirmed() throws IOException {
    program.policy(Program.allowing(OFFICE));
    Program.Run applied = program.fwctl(0, "apply", "--auto-approve", "--soak", "10m");
    assertThat(applied.words()).contains("to be confirmed", "fwctl confirm");
    sees(OFFICE, "one", Outcome.OPEN);
    sees(PARTNER, "one", Outcome.TIMEOUT);

    Program.Run locks = program.fwctl(0, "locks");
    assertThat(locks.words())
        .containsPattern("one claimed [0-9]{1,2} s ago by \\S+ .*, for [1-9][0-9]* s more")
        .contains("waits to be confirmed", "3 of 3 hosts");
    assertThat(program.fwctl(0, "locks", "--json").output())
        .containsPattern("\"age_seconds\":[0-9]+,\"seconds_left\":[1-9]");
    Program.Run plan = program.fwctl(0, "plan");
    assertThat(plan.words()).contains("waits to be confirmed");
    // Somebody else gets no say meanwhile.
    program.policy(Program.allowing(PARTNER));
    Program.Run other = program.fwctl(6, "apply", "--auto-approve");
    assertThat(other.words()).contains("somebody else is changing this host");
    sees(OFFICE, "one", Outcome.OPEN);

    Program.Run confirmed = program.fwctl(0, "confirm");
    assertThat(confirmed.words()).contains("Confirm: 3 of 3 hosts applied");
    assertThat(program.fwctl(0, "locks").words()).contains("Nothing is under way on 3 hosts");
    assertThat(program.fwctl(0, "confirm").words()).contains("Nothing waits to be confirmed");
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void hostsThatNobodyConfirmsGoBackByThemselves() throws Exception {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve");
    program.policy(Program.allowing(PARTNER));
    program.fwctl(0, "apply", "--auto-approve", "--soak", "5s");

    Await.until(() -> program.fwctl(0, "locks").words().contains("Nothing is under way"));

    for (String host : List.of("one", "two", "three")) {
      sees(OFFICE, host, Outcome.OPEN);
      sees(PARTNER, host, Outcome.TIMEOUT);
    }
    Program.Run late = program.fwctl(7, "confirm");
    assertThat(late.words())
        .contains("! one: went back to what it was before")
        .contains("Confirm: 0 of 3 hosts applied; 3 went back.");
    Program.Run plan = program.fwctl(2, "plan", "--detailed-exitcode");
    assertThat(plan.words()).contains("the last change of this host was not kept");
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void unlockingTakesBackWhatIsUnderWay() throws IOException {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve", "--soak", "10m", "--limit", "one");

    Program.Run unlocked = program.fwctl(0, "unlock", "--auto-approve");

    assertThat(unlocked.words()).contains("Unlock: 1 of 1 host");
    assertThat(Ruleset.of(lab, "one").ours()).isEmpty();
    sees(PARTNER, "one", Outcome.OPEN);
  }

  @Test
  void aFleetGoesBackToTheReceiptBefore() throws IOException {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve");
    program.policy(Program.allowing(PARTNER));
    program.fwctl(0, "apply", "--auto-approve");
    sees(PARTNER, "two", Outcome.OPEN);

    Program.Run back = program.fwctl(0, "rollback", "--auto-approve");

    assertThat(back.words()).contains("Rollback: 3 of 3 hosts applied");
    for (String host : List.of("one", "two", "three")) {
      sees(OFFICE, host, Outcome.OPEN);
      sees(PARTNER, host, Outcome.TIMEOUT);
    }
    program.policy(Program.allowing(OFFICE));
    assertThat(program.fwctl(0, "drift", "--detailed-exitcode").words()).contains("No drift");
  }

  @Test
  void onlyTheHostsOfARunGoBack() throws IOException {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve");
    program.policy(Program.allowing(PARTNER));
    program.fwctl(0, "apply", "--auto-approve", "--limit", "one");
    String receipt = lab.run("one", "cat", "/var/lib/fwctl/applied");
    Matcher run = Pattern.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{4}").matcher(receipt);
    assertThat(run.find()).as(receipt).isTrue();
    assertThat(program.fwctl(0, "facts", "--limit", "one").words()).contains(run.group());

    assertThat(program.fwctl(0, "rollback", "--auto-approve", "--run", "no-such-run").words())
        .contains("No host has a receipt to go back from");
    Program.Run back = program.fwctl(0, "rollback", "--auto-approve", "--run", run.group());

    assertThat(back.words()).contains("Rollback: 1 of 1 host applied");
    for (String host : List.of("one", "two", "three")) {
      sees(OFFICE, host, Outcome.OPEN);
      sees(PARTNER, host, Outcome.TIMEOUT);
    }
  }

  /** The other one is done while we wait: what we planned no longer is so. */
  @Test
  void whoWaitsForALockGoesOnWhenItIsGone() throws Exception {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve", "--soak", "10m", "--limit", "one");
    program.policy(Program.allowing(PARTNER));
    Program.Running waiting =
        program.start(
            "apply",
            "-i",
            lab.inventory().toString(),
            "-p",
            "policies",
            "--auto-approve",
            "--json",
            "--limit",
            "one",
            "--lock-timeout",
            "2m");
    waiting.awaitWords("apply_start");
    program.fwctl(0, "confirm");

    Program.Run run = waiting.end();

    assertThat(run.exitCode()).as("%s", run).isZero();
    sees(PARTNER, "one", Outcome.OPEN);
    sees(OFFICE, "one", Outcome.TIMEOUT);
  }

  @Test
  void whatWasKeptIsPutInForceByTheFileThatIsLeft() throws IOException {
    program.policy(Program.allowing(OFFICE));
    program.fwctl(0, "apply", "--auto-approve");
    for (String host : List.of("one", "two", "three")) {
      List<String> applied = Ruleset.of(lab, host).ours();
      lab.script(
          host,
          """
          for tool in iptables ip6tables; do
            for table in mangle filter; do
              $tool -t $table -F
              $tool -t $table -X
            done
          done
          """);
      assertThat(Ruleset.of(lab, host).ours()).isEmpty();
      lab.run(host, "/bin/sh", "/var/lib/fwctl/applied");
      assertThat(Ruleset.of(lab, host).ours()).isEqualTo(applied);
    }
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void aRunStopsWhenTheFirstWaveFails() throws IOException {
    lab.script("one", "mkdir /var/lib/fwctl.away; : >/var/lib/fwctl");
    program.policy(Program.allowing(OFFICE));
    Program.Run run;
    try {
      run = program.fwctl(8, "apply", "--auto-approve", "--waves", "1,100%");
    } finally {
      lab.run("one", "rm", "-r", "/var/lib/fwctl", "/var/lib/fwctl.away");
    }
    assertThat(run.words()).contains("1 failed and as before", "2 not begun", "too many hosts");
    for (String host : List.of("one", "two", "three")) {
      assertThat(Ruleset.of(lab, host).ours()).isEmpty();
    }
  }

  @Test
  void aRunThatStopsTakesBackWhatItDid() throws IOException {
    lab.script("two", "mkdir /var/lib/fwctl.away; : >/var/lib/fwctl");
    program.policy(Program.allowing(OFFICE));
    Program.Run run;
    try {
      run =
          program.fwctl(
              7,
              "apply",
              "--auto-approve",
              "--parallelism",
              "1",
              "--waves",
              "2,100%",
              "--on-failure",
              "rollback");
    } finally {
      lab.run("two", "rm", "-r", "/var/lib/fwctl", "/var/lib/fwctl.away");
    }
    assertThat(run.words()).contains("Rollback: 2 of 2 hosts applied");
    for (String host : List.of("one", "two", "three")) {
      assertThat(Ruleset.of(lab, host).ours()).isEmpty();
    }
  }

  /** The new rules let nobody in from where we come, whatever they say on paper. */
  @Test
  void aHostGoesBackThatLetsNobodyInAnyMore() throws IOException {
    program.policy(Program.allowing(OFFICE));
    AtTheChange.run(
        lab, "one", "iptables-nft -t raw -I PREROUTING -p tcp --syn --dport 22 -j DROP", "");
    lab.script("one", "(sleep 25; iptables-nft -t raw -F PREROUTING) >/dev/null 2>&1 &");
    Program.Run run;
    try {
      run = program.fwctl(7, "apply", "--auto-approve", "--limit", "one", "--rollback-after", "8s");
    } finally {
      AtTheChange.stop(lab, "one");
      lab.run("one", "iptables-nft", "-t", "raw", "-F", "PREROUTING");
    }
    assertThat(run.words())
        .contains("! one: went back to what it was before")
        .contains("Apply: 0 of 1 host applied; 1 went back.");
    assertThat(Ruleset.of(lab, "one").ours()).isEmpty();
    sees(PARTNER, "one", Outcome.OPEN);
  }
}
