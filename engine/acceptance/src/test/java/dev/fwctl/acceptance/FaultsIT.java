package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
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
    program.policy(policy);
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

  @Test
  void noIptablesOnTheHost() throws IOException {
    List<String> before = Ruleset.of(lab, "sick").lines();
    String away = "for one in /usr/sbin/*tables*; do mv $one /opt; done";
    lab.script("sick", away);
    Program.Run run;
    try {
      run = apply("all", POLICY, inventory("sick", ""));
    } finally {
      lab.script("sick", "mv /opt/*tables* /usr/sbin");
    }
    assertThat(run.exitCode()).as("%s", run).isEqualTo(4);
    assertThat(run.words()).contains("sick", "iptables").doesNotContain("Exception");
    assertThat(Ruleset.of(lab, "sick").lines()).isEqualTo(before);
    assertThat(Ruleset.of(lab, "good").ours()).isNotEmpty();
  }

  @Test
  void dockerThatDoesNotAnswer() throws IOException {
    lab.script("docked", "kill -STOP $(cat /run/docker.pid)");
    try {
      leavesAlone("docked", "", 4, "Docker");
    } finally {
      lab.script("docked", "kill -CONT $(cat /run/docker.pid)");
    }
  }

  @Test
  void aHostThatAcceptsConnectionsAndSaysNothing() throws IOException {
    lab.script("sick", "kill -STOP $(cat /run/sshd.pid)");
    try {
      leavesAlone("sick", "", 4, "1 unreachable");
    } finally {
      lab.script("sick", "kill -CONT $(cat /run/sshd.pid)");
    }
  }

  @Test
  void aHostWhoseShellTalksToTheTerminalOrWithoutEnd() throws IOException {
    for (String shell :
        List.of(
            "printf '\\033[2J\\033]0;mine\\007\\033[31mwelcome\\n'; exit 3",
            "exec yes \"$(printf '\\033[31mno end')\"")) {
      lab.script(
          "sick",
          """
          cat >/usr/local/bin/hostile <<'end'
          #!/bin/sh
          %s
          end
          chmod 755 /usr/local/bin/hostile
          usermod --shell /usr/local/bin/hostile deploy
          """
              .formatted(shell));
      try {
        leavesAlone("sick", ", ansible_user: deploy, ansible_become: true", 4, "left alone");
      } finally {
        lab.run("sick", "usermod", "--shell", "/bin/bash", "deploy");
      }
    }
  }

  @Test
  void aContainerWhoseLabelsAreScriptsAndYaml() throws IOException {
    String label = "note=a'\"b\n---\nname: [x\r\n\u001b[31m$(touch /tmp/pwned)`touch /tmp/pwned`;";
    lab.container(
        "docked", "odd.name_1-", List.of("--label", label, "-p", "8081:8080"), "http/8080");
    String policy =
        """
        fwctl: 1
        policies:
          odd:
            hosts: docked
            inbound:
              default: drop
              allow:
                - {to: {label: "note=*pwned*"}, port: 8081/tcp, from: 203.0.113.0/24}
        """;
    Program.Run run = apply("docked", policy, inventory("docked", ""));
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(run.output() + run.errors()).doesNotContain("\u001b").contains("odd.name_1-");
    assertThat(lab.probe("203.0.113.5", "docked:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe("198.51.100.5", "docked:8081")).isEqualTo(Outcome.TIMEOUT);
    Program.Run facts = program.run("facts", "-i", "hosts.yml", "--limit", "docked");
    assertThat(facts.exitCode()).as("%s", facts).isZero();
    assertThat(facts.output() + facts.errors()).doesNotContain("\u001b");
    assertThat(lab.run("docked", "ls", "/tmp")).doesNotContain("pwned");
    run = apply("docked", NOTHING, inventory("docked", ""));
    assertThat(run.exitCode()).as("%s", run).isZero();
    assertThat(Ruleset.of(lab, "docked").ours()).isEmpty();
  }
}
