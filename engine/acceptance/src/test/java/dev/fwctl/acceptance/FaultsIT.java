package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One host of two is in trouble: it is reported and left as it was, the other goes on. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {
  private static final String POLICY =
      """
      fwctl: 1
      policies:
        baseline:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: host, port: 22/tcp, from: 10.90.0.0/16}
      """;

  private static final String NOTHING = "fwctl: 1\n";

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.plain("good", "bookworm"),
              HostSpec.plain("sick", "bookworm"),
              HostSpec.withDocker("docked", "bookworm")));

  private final Path folder;
  private final Program program;

  FaultsIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.program = new Program(lab, folder);
    Files.createDirectory(folder.resolve("policies"));
    Files.copy(lab.knownHosts(), folder.resolve("known_hosts"));
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @AfterEach
  void takeAway() throws IOException {
    Program.Run run = apply("good", NOTHING, inventory("sick", ""));
    assertThat(run.exitCode()).as("%s", run).isZero();
  }

  /** Returns an inventory of the good host and another, for which more variables are given. */
  private String inventory(String other, String variables) {
    return """
    all:
      vars:
        ansible_user: root
        ansible_ssh_private_key_file: %s
        ansible_ssh_common_args: -o UserKnownHostsFile=known_hosts
        ansible_timeout: 4
      hosts:
        good: {ansible_host: %s}
        %s: {ansible_host: %s%s}
    """
        .formatted(
            lab.privateKey(), lab.host("good").ipv4(), other, lab.host(other).ipv4(), variables);
  }

  private Program.Run apply(String limit, String policy, String inventory) throws IOException {
    Files.writeString(folder.resolve("policies/policy.yml"), policy);
    Files.writeString(folder.resolve("hosts.yml"), inventory);
    return program.run(
        "apply", "-i", "hosts.yml", "-p", "policies", "--auto-approve", "--limit", limit);
  }

  /** Applies to both: the other is left as it was for a reason, the good one is changed. */
  private Program.Run leavesAlone(String other, String variables, int exitCode, String... words)
      throws IOException {
    List<String> before = Ruleset.of(lab, other).lines();
    Program.Run run = apply("all", POLICY, inventory(other, variables));
    assertThat(run.exitCode()).as("%s", run).isEqualTo(exitCode);
    assertThat(run.words()).contains(other).contains(words);
    assertThat(run.words()).doesNotContain("Exception");
    assertThat(run.output() + run.errors()).doesNotContain("\u001b");
    assertThat(Ruleset.of(lab, other).lines()).isEqualTo(before);
    assertThat(Ruleset.of(lab, "good").ours()).isNotEmpty();
    return run;
  }

  private void knownHosts(String other, String text) throws IOException {
    List<String> lines =
        Files.readAllLines(lab.knownHosts()).stream()
            .filter(line -> !line.startsWith(other + ","))
            .toList();
    Files.writeString(folder.resolve("known_hosts"), String.join("\n", lines) + "\n" + text + "\n");
  }

  private String key(String host) {
    return lab.run(host, "cut", "-d", " ", "-f", "1,2", "/etc/ssh/ssh_host_ed25519_key.pub")
        .strip();
  }

  @Test
  void hostKeysThatAreUnknownChangedOrRevoked() throws IOException {
    String address = lab.host("sick").ipv4().toString();
    try {
      knownHosts("sick", "");
      leavesAlone("sick", "", 4, "known_hosts");
      knownHosts("sick", address + " " + key("good"));
      leavesAlone("sick", "", 4, "known_hosts");
      knownHosts("sick", "@revoked " + address + " " + key("sick"));
      leavesAlone("sick", "", 4, "revoked");
    } finally {
      Files.writeString(folder.resolve("known_hosts"), Files.readString(lab.knownHosts()));
    }
  }

  @Test
  void aKeyFileThatIsNotThere() throws IOException {
    leavesAlone("sick", ", ansible_ssh_private_key_file: no-such-key", 4, "no-such-key");
  }

  @Test
  void anAddressWhereNobodyIs() throws IOException {
    leavesAlone("sick", ", ansible_port: 2", 4, "1 unreachable");
  }

  @Test
  void sudoThatIsRefusedAndSudoThatIsNot() throws IOException {
    Program.Run refused =
        leavesAlone(
            "sick",
            ", ansible_user: ops, ansible_become: true, ansible_become_password: wrong-guess",
            4,
            "sudo");
    assertThat(refused.words()).doesNotContain("wrong-guess");
    for (String user :
        List.of(
            ", ansible_user: deploy, ansible_become: true",
            ", ansible_user: ops, ansible_become: true, ansible_become_password: '"
                + lab.opsPassword().replace("'", "''")
                + "'")) {
      Program.Run run = apply("sick", POLICY, inventory("sick", user));
      assertThat(run.exitCode()).as("%s", run).isZero();
      assertThat(Ruleset.of(lab, "sick").ours()).isNotEmpty();
      run = apply("sick", NOTHING, inventory("sick", user));
      assertThat(run.exitCode()).as("%s", run).isZero();
      assertThat(Ruleset.of(lab, "sick").ours()).isEmpty();
    }
  }

  @Test
  void aFullDisk() throws IOException {
    lab.script(
        "sick",
        """
        mount -t tmpfs -o size=16k,nr_inodes=8 tmpfs /var/lib
        dd if=/dev/zero of=/var/lib/full bs=1k count=64 2>/dev/null || true
        """);
    try {
      leavesAlone("sick", "", 7, "/var/lib/fwctl");
      assertThat(lab.run("sick", "ls", "/var/lib").strip()).isEqualTo("full");
    } finally {
      lab.run("sick", "umount", "/var/lib");
    }
  }
}
