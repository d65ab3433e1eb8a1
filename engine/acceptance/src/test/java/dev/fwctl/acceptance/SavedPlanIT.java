package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A plan is looked at by one person and carried out by another, and meanwhile things happen. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SavedPlanIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String STRANGER = "198.51.100.5";
  private static final String NOTHING = "fwctl: 1\n";

  private static final String POLICY =
      """
      fwctl: 1
      policies:
        baseline:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: host, port: 9000/tcp, from: 203.0.113.0/24}
        shop:
          hosts: docked
          inbound:
            allow:
              - {to: {container: "shop*"}, port: 8081/tcp, from: 203.0.113.0/24}
      """;

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.plain("one", "bookworm"),
              HostSpec.withDocker("docked", "bookworm"),
              HostSpec.plain("two", "trixie").onLegacyIptables()));

  private final Path folder;
  private final Program program;

  SavedPlanIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.program = new Program(lab, folder);
    for (String host : List.of("one", "two")) {
      lab.serve(host, "tcp/9000");
    }
    lab.container("docked", "shop", List.of("-p", "8081:8080"), "http/8080");
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @AfterEach
  void takeAway() throws IOException {
    program.policy(NOTHING);
    program.run(0, "apply", "-i", lab.inventory().toString(), "--auto-approve");
    for (String host : List.of("one", "two", "docked")) {
      assertThat(Ruleset.of(lab, host).ours()).isEmpty();
    }
  }

  private Program.Run plan(String... options) throws IOException {
    program.policy(POLICY);
    List<String> arguments =
        new ArrayList<>(List.of("plan", "-i", lab.inventory().toString(), "--out", "x.fwplan"));
    arguments.addAll(List.of(options));
    return program.run(0, arguments.toArray(String[]::new));
  }

  private void sees(String client, String endpoint, Outcome outcome) {
    assertThat(lab.probe(client, endpoint)).as("%s at %s", client, endpoint).isEqualTo(outcome);
  }

  @Test
  void isCarriedOutAsItWasSavedWhateverThePoliciesSayToday() throws IOException {
    Program.Run planned = plan();
    assertThat(planned.output().strip())
        .endsWith("Saved to x.fwplan; carry it out with: fwctl apply x.fwplan");
    program.policy("not even YAML: [");

    Program.Run shown = program.run(0, "show", "x.fwplan");
    String saved = planned.output().substring(0, planned.output().indexOf("Saved to"));
    assertThat(shown.output()).startsWith("Planned 20").endsWith(saved);
    Program.Run markdown = program.run(0, "show", "x.fwplan", "--markdown");
    assertThat(markdown.output()).contains("### fwctl plan", "```diff", "can no longer reach");
    Program.Run json = program.run(0, "show", "x.fwplan", "--json");
    assertThat(json.output().lines()).allMatch(line -> line.startsWith("{\"@level\":"));
    assertThat(json.output()).contains("\"type\":\"saved_plan\"", "\"type\":\"planned_change\"");

    Program.Run applied = program.run(0, "apply", "x.fwplan");
    assertThat(applied.words()).contains("Apply: 3 of 3 hosts applied.");
    sees(OFFICE, "one:9000", Outcome.OPEN);
    sees(STRANGER, "one:9000", Outcome.TIMEOUT);
    sees(OFFICE, "docked:8081", Outcome.OPEN);
    sees(STRANGER, "docked:8081", Outcome.TIMEOUT);

    // Once more there is nothing to do.
    Program.Run again = program.run(0, "apply", "x.fwplan");
    assertThat(again.words())
        .contains("one: already as planned", "two: already as planned")
        .doesNotContain("Apply:");
    program.policy(POLICY);
    program.run(0, "plan", "-i", lab.inventory().toString(), "--detailed-exitcode");
  }

  @Test
  void aHostOnWhichSomebodyChangedARuleIsStaleAndTheOthersGoOn() throws IOException {
    program.policy(POLICY);
    program.run(0, "apply", "-i", lab.inventory().toString(), "--auto-approve");
    program.policy(POLICY.replace("9000/tcp", "9000-9001/tcp"));
    program.run(0, "plan", "-i", lab.inventory().toString(), "--out", "x.fwplan");
    lab.script("one", "iptables -t mangle -A FWCTL-INBOUND -s 192.0.2.1 -j RETURN");
    List<String> before = Ruleset.of(lab, "one").lines();

    Program.Run applied = program.run(5, "apply", "x.fwplan");

    assertThat(applied.words())
        .contains(
            "! one: as it was before",
            "no longer as the plan saw it: rule ipv4 mangle FWCTL-INBOUND '-s 192.0.2.1/32 -j RETURN'",
            "hint: plan again",
            "Apply: 2 of 3 hosts applied; 1 failed and as before.");
    assertThat(Ruleset.of(lab, "one").lines()).isEqualTo(before);
    Program.Run json = program.run(5, "apply", "x.fwplan", "--json");
    assertThat(json.output())
        .contains("\"kind\":\"stale\"", "\"outcome\":\"as_planned\"", "\"type\":\"apply_summary\"");
  }

  /** A rule that somebody puts there while we are connected lets nobody in any more. */
  @Test
  void aRuleOfOthersThatWouldLockUsOutMakesAHostStale() throws IOException {
    plan();
    lab.script(
        "one",
        "echo '/usr/sbin/iptables -t raw -I PREROUTING -p tcp -m tcp --dport 22"
            + " --tcp-flags FIN,SYN,RST,ACK SYN -j DROP' >/etc/ssh/sshrc");
    try {
      Program.Run applied = program.run(5, "apply", "x.fwplan");
      assertThat(applied.words())
          .contains("no longer as the plan saw it: fwctl would be locked out: a new connection")
          .contains("dropped by rule 1 of PREROUTING in raw", "Apply: 2 of 3 hosts applied");
      assertThat(Ruleset.of(lab, "one").ours()).isEmpty();
    } finally {
      lab.script("one", "rm -f /etc/ssh/sshrc; iptables -t raw -F");
    }
  }

  @Test
  void aContainerThatThePolicyMeansMakesAHostStaleAndOthersDoNot() throws IOException {
    plan();
    lab.container("docked", "job", List.of(), "http/8080");
    lab.docker("docked", "restart", "--time", "0", "shop");
    try {
      lab.container("docked", "shop-two", List.of("-p", "8082:8080"), "http/8080");
      Program.Run stale = program.run(5, "apply", "x.fwplan");
      assertThat(stale.words())
          .contains(
              "container shop-two is meant by 'container shop*' (new)",
              "container shop-two publishes 8082->8080/tcp (new)",
              "Apply: 2 of 3 hosts applied")
          .doesNotContain("container job");
      assertThat(Ruleset.of(lab, "docked").ours()).isEmpty();

      lab.docker("docked", "rm", "--force", "shop-two");
      Program.Run applied = program.run(0, "apply", "x.fwplan");
      assertThat(applied.words()).contains("Apply: 1 of 1 host applied.");
      sees(STRANGER, "docked:8081", Outcome.TIMEOUT);
    } finally {
      lab.docker("docked", "rm", "--force", "shop-two", "job");
    }
  }

  @Test
  void hostsThatAreElsewhereOrGoneAreNotTouched() throws IOException {
    plan();
    String inventory = Files.readString(lab.inventory());
    Files.writeString(
        folder.resolve("moved.yml"),
        inventory.replace(
            "ansible_host: " + lab.host("one").ipv4(), "ansible_host: " + lab.host("one").ipv6()));
    Program.Run applied = program.run(5, "apply", "-i", "moved.yml", "x.fwplan");
    assertThat(applied.words())
        .contains("the inventory now says ssh", "Apply: 2 of 3 hosts applied");
    assertThat(Ruleset.of(lab, "one").ours()).isEmpty();

    Files.writeString(folder.resolve("gone.yml"), "all: {hosts: {three: {}}}\n");
    Program.Run gone = program.run(5, "apply", "-i", "gone.yml", "x.fwplan");
    assertThat(gone.words()).contains("the inventory no longer has this host", "0 of 3 hosts");
  }

  @Test
  void anotherFleetWithTheSameNamesIsNotTheSame() throws IOException {
    plan("--limit", "docked");
    try (Lab other = Lab.up(LabSpec.of(LabNames.fresh(), HostSpec.plain("docked", "bookworm")))) {
      Program.Run applied =
          new Program(other, folder).run("apply", "-i", other.inventory().toString(), "x.fwplan");
      assertThat(applied.exitCode()).as("%s", applied).isEqualTo(5);
      assertThat(Ruleset.of(other, "docked").ours()).isEmpty();
    }
  }

  @Test
  void hostsThatCouldNotBePlannedAreToldAgain() throws IOException {
    program.policy(POLICY);
    String inventory = Files.readString(lab.inventory());
    Files.writeString(
        folder.resolve("hosts.yml"),
        inventory.replace(
            "ansible_host: " + lab.host("two").ipv4(),
            "ansible_port: 2, ansible_host: " + lab.host("two").ipv4()));
    program.run(4, "plan", "-i", "hosts.yml", "--out", "x.fwplan");
    Program.Run applied = program.run(4, "apply", "x.fwplan");
    assertThat(applied.words()).contains("! two: left alone", "Apply: 2 of 2 hosts applied.");

    program.run(0, "plan", "-i", "hosts.yml", "--allow-unreachable", "1", "--out", "x.fwplan");
    program.run(0, "apply", "x.fwplan");
  }

  @Test
  void noSecretIsInTheFile() throws IOException {
    program.policy(POLICY);
    String key = Files.readString(lab.privateKey());
    Files.writeString(
        folder.resolve("hosts.yml"),
        """
        all:
          vars:
            ansible_ssh_private_key_file: %s
            ansible_ssh_common_args: -o UserKnownHostsFile=%s
          hosts:
            one:
              ansible_host: %s
              ansible_user: ops
              ansible_become: true
              ansible_become_password: '%s'
        """
            .formatted(
                lab.privateKey(),
                lab.knownHosts(),
                lab.host("one").ipv4(),
                lab.opsPassword().replace("'", "''")));
    program.policy(POLICY.substring(0, POLICY.indexOf("  shop:")));
    program.run(0, "plan", "-i", "hosts.yml", "--out", "x.fwplan");

    StringBuilder all = new StringBuilder();
    try (ZipFile zip = new ZipFile(folder.resolve("x.fwplan").toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        try (InputStream content = zip.getInputStream(entry)) {
          all.append(new String(content.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    assertThat(all.toString())
        .contains("\"user\":\"ops\"")
        .doesNotContain(lab.opsPassword(), lab.privateKey().toString())
        .doesNotContain(key.lines().skip(1).findFirst().orElseThrow());
    program.run(0, "apply", "x.fwplan");
  }
}
