package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.FwctlException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Hosts under systemd, and hosts that are switched off and on. */
@OnLab
@TestInstance(Lifecycle.PER_CLASS)
final class SystemdIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String OFFICE_IPV6 = "2001:db8:7::5";

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("shop", "bookworm").underSystemd(),
              HostSpec.plain("db", "bookworm").underSystemd(),
              HostSpec.plain("old", "bookworm").onLegacyIptables().underSystemd(),
              HostSpec.withDocker("bare", "bookworm")),
          System.out::println);

  @AfterAll
  void close() {
    lab.close();
  }

  @Test
  void runsItsServicesAsUnits() {
    assertThat(lab.run("shop", "cat", "/proc/1/comm")).isEqualTo("systemd\n");
    assertThat(lab.run("shop", "systemctl", "is-active", "ssh", "docker", "containerd"))
        .isEqualTo("active\nactive\nactive\n");
    assertThat(lab.run("shop", "systemctl", "list-units", "--failed", "--plain", "--no-legend"))
        .isEmpty();
    assertThat(lab.exec("db", "systemctl", "is-active", "ssh", "docker").output())
        .isEqualTo("active\ninactive\n");
    assertThat(lab.probe(OFFICE, "db:22")).isEqualTo(Outcome.OPEN);
    assertThat(lab.run("old", "iptables", "--version")).contains("legacy");
  }

  @Test
  void hasTimers() {
    lab.script(
        "db",
        """
        systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms touch /run/rang
        until [ -e /run/rang ]; do sleep 0.05; done
        """);
  }

  /** What a unit of a host sets for the whole machine would outlive the lab. */
  @Test
  void canNotChangeWhatTheMachineShares() {
    assertThat(lab.exec("shop", "sysctl", "-w", "kernel.printk=3 4 1 3").succeeded()).isFalse();
    assertThat(lab.run("shop", "sysctl", "-w", "net.ipv4.tcp_fin_timeout=61"))
        .contains("tcp_fin_timeout = 61");
    assertThat(lab.exec("shop", "test", "-e", "/dev/console").succeeded()).isFalse();
  }

  @Test
  void comesUpAgainWithItsFilesAndContainersAndWithoutRules() {
    lab.container("shop", "web", List.of("--restart", "always", "-p", "8081:8080"), "http/8080");
    lab.script(
        "shop",
        """
        echo mine >/etc/only-here
        touch /run/only-now
        iptables -t mangle -N MINE
        iptables -P FORWARD DROP
        ip6tables -A INPUT -p tcp --dport 4711 -j DROP
        nft add table inet mine
        ipset create mine hash:ip
        ip addr add 10.90.5.1/16 dev eth0
        """);
    String boot = lab.run("shop", "systemctl", "show", "--property", "UserspaceTimestampMonotonic");

    lab.reboot("shop");

    lab.awaitServing("shop", "web");
    assertThat(lab.run("shop", "systemctl", "show", "--property", "UserspaceTimestampMonotonic"))
        .isNotEqualTo(boot);
    assertThat(lab.run("shop", "cat", "/etc/only-here")).isEqualTo("mine\n");
    assertThat(lab.exec("shop", "test", "-e", "/run/only-now").succeeded()).isFalse();
    assertThat(lab.run("shop", "nft", "list", "ruleset")).doesNotContain("MINE", "mine", "4711");
    assertThat(lab.run("shop", "ipset", "list", "-name")).isEmpty();
    assertThat(lab.run("shop", "ip", "addr", "show", "eth0"))
        .contains("10.90.1.1/16")
        .doesNotContain("10.90.5.1");
    assertThat(lab.probe(OFFICE, "shop:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe(OFFICE_IPV6, "shop:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe(OFFICE_IPV6, "shop:22")).isEqualTo(Outcome.OPEN);
    lab.docker("shop", "rm", "--force", "web");
  }

  @Test
  void forgetsLegacyRulesToo() {
    lab.script(
        "old", "iptables -t mangle -N MINE; iptables -P INPUT DROP; iptables -A INPUT -j ACCEPT");

    lab.reboot("old");

    assertThat(lab.run("old", "iptables-save")).doesNotContain("MINE", ":INPUT DROP", "-A INPUT");
    assertThat(lab.probe(OFFICE, "old:22")).isEqualTo(Outcome.OPEN);
  }

  @Test
  void startsDockerAgain() {
    lab.stopDocker("shop");
    assertThat(lab.exec("shop", "docker", "ps").succeeded()).isFalse();

    lab.startDocker("shop");

    assertThat(lab.docker("shop", "image", "ls", "--quiet")).isNotEmpty();
  }

  @Test
  void isSwitchedOffAndOn() {
    for (String host : List.of("db", "bare")) {
      lab.script(host, "echo mine >/etc/only-here; iptables -t mangle -N MINE");

      lab.powerOff(host);

      assertThat(lab.isRunning(host)).isFalse();
      assertThat(lab.probe(OFFICE, host + ":22")).isNotEqualTo(Outcome.OPEN);
      lab.powerOn(host);
      assertThat(lab.run(host, "cat", "/etc/only-here")).isEqualTo("mine\n");
      assertThat(lab.run(host, "iptables-save")).doesNotContain("MINE");
      assertThat(lab.probe(OFFICE, host + ":22")).isEqualTo(Outcome.OPEN);
    }
    assertThat(lab.docker("bare", "image", "ls", "--quiet")).isNotEmpty();
  }

  @Test
  void saysWhatCanNotBe() {
    assertThatThrownBy(() -> lab.reboot("bare"))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("no systemd");
    assertThatThrownBy(() -> lab.powerOn("db"))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("runs already");
  }
}
