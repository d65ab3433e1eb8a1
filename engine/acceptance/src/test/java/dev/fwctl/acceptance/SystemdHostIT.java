package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabHost;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hosts under systemd that start again, whose Docker starts again, or on which another program
 * rewrites the rules; with a container that comes back by itself.
 */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemdHostIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String OFFICE_IPV6 = "2001:db8:7::5";
  private static final String PARTNER = "198.51.100.5";
  private static final String PARTNER_IPV6 = "2001:db8:9::5";
  private static final String NOTHING = "fwctl: 1\n";

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("one", "bullseye").underSystemd(),
              HostSpec.withDocker("two", "bookworm").underSystemd(),
              HostSpec.withDocker("three", "sid").underSystemd(),
              HostSpec.withDocker("four", "bookworm").onLegacyIptables().underSystemd()));

  private final Program program;

  SystemdHostIT(@TempDir Path folder) throws IOException {
    this.program = new Program(lab, folder);
    onEachHost(
        host ->
            lab.container(
                host, "shop", List.of("--restart", "always", "-p", "8081:8080"), "http/8080"));
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
    onEachHost(host -> assertThat(Ruleset.of(lab, host).ours()).isEmpty());
  }

  // Boot

  @Test
  void whatWasKeptIsInForceBeforeAContainerAnswers() throws IOException {
    theDoorIsOpen();
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    Map<String, List<String>> before = ours();
    try (Watch watch = forbidden()) {
      onEachHost(this::reboot);
      officeGetsIn();
      watch.nothingGotIn();
    }
    assertThat(ours()).isEqualTo(before);
    program.fwctl(0, "plan", "--detailed-exitcode");
    program.fwctl(0, "drift", "--detailed-exitcode");
  }

  @Test
  void aPowerCutIsAsHarmless() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    try (Watch watch = forbidden()) {
      onEachHost(
          host -> {
            lab.powerOff(host);
            powerOn(host);
          });
      officeGetsIn();
      watch.nothingGotIn();
    }
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  /** A lock that is held at that moment, a module that comes late. */
  @Test
  void dockerWaitsForRulesThatCouldNotBeLoadedAtOnce() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    onEachHost(
        host ->
            lab.script(
                host,
                """
                sed -i '/^# receipt/a [ "$(cat /run/tried)" = xxxx ] || { printf x >>/run/tried; exit 10; }' \
                  /var/lib/fwctl/applied
                """));
    try (Watch watch = forbidden()) {
      onEachHost(this::reboot);
      officeGetsIn();
      watch.nothingGotIn();
    }
    onEachHost(
        host -> {
          assertThat(lab.run(host, "cat", "/run/tried")).isEqualTo("xxxx");
          lab.script(host, "sed -i '/run.tried/d' /var/lib/fwctl/applied");
        });
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void aRebootInMidTransactionComesUpWithTheOldRules() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    Map<String, List<String>> before = ours();
    program.policy(allowing(PARTNER, PARTNER_IPV6));
    program.fwctl(0, "apply", "--auto-approve", "--soak", "10m");
    onEachHost(host -> sees(PARTNER, host, Outcome.OPEN));

    onEachHost(lab::powerOff);
    try (Watch watch = forbidden()) {
      onEachHost(this::powerOn);
      officeGetsIn();
      watch.nothingGotIn();
    }

    assertThat(ours()).isEqualTo(before);
    onEachHost(host -> sees(PARTNER, host, Outcome.TIMEOUT));
    assertThat(program.fwctl(0, "locks").words()).contains("Nothing is under way");
    program.fwctl(2, "plan", "--detailed-exitcode");
    program.fwctl(0, "apply", "--auto-approve");
    onEachHost(host -> sees(PARTNER, host, Outcome.OPEN));
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void aFirstApplyThatWasNotKeptLeavesNothingForTheNextBoot() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve", "--soak", "10m");
    onEachHost(this::reboot);
    onEachHost(host -> assertThat(Ruleset.of(lab, host).ours()).isEmpty());
    theDoorIsOpen();

    program.fwctl(0, "apply", "--auto-approve");
    onEachHost(
        host -> {
          sees(PARTNER, host, Outcome.TIMEOUT);
          sees(OFFICE, host, Outcome.OPEN);
        });
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void aPolicyThatIsGoneLeavesNothing() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    onEachHost(
        host ->
            assertThat(lab.run(host, "systemctl", "is-enabled", "fwctl.service"))
                .isEqualTo("enabled\n"));
    program.policy(NOTHING);

    program.fwctl(0, "apply", "--auto-approve");

    onEachHost(
        host -> {
          assertThat(lab.run(host, "systemctl", "list-units", "--all", "--no-legend", "fwctl*"))
              .isEmpty();
          assertThat(
                  lab.script(
                      host,
                      """
                      find / -xdev -path /proc -prune -o -path /sys -prune -o -iname '*fwctl*' -print
                      find /run /tmp -iname '*fwctl*'
                      """))
              .isEmpty();
        });
    lab.reboot("two");
    lab.awaitServing("two", "shop");
    sees(PARTNER, "two", Outcome.OPEN);
  }

  // The way back

  /** The controller can't come back, and then is no more. */
  @Test
  void aTimerOfSystemdTakesAHostBackWhoseControllerIsKilled() throws Exception {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    List<String> before = Ruleset.of(lab, "two").ours();
    program.policy(allowing(PARTNER, PARTNER_IPV6));
    AtTheChange.run(
        lab, "two", "iptables-nft -t raw -I PREROUTING -p tcp --syn --dport 22 -j DROP", "");
    try {
      Program.Running apply =
          program.start(
              program.onTheLab(
                  "apply", "--auto-approve", "--limit", "two", "--rollback-after", "10s"));
      Await.until(() -> !Ruleset.of(lab, "two").ours().equals(before));
      apply.signal("KILL");
      apply.end();

      assertThat(lab.run("two", "systemctl", "list-timers", "--no-legend", "fwctl-*"))
          .contains(".timer");
      sees(PARTNER, "two", Outcome.OPEN);
      Await.until(() -> Ruleset.of(lab, "two").ours().equals(before));
    } finally {
      AtTheChange.stop(lab, "two");
      lab.run("two", "iptables-nft", "-t", "raw", "-F", "PREROUTING");
    }
    Await.until(() -> program.fwctl(0, "locks").words().contains("Nothing is under way"));
    sees(OFFICE, "two", Outcome.OPEN);
    sees(PARTNER, "two", Outcome.TIMEOUT);
    assertThat(lab.run("two", "systemctl", "list-units", "--all", "--no-legend", "fwctl-*"))
        .doesNotContain("takes this host back");
    assertThat(program.fwctl(2, "plan", "--detailed-exitcode", "--limit", "two").words())
        .contains("the last change of this host was not kept");
  }

  // Others

  @Test
  void dockerThatStartsAgainOpensNothing() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    try (Watch watch = forbidden()) {
      onEachHost(
          host -> {
            lab.run(host, "systemctl", "restart", "docker");
            lab.awaitServing(host, "shop");
          });
      officeGetsIn();
      watch.nothingGotIn();
    }
    program.fwctl(0, "drift", "--detailed-exitcode");
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  @Test
  void ufwOpensNothing() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    try (Watch watch = forbidden()) {
      onEachHost(
          host ->
              lab.script(
                  host,
                  """
                  ufw allow 22/tcp
                  ufw --force enable
                  ufw reload
                  systemctl restart ufw
                  """));
      program.fwctl(0, "drift", "--detailed-exitcode");
      onEachHost(this::reboot);
      program.fwctl(0, "plan", "--detailed-exitcode");
      onEachHost(host -> lab.script(host, "ufw disable; ufw --force reset"));
      officeGetsIn();
      watch.nothingGotIn();
    }
    program.fwctl(0, "plan", "--detailed-exitcode");
  }

  /** As nftables comes in Debian: its first words are "flush ruleset". */
  @Test
  void aFirewallThatFlushesEverythingComesFirst() throws Exception {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    Map<String, List<String>> before = ours();
    onEachHost(host -> lab.script(host, "systemctl enable nftables"));
    try {
      try (Watch watch = forbidden()) {
        onEachHost(this::reboot);
        officeGetsIn();
        watch.nothingGotIn();
      }
      program.fwctl(0, "drift", "--detailed-exitcode");
      for (String action : List.of("restart", "reload")) {
        onEachHost(host -> lab.run(host, "systemctl", action, "nftables"));
        Await.until(() -> ours().equals(before));
        onEachHost(
            host -> assertThat(lab.probe(PARTNER, host + ":8081")).isNotEqualTo(Outcome.OPEN));
      }
    } finally {
      onEachHost(
          host -> {
            lab.script(host, "systemctl disable --now nftables; systemctl restart docker");
            lab.awaitServing(host, "shop");
          });
    }
  }

  /** It empties all tables whenever it starts, reloads or stops; Docker has it reload besides. */
  @Test
  void whatFirewalldTakesAwayComesBackByItself() throws Exception {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    Map<String, List<String>> before = ours();
    try {
      for (String command :
          List.of(
              "systemctl enable --now firewalld",
              "firewall-cmd --reload",
              "systemctl reload firewalld",
              "systemctl restart firewalld",
              "systemctl restart docker",
              "systemctl stop firewalld",
              "systemctl start firewalld")) {
        onEachHost(host -> lab.script(host, command + "; firewall-cmd --state || true"));
        Await.until(() -> ours().equals(before));
      }
      onEachHost(this::reboot);
      Await.until(() -> ours().equals(before));
      officeGetsIn();
      onEachHost(host -> sees(PARTNER, host, Outcome.TIMEOUT));
      program.fwctl(0, "drift", "--detailed-exitcode");
      program.fwctl(0, "plan", "--detailed-exitcode");
    } finally {
      onEachHost(
          host -> {
            lab.script(host, "systemctl disable --now firewalld; systemctl restart docker");
            lab.awaitServing(host, "shop");
          });
    }
  }

  @Test
  void rulesThatSomebodyFlushedAreFoundAndPutBack() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    onEachHost(
        host -> {
          lab.script(host, "iptables -t mangle -F; ip6tables -t mangle -F");
          sees(PARTNER, host, Outcome.OPEN);
        });

    program.fwctl(2, "drift", "--detailed-exitcode");
    program.fwctl(0, "apply", "--auto-approve");

    onEachHost(host -> sees(PARTNER, host, Outcome.TIMEOUT));
    officeGetsIn();
    program.fwctl(0, "drift", "--detailed-exitcode");
  }

  /** The rules are in force, and would be gone after the next boot or start of firewalld. */
  @Test
  void whatKeepsNoLongerIsFoundAndRepaired() throws IOException {
    program.policy(allowing(OFFICE, OFFICE_IPV6));
    program.fwctl(0, "apply", "--auto-approve");
    lab.run("one", "systemctl", "disable", "fwctl");
    lab.run("four", "systemctl", "disable", "fwctl-firewalld");
    lab.script("two", "rm /etc/systemd/system/fwctl.service");
    lab.script("three", "rm /var/lib/fwctl/applied");

    String plan = program.fwctl(2, "plan", "--detailed-exitcode").words();
    assertThat(plan)
        .contains("the rules will not last: a unit, fwctl.service or fwctl-firewalld.service")
        .contains("the rules will not last: nothing is kept of them on disk")
        .contains("Plan: 0 to add, 0 to change, 0 to remove on 4 of 4 hosts");
    program.fwctl(2, "drift", "--detailed-exitcode");
    program.fwctl(0, "plan", "--out", "kept.fwplan");
    program.run(0, "apply", "kept.fwplan", "-i", lab.inventory().toString());

    program.fwctl(0, "drift", "--detailed-exitcode");
    program.fwctl(0, "plan", "--detailed-exitcode");
    try (Watch watch = forbidden()) {
      onEachHost(this::reboot);
      officeGetsIn();
      watch.nothingGotIn();
    }
  }

  // What the tests are made of

  private Watch forbidden() {
    return new Watch(lab, probes(List.of(PARTNER, PARTNER_IPV6)));
  }

  private List<Probe> probes(List<String> clients) {
    List<Probe> probes = new ArrayList<>();
    for (String host : hosts()) {
      for (String client : clients) {
        probes.add(lab.probeOf(client, host + ":8081"));
      }
    }
    return probes;
  }

  private void theDoorIsOpen() {
    onEachHost(host -> sees(PARTNER, host, Outcome.OPEN));
  }

  private void officeGetsIn() {
    onEachHost(host -> sees(OFFICE, host, Outcome.OPEN));
  }

  private void reboot(String host) {
    lab.reboot(host);
    lab.awaitServing(host, "shop");
  }

  private void powerOn(String host) {
    lab.powerOn(host);
    lab.awaitServing(host, "shop");
  }

  private List<String> hosts() {
    return lab.hosts().stream().map(LabHost::name).toList();
  }

  private void onEachHost(Consumer<String> action) {
    Parallel.each(
        hosts(),
        host -> {
          action.accept(host);
          return host;
        });
  }

  private Map<String, List<String>> ours() {
    return Parallel.each(hosts(), host -> Ruleset.of(lab, host).ours());
  }

  private static String allowing(String... sources) {
    return """
    fwctl: 1
    policies:
      shop:
        hosts: all
        inbound:
          default: drop
          allow:
            - {to: {container: shop}, port: 8081/tcp, from: [%s]}
    """
        .formatted("\"" + String.join("\", \"", sources) + "\"");
  }

  private void sees(String client, String host, Outcome outcome) {
    assertThat(lab.probe(client, host + ":8081")).as("%s at %s", client, host).isEqualTo(outcome);
  }
}
