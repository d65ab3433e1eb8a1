package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What must hold is proved by the rules of real hosts, and real packets meet what was said. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProofsIT {
  private static final String OFFICE = "203.0.113.5";
  private static final String STRANGER = "198.51.100.66";

  /** The packet of a refusal: where it comes from, and what it dials. */
  private static final Pattern PACKET = Pattern.compile("([0-9.]+):[0-9]+ -> ([0-9.]+:[0-9]+)/tcp");

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("docked", "bookworm"),
              HostSpec.plain("plain", "bookworm")));

  private final Path folder;
  private final Program program;

  ProofsIT(@TempDir Path folder) throws IOException {
    this.folder = folder;
    this.program = new Program(lab, folder);
    lab.container("docked", "web", List.of("-p", "8081:81/tcp"), "tcp/81");
    lab.container("docked", "db", List.of(), "tcp/5432");
    lab.serve("plain", "tcp/7");
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  /** Each test begins on hosts without rules of anybody but Docker. */
  @AfterEach
  void clear() throws IOException {
    lab.script(
        "plain",
        """
        rm -f /etc/ssh/sshrc
        for table in raw nat filter; do iptables -t $table -F; done
        iptables -P INPUT ACCEPT
        """);
    lab.script("docked", "iptables -F DOCKER-USER; nft delete table inet guard 2>/dev/null || :");
    program.policy("fwctl: 1\n");
    program.fwctl(0, "apply", "--auto-approve");
  }

  private void policy(String... assertions) {
    program.policy(
        """
        fwctl: 1
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: web}, port: 8081/tcp, from: 203.0.113.0/24}
                - {to: host, port: 7/tcp, from: 203.0.113.0/24}
        """
            + (assertions.length == 0
                ? ""
                : "assertions:\n  " + String.join("\n  ", assertions) + "\n"));
  }

  /** Plans and applies, in words and in events; nothing is done. Returns why. */
  private String refused(String code) throws IOException {
    List<String> before = held();
    Program.Run plan = program.fwctl(3, "plan", "--out", "a.fwplan");
    assertThat(plan.output().lines()).allMatch(line -> line.length() <= 80);
    assertThat(plan.words()).contains("[" + code + "]", "Refused: what must hold does not");
    assertThat(folder.resolve("a.fwplan")).doesNotExist();
    return inEvents(code, before);
  }

  private String inEvents(String code, List<String> before) throws IOException {
    Program.Run apply = program.fwctl(3, "apply", "--auto-approve", "--json");
    List<JsonNode> said = new ArrayList<>();
    for (String line : apply.output().lines().toList()) {
      JsonNode event = new JsonMapper().readTree(line);
      assertThat(event.path("type").asText()).isNotEqualTo("apply_start");
      if (event.at("/problem/code").asText().equals(code)) {
        said.add(event.path("problem"));
      }
    }
    assertThat(said).as("%s", apply).hasSize(1);
    assertThat(held()).isEqualTo(before);
    JsonNode problem = said.getFirst();
    String message = problem.path("message").asText();
    assertShown(problem, message);
    return message;
  }

  /** What the message says of a packet and of rules is there in keys of its own, too. */
  private static void assertShown(JsonNode problem, String message) {
    JsonNode packet = problem.path("packet");
    assertThat(packet.isObject()).isEqualTo(PACKET.matcher(message).find());
    if (packet.isObject()) {
      assertThat(message)
          .contains(
              packet.path("source").asText() + ":" + packet.path("source_port").asText() + " -> ",
              packet.path("destination").asText() + ":" + packet.path("destination_port").asText());
    }
    List<JsonNode> rules = new ArrayList<>();
    problem.path("depends_on").forEach(rules::add);
    if (problem.has("rule")) {
      rules.add(problem.path("rule"));
    }
    assertThat(rules.isEmpty()).isEqualTo(!message.contains("rule "));
    for (JsonNode rule : rules) {
      assertThat(message)
          .contains(
              "rule %d of %s in %s: "
                  .formatted(
                      rule.path("position").asInt(),
                      rule.path("chain").asText(),
                      rule.path("table").asText()));
    }
  }

  private List<String> held() {
    List<String> ours = new ArrayList<>(Ruleset.of(lab, "docked").ours());
    ours.addAll(Ruleset.of(lab, "plain").ours());
    return ours;
  }

  /** Sends the packet that a refusal names. */
  private Outcome met(String refusal) {
    Matcher packet = PACKET.matcher(refusal);
    assertThat(packet.find()).as(refusal).isTrue();
    return lab.probe(packet.group(1), packet.group(2));
  }

  @Test
  void anAssertionThatAPolicyBreaksIsRefusedWithAPacketThatGetsIn() throws IOException {
    policy("private: {never: {from: %s, to: {container: web}}}".formatted(OFFICE));
    String why = refused("FW046");
    assertThat(why)
        .startsWith("assertion 'private' does not hold: 203.0.113.5:")
        .contains("reaches container web, let in by rule", "policy shop, policies/policy.yml:8");
    policy();
    program.fwctl(0, "apply", "--auto-approve");
    assertThat(met(why)).isEqualTo(Outcome.OPEN);
  }

  @Test
  void whatIsAssertedAndProvedIsWhatPacketsMeet() {
    policy(
        "strangers: {never: {from: %s, to: any}}".formatted(STRANGER),
        "database: {never: {from: any, to: {container: db}}}",
        "shop: {only: {from: 203.0.113.0/24, to: {container: web}}}",
        "office: {always: {from: 203.0.113.0/24, to: {container: web}, port: 8081/tcp}}",
        "echo: {hosts: plain, always: {from: 203.0.113.0/24, to: host, port: 7/tcp}}");
    program.fwctl(0, "apply", "--auto-approve");
    program.fwctl(0, "plan");
    assertThat(lab.probe(OFFICE, "docked:8081")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe(OFFICE, "plain:7")).isEqualTo(Outcome.OPEN);
    assertThat(lab.probe(STRANGER, "docked:8081")).isEqualTo(Outcome.TIMEOUT);
    assertThat(lab.probe("2001:db8:666::66", "docked:8081")).isEqualTo(Outcome.TIMEOUT);
  }

  @Test
  void aRuleOfOthersBreaksAnAssertionOnAHostThatDoesNotChange() throws IOException {
    policy("office: {always: {from: 203.0.113.0/24, to: {container: web}, port: 8081/tcp}}");
    program.fwctl(0, "apply", "--auto-approve");
    lab.script("docked", "iptables -I DOCKER-USER -s %s -j DROP".formatted(OFFICE));
    String why = refused("FW046");
    assertThat(why)
        .startsWith("assertion 'office' does not hold: 203.0.113.5:")
        .contains("dropped by rule")
        .contains("of DOCKER-USER in filter: -s 203.0.113.5/32 -j DROP");
    assertThat(met(why)).isEqualTo(Outcome.TIMEOUT);
  }

  @Test
  void whatDependsOnARuleThatIsNotUnderstoodIsRefused() throws IOException {
    policy("office: {always: {from: 203.0.113.0/24, to: {container: web}, port: 8081/tcp}}");
    lab.script("docked", "iptables -I DOCKER-USER -m recent --name guests --rcheck -j DROP");
    assertThat(refused("FW046"))
        .contains("depends on what fwctl does not understand: rule", "recent");
    lab.script(
        "docked",
        "iptables -F DOCKER-USER; nft add table inet guard;"
            + " nft 'add chain inet guard in { type filter hook input priority 0; }'");
    assertThat(refused("FW046")).contains("can't look at: the nftables table inet guard");
  }

  /** What others keep out is told at every plan, whether it changes anything or not. */
  @Test
  void anAllowThatARuleOfOthersUndoesIsTold() throws IOException {
    policy();
    lab.script("docked", "iptables -I DOCKER-USER -s %s -j DROP".formatted(OFFICE));
    String told = "this allow has no effect here for %s: dropped by rule".formatted(OFFICE);
    Program.Run first = program.fwctl(0, "plan");
    assertThat(first.output().lines()).allMatch(line -> line.length() <= 80);
    assertThat(first.words())
        .contains("On docked:")
        .contains("policies/policy.yml:8:11: warning: " + told)
        .contains("of DOCKER-USER in filter: -s 203.0.113.5/32 -j DROP [FW023]");
    program.fwctl(0, "apply", "--auto-approve");
    assertThat(lab.probe(OFFICE, "docked:8081")).isEqualTo(Outcome.TIMEOUT);
    assertThat(lab.probe("203.0.113.6", "docked:8081")).isEqualTo(Outcome.OPEN);
    assertThat(program.fwctl(0, "plan").words()).contains(told, "No changes.");
    lab.script("docked", "iptables -F DOCKER-USER");
    assertThat(program.fwctl(0, "plan").words()).doesNotContain("no effect");
    assertThat(lab.probe(OFFICE, "docked:8081")).isEqualTo(Outcome.OPEN);
  }

  @Test
  void whatAHostKeepsOutByItselfIsToldInEvents() throws IOException {
    program.policy(
        """
        fwctl: 1
        policies:
          shop:
            hosts: plain
            inbound:
              default: drop
              allow:
                - {to: host, port: 7/tcp, from: 203.0.113.0/24}
              deny:
                - {to: host, port: 23/tcp, from: %s}
        """
            .formatted(STRANGER));
    lab.script(
        "plain",
        """
        iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        iptables -A INPUT -p tcp --dport 22 -j ACCEPT
        iptables -A INPUT -i lo -j ACCEPT
        iptables -P INPUT DROP
        """);
    List<String> told = new ArrayList<>();
    for (String line : program.fwctl(0, "plan", "--json").output().lines().toList()) {
      JsonNode event = new JsonMapper().readTree(line);
      if (event.at("/problem/code").asText().equals("FW023")) {
        assertThat(event.path("host").asText()).isEqualTo("plain");
        assertThat(event.path("@level").asText()).isEqualTo("warn");
        told.add(
            event.at("/problem/place/line").asText() + " " + event.at("/problem/message").asText());
      }
    }
    String policy = "dropped by the policy of INPUT in filter";
    assertThat(told)
        .containsExactly(
            "8 this allow has no effect here: " + policy,
            "10 this deny is needless here: without it the same is " + policy);
    program.fwctl(0, "apply", "--auto-approve");
    assertThat(lab.probe(OFFICE, "plain:7")).isEqualTo(Outcome.TIMEOUT);
  }

  /** A rule that somebody puts there while we are connected lets nobody in any more. */
  @Test
  void aRuleOfOthersThatWouldLockUsOutIsNamed() throws IOException {
    policy();
    String rule = "-p tcp -m tcp --dport 22 --tcp-flags FIN,SYN,RST,ACK SYN -j DROP";
    lab.script(
        "plain",
        "echo '/usr/sbin/iptables -t raw -I PREROUTING %s' >/etc/ssh/sshrc".formatted(rule));
    List<String> before = held();
    Program.Run plan = program.fwctl(3, "plan");
    assertThat(plan.words())
        .contains("fwctl would be locked out: a new connection")
        .contains("dropped by rule 1 of PREROUTING in raw: -p tcp -m tcp --dport 22");
    lab.script("plain", "iptables -t raw -F");
    assertThat(inEvents("FW047", before)).contains("rule 1 of PREROUTING in raw");
  }

  /** Our own rules see the port that was dialled, not the one that sshd listens on. */
  @Test
  void aPortThatIsRedirectedToSshdIsNotForgotten() throws IOException {
    lab.script(
        "plain", "iptables -t nat -A PREROUTING -p tcp --dport 2222 -j REDIRECT --to-ports 22");
    String address = lab.host("plain").ipv4().toString();
    String known = Files.readString(lab.knownHosts());
    Files.writeString(
        folder.resolve("known_hosts"),
        known.replaceAll("(?m)^plain,\\S+", "[%s]:2222".formatted(address)));
    Files.writeString(
        folder.resolve("redirected.yml"),
        """
        all:
          vars:
            ansible_user: root
            ansible_ssh_private_key_file: %s
            ansible_ssh_common_args: -o UserKnownHostsFile=%s
          hosts:
            plain: {ansible_host: %s, ansible_port: 2222}
        """
            .formatted(lab.privateKey(), folder.resolve("known_hosts"), address));
    policy();
    String allowed =
        Files.readString(folder.resolve("policies/policy.yml")).replace("{container: web}", "any");
    program.policy(allowed);
    String[] plan = {"plan", "-i", "redirected.yml", "-p", "policies"};
    Program.Run refused = program.run(3, plan);
    assertThat(refused.words())
        .contains("fwctl would be locked out", ":2222/tcp", "of FWCTL-INBOUND in mangle: -j DROP");

    program.policy(allowed + "        - {to: host, port: 2222/tcp, from: any}\n");
    program.run(0, "apply", "-i", "redirected.yml", "-p", "policies", "--auto-approve");
    program.run(0, plan);
  }

  @Test
  void validateTellsWhatIsWrongWithAssertionsWithoutAnyHost() {
    policy("a: {only: {from: nobody, to: host}}", "b: {hosts: 'db*', never: {from: any, to: any}}");
    Program.Run run = program.fwctl(1, "validate");
    assertThat(run.errors())
        .contains("policies/policy.yml:11:20: error: unknown source 'nobody'")
        .contains("'db*'", "policies/policy.yml:12:14");
    policy("a: {only: {from: 203.0.113.0/24, to: host, port: 22/tcp}}");
    program.fwctl(0, "validate");
  }
}
