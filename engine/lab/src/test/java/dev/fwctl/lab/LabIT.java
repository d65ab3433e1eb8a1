package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.lab.HeldConnection.Pulse;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One lab, and everything that its Java interface offers. */
@OnLab
@TestInstance(Lifecycle.PER_CLASS)
final class LabIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String OFFICE_IPV6 = "2001:db8:7::5";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("shop", "bookworm"),
              HostSpec.plain("db", "bookworm"),
              HostSpec.plain("old", "bookworm").onLegacyIptables()));

  @BeforeAll
  void serve() {
    lab.container(
        "shop", "web", List.of("-p", "8081:8080", "-p", "53:53/udp"), "http/8080", "udp/53");
    lab.serve("db", "tcp/7", "udp/7", "http/80");
  }

  @AfterAll
  void close() {
    lab.close();
  }

  @Test
  void passesInputOutputAndStatus() {
    Execution execution =
        lab.exec("db", PATIENCE, "line\n", "sh", "-c", "cat; echo bad >&2; exit 7");

    assertThat(execution).isEqualTo(new Execution(7, "line\n", "bad\n"));
    assertThatThrownBy(() -> lab.script("db", "echo why >&2; exit 3"))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("on 'db' failed with status 3: why");
  }

  @Test
  void endsWhatTakesTooLong() {
    assertThatThrownBy(() -> lab.exec("db", Duration.ofMillis(300), "", "sleep", "997"))
        .hasMessageContaining("did not end within");
    assertThat(lab.script("db", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
        .doesNotContain("sleep 997");
  }

  @Test
  void isNotHeldUpByADaemonThatKeepsItsOutputOpen() {
    assertThat(lab.script("db", "echo started; sleep 30 &")).isEqualTo("started\n");
  }

  @Test
  void givesEachHostAFileSystemOfItsOwn() {
    lab.script("db", "echo mine >/etc/only-here");

    assertThat(lab.exec("old", "cat", "/etc/only-here").succeeded()).isFalse();
    assertThat(Path.of("/etc/only-here")).doesNotExist();
  }

  @Test
  void givesEachHostProcessesAndANameOfItsOwn() {
    assertThat(lab.run("db", "hostname")).isEqualTo("db\n");
    assertThat(lab.run("db", "cat", "/etc/hostname")).isEqualTo("db\n");
    assertThat(lab.run("db", "cat", "/proc/1/cmdline")).contains("/usr/local/lib/lab/init");
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop", "db", "controller", "clients", "router"})
  void isNeverInTheNetworkOfTheMachine(String place) throws Exception {
    String machine = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();

    assertThat(lab.run(place, "readlink", "/proc/self/ns/net").strip()).isNotEqualTo(machine);
  }

  @Test
  void runsTheControllerOnTheFilesOfTheMachine() {
    assertThat(lab.run("controller", "cat", lab.inventory().toString())).contains("ansible_host");
  }

  @Test
  void reapsWhatLosesItsParent() {
    lab.script("db", "for i in 1 2 3 4 5; do (sleep 0.01 &) ; done; sleep 0.2");

    assertThat(lab.script("db", "cat /proc/[0-9]*/stat | cut -d' ' -f3 | sort -u"))
        .doesNotContain("Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "deploy", "ops"})
  void letsUsersInBySshWithTheKnownHostsItWrote(String user) {
    assertThat(ssh(user, "db", "id -un", "")).isEqualTo(user + "\n");
  }

  @Test
  void hasOneUserWithSudoAndOneWhoNeedsAPassword() {
    assertThat(ssh("deploy", "db", "sudo -n id -u", "")).isEqualTo("0\n");
    assertThat(ssh("ops", "db", "sudo -k -S -p '' id -u", lab.opsPassword() + "\n"))
        .isEqualTo("0\n");
    assertThatThrownBy(() -> ssh("ops", "db", "sudo -n id -u", ""))
        .isInstanceOf(FwctlException.class);
  }

  @Test
  void givesEachHostAnExternalInterfaceForBothFamilies() {
    assertThat(lab.run("db", "ip", "-4", "route", "show", "default")).contains("dev eth0");
    assertThat(lab.run("db", "ip", "-6", "route", "show", "default")).contains("dev eth0");
    assertThat(lab.run("db", "ls", "/sys/class/net")).contains("eth0", "lo");
  }

  @ParameterizedTest
  @CsvSource({
    OFFICE + ", shop:8081, OPEN",
    OFFICE + ", shop:53/udp, OPEN",
    OFFICE + ", shop:22, OPEN",
    OFFICE + ", shop/icmp, OPEN",
    OFFICE + ", shop:9, REFUSED",
    OFFICE + ", shop:9/udp, REFUSED",
    OFFICE + ", 10.90.77.77:22, TIMEOUT",
    OFFICE + ", 172.17.0.2:8080, UNREACHABLE",
    OFFICE_IPV6 + ", shop:8081, OPEN",
    OFFICE_IPV6 + ", db:7, OPEN",
    OFFICE_IPV6 + ", db:7/udp, OPEN",
    OFFICE_IPV6 + ", db/icmp, OPEN",
    OFFICE_IPV6 + ", db:9, REFUSED",
    OFFICE_IPV6 + ", db:9/udp, REFUSED",
    "198.19.200.1, db:7, OPEN",
    "192.0.2.1, db:7, OPEN",
    "2001:db8:ffff::1, db:7, OPEN",
    "10.90.0.3, db:7, OPEN",
    "fd00:90::3, db:7, OPEN"
  })
  void probes(String from, String to, Outcome expected) {
    assertThat(lab.probe(from, to)).isEqualTo(expected);
  }

  @Test
  void arrivesFromTheAddressThatWasAskedFor() {
    lab.script(
        "db",
        """
        for family in ip ip6; do
          ${family}tables -I INPUT -p tcp --dport 7 -j DROP
        done
        iptables -I INPUT -s 198.51.100.9 -p tcp --dport 7 -j ACCEPT
        ip6tables -I INPUT -s 2001:db8::9 -p tcp --dport 7 -j ACCEPT
        """);
    try {
      assertThat(
              lab.probe(
                  List.of(
                      lab.probeOf("198.51.100.9", "db:7"),
                      lab.probeOf("198.51.100.8", "db:7"),
                      lab.probeOf("2001:db8::9", "db:7"),
                      lab.probeOf("2001:db8::8", "db:7"))))
          .containsExactly(Outcome.OPEN, Outcome.TIMEOUT, Outcome.OPEN, Outcome.TIMEOUT);
    } finally {
      lab.script("db", "iptables -F INPUT; ip6tables -F INPUT");
    }
  }

  @Test
  void sendsManyProbesAtOnceAndKeepsTheirOrder() {
    List<Probe> probes = new ArrayList<>();
    List<Outcome> expected = new ArrayList<>();
    for (int number = 1; number <= 250; number++) {
      probes.add(lab.probeOf("198.18.1." + number, "db:" + (number % 2 == 0 ? 7 : 9)));
      expected.add(number % 2 == 0 ? Outcome.OPEN : Outcome.REFUSED);
    }

    assertThat(lab.probe(probes, Duration.ofSeconds(5))).isEqualTo(expected);
  }

  @Test
  void refusesToSendFromAddressesThatAreNoClients() {
    assertThatThrownBy(() -> lab.probe("10.90.1.1", "db:7"))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("no client of the lab");
  }

  @Test
  void reachesAContainerByADirectRoute() {
    IpAddress container = lab.containerAddress("shop", "web", "bridge", Family.IPV4);

    assertThat(lab.probeVia("shop", OFFICE, container + ":8080")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probeVia("db", OFFICE, container + ":8080")).isNotEqualTo(Outcome.OPEN);
  }

  @Test
  void probesFromHostsAndContainers() {
    assertThat(lab.probeFromHost("shop", "db:7")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probeFromHost("shop", "[fd00:90::1:2]:7/udp")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probeFromContainer("shop", "web", "db:7")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probeFromContainer("shop", "web", "db:9")).isEqualTo(Outcome.REFUSED);
    assertThat(lab.probeFromContainer("shop", "web", "db/icmp")).isEqualTo(Outcome.OPEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"db:7", "db:7/udp"})
  void noticesWhenAConnectionNoLongerCarriesBytes(String to) {
    String protocol = to.endsWith("udp") ? "udp" : "tcp";
    String rule = "INPUT -s 203.0.113.99 -p " + protocol + " --dport 7 -j DROP";
    try (HeldConnection connection = lab.hold("203.0.113.99", to)) {
      assertThat(connection.opened()).isEqualTo(Outcome.OPEN);
      assertThat(connection.pulse(PATIENCE)).isEqualTo(Pulse.ALIVE);
      lab.script("db", "iptables -A " + rule);
      assertThat(connection.pulse(Duration.ofMillis(500))).isEqualTo(Pulse.SILENT);
      lab.script("db", "iptables -D " + rule);
      assertThat(connection.pulse(PATIENCE)).isEqualTo(Pulse.ALIVE);
    }
  }

  @Test
  void saysWhenAConnectionCannotBeHeld() {
    try (HeldConnection connection = lab.hold(OFFICE, "db:9")) {
      assertThat(connection.opened()).isEqualTo(Outcome.REFUSED);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.50, iptables, icmp --icmp-type fragmentation-needed",
    "2001:db8:ffff::50, ip6tables, icmpv6 --icmpv6-type packet-too-big"
  })
  void needsPathMtuDiscoveryOnTheNarrowWay(String from, String program, String message) {
    String drop = "INPUT -p " + message + " -j DROP";
    String forget = "ip route flush cache; ip -6 route flush cache";
    lab.script("db", program + " -A " + drop);
    assertThat(lab.fetch(from, "db:80", 200_000, Duration.ofSeconds(2))).isLessThan(200_000);
    lab.script("db", program + " -D " + drop + "; " + forget);
    assertThat(lab.fetch(from, "db:80", 200_000, PATIENCE)).isEqualTo(200_000);
  }

  @Test
  void startsDockerAgain() {
    lab.stopDocker("shop");
    assertThat(lab.exec("shop", "docker", "ps").succeeded()).isFalse();
    assertThat(lab.probe(OFFICE, "shop:8081")).isNotEqualTo(Outcome.OPEN);

    lab.startDocker("shop");
    lab.docker("shop", "start", "web");
    lab.awaitServing("shop", "web");
    assertThat(lab.probe(OFFICE, "shop:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.run("shop", "cat", "/proc/self/cgroup")).contains(":/").doesNotContain("..");
  }

  @Test
  void choosesTheVariantOfIptables() {
    assertThat(lab.run("old", "iptables", "--version")).contains("legacy");
    assertThat(lab.run("old", "ip6tables", "--version")).contains("legacy");
    assertThat(lab.run("db", "iptables", "--version")).contains("nf_tables");
  }

  @Test
  void isFoundByAnotherProcess() {
    Lab found = Lab.find(LabFolders.standard(), lab.name()).orElseThrow();

    assertThat(found.hosts()).isEqualTo(lab.hosts());
    assertThat(found.isRunning("db")).isTrue();
    assertThat(Lab.names(LabFolders.standard())).contains(lab.name());
    assertThat(found.run("db", "hostname")).isEqualTo("db\n");
  }

  @Test
  void saysWhichHostsThereAre() {
    assertThatThrownBy(() -> lab.run("dbb", "true"))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("it has db, old, shop");
  }

  private String ssh(String user, String host, String command, String input) {
    Execution execution =
        lab.exec(
            "controller",
            PATIENCE,
            input,
            "ssh",
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "UserKnownHostsFile=" + lab.knownHosts(),
            "-i",
            lab.privateKey().toString(),
            user + "@" + lab.host(host).ipv4(),
            command);
    if (!execution.succeeded()) {
      throw LabProblem.of(execution.errors(), "");
    }
    return execution.output();
  }
}
