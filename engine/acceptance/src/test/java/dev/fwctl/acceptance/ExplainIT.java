package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What explain says of a packet is what a packet meets, on hosts with and without a policy. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "sid");

  private static final String ALLOWED = "203.0.113.5";
  private static final String STRANGER = "198.51.100.66";
  private static final String STRANGER_IPV6 = "2001:db8:666::66";
  private static final String NEIGHBOUR = "10.90.0.3";

  private static final String POLICY =
      """
      fwctl: 1
      policies:
        shop:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: {container: web}, port: 8081/tcp, from: 203.0.113.0/24}
              - {to: host, port: [7/tcp, 99/tcp], from: 203.0.113.0/24}
      """;

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              RELEASES.stream()
                  .map(release -> HostSpec.withDocker(release, release))
                  .toArray(HostSpec[]::new)));

  private final Path folder;
  private final Program program;

  ExplainIT(@TempDir Path folder) {
    this.folder = folder;
    this.program = new Program(lab, folder);
    Parallel.each(
        RELEASES,
        host -> {
          lab.serve(host, "tcp/7");
          lab.container(host, "web", List.of("-p", "8081:81/tcp"), "tcp/81");
          return host;
        });
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  private JsonNode explain(String host, String from, String to, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of(host, "--from", from, "--to", to, "--json"));
    options.addAll(List.of(more));
    Program.Run run = program.fwctl(0, "explain", options.toArray(String[]::new));
    List<String> lines = run.output().lines().toList();
    assertThat(lines).as("%s", run).hasSize(2);
    return new JsonMapper().readTree(lines.getLast());
  }

  /** Asks, and sends the packet that was asked about. */
  private JsonNode holds(String host, String from, String to, String ending, Outcome expected)
      throws IOException {
    JsonNode said = explain(host, from, to);
    assertThat(said.path("ending").asText()).as("%s", said).isEqualTo(ending);
    String address = said.at("/packet/destination").asText();
    String end =
        (address.contains(":") ? "[" + address + "]" : address) + to.substring(to.lastIndexOf(':'));
    Outcome met = to.startsWith(":") ? lab.probe(from, end) : lab.probeVia(host, from, end);
    assertThat(met).as("%s to %s: %s", from, end, said).isEqualTo(expected);
    return said;
  }

  @Test
  void saysWhatPacketsMeet() throws IOException {
    for (String host : RELEASES) {
      withoutAPolicy(host);
    }
    program.policy(POLICY);
    program.fwctl(0, "apply", "--auto-approve");
    for (String host : RELEASES) {
      withAPolicy(host);
    }
  }

  private void withoutAPolicy(String host) throws IOException {
    JsonNode published = holds(host, STRANGER, ":8081/tcp", "sent", Outcome.OPEN);
    assertThat(published.at("/ways/0/receivers/0").asText()).contains("container 'web'");
    assertThat(published.at("/ways/0/packet_at_end/destination_port").asInt()).isEqualTo(81);

    JsonNode ssh = holds(host, STRANGER, ":22/tcp", "delivered", Outcome.OPEN);
    assertThat(ssh.at("/ways/0/receivers/0").asText()).isEqualTo("sshd listens there");

    // Before Docker 28 whoever can route to a container reaches it, if it accepts that port.
    JsonNode direct =
        host.equals("sid")
            ? holds(host, NEIGHBOUR, "container/web:81/tcp", "dropped", Outcome.TIMEOUT)
            : holds(host, NEIGHBOUR, "container/web:81/tcp", "sent", Outcome.OPEN);
    if (host.equals("sid")) {
      assertThat(direct.at("/ways/0/decided_by/table").asText()).isEqualTo("raw");
    }
    assertThat(direct.at("/ways/0/decided_by/policy").isMissingNode()).isTrue();

    // Docker 20.10.5 does not listen on IPv6 for a network of IPv4 alone.
    JsonNode proxy =
        holds(
            host,
            STRANGER_IPV6,
            ":8081/tcp",
            "delivered",
            host.equals("bullseye") ? Outcome.REFUSED : Outcome.OPEN);
    assertThat(proxy.at("/ways/0/receivers/0").asText()).contains("docker-proxy");
  }

  private void withAPolicy(String host) throws IOException {
    JsonNode published = holds(host, ALLOWED, ":8081/tcp", "sent", Outcome.OPEN);
    assertThat(policyLines(published)).contains("policies/policy.yml:8 shop");
    holds(host, ALLOWED, ":7/tcp", "delivered", Outcome.OPEN);
    holds(host, ALLOWED, ":99/tcp", "delivered", Outcome.REFUSED);
    for (String from : List.of(STRANGER, STRANGER_IPV6)) {
      JsonNode denied = holds(host, from, ":8081/tcp", "dropped", Outcome.TIMEOUT);
      assertThat(policyLines(denied)).contains("policies/policy.yml:6 default");
      assertThat(denied.at("/ways/0/decided_by/policy/line").asInt()).isEqualTo(6);
    }
    // Docker 28 drops it before any rule of ours.
    JsonNode direct = holds(host, NEIGHBOUR, "container/web:81/tcp", "dropped", Outcome.TIMEOUT);
    assertThat(direct.at("/ways/0/decided_by/table").asText())
        .isEqualTo(host.equals("sid") ? "raw" : "mangle");
  }

  private static List<String> policyLines(JsonNode explanation) {
    List<String> lines = new ArrayList<>();
    for (JsonNode stage : explanation.at("/ways/0/stages")) {
      for (JsonNode rule : stage.path("rules")) {
        JsonNode policy = rule.path("policy");
        if (!policy.isMissingNode()) {
          lines.add(
              "%s:%d %s"
                  .formatted(
                      policy.path("file").asText(),
                      policy.path("line").asInt(),
                      policy.path("name").asText()));
        }
      }
    }
    return lines;
  }

  @Test
  void saysTheSameOfSavedHosts() throws IOException {
    String facts = program.fwctl(0, "facts", "--json").output();
    Files.writeString(folder.resolve("facts.json"), facts);
    for (String host : RELEASES) {
      String rules = lab.run(host, "iptables-save") + lab.run(host, "ip6tables-save");
      Files.writeString(folder.resolve(host + ".rules"), rules);
      for (String from : List.of(STRANGER, STRANGER_IPV6)) {
        JsonNode live = timeless(explain(host, from, ":8081/tcp"));
        assertThat(timeless(explain(host, from, ":8081/tcp", "--facts", "facts.json")))
            .isEqualTo(live);
        assertThat(
                timeless(
                    explain(
                        host,
                        from,
                        ":8081/tcp",
                        "--facts",
                        "facts.json",
                        "--rules",
                        host + ".rules")))
            .isEqualTo(live);
      }
    }
  }

  private static JsonNode timeless(JsonNode event) {
    ((ObjectNode) event).remove("@timestamp");
    return event;
  }

  @Test
  void needsNoInventoryFile() throws IOException {
    String address = lab.host("bookworm").ipv4().toString();
    Files.writeString(
        folder.resolve("login.yml"),
        """
        all:
          vars:
            ansible_user: root
            ansible_ssh_private_key_file: %1$s/id_ed25519
            ansible_ssh_common_args: -o UserKnownHostsFile=%1$s/known_hosts
        """
            .formatted(lab.folder()));
    String[] packet = {"--from", STRANGER, "--to", ":8081/tcp"};
    List<String> arguments =
        new ArrayList<>(List.of("explain", "-i", "login.yml", "-i", address + ","));
    arguments.addAll(List.of(packet));
    Program.Run run = program.run(0, arguments.toArray(String[]::new));
    assertThat(run.output()).contains(" on " + address + ", in by eth0");
  }

  @Test
  void fitsAScreen() {
    Program.Run run =
        program.fwctl(0, "explain", "bookworm", "--from", ALLOWED, "--to", ":8081/tcp");
    assertThat(run.output().lines()).allMatch(line -> line.length() <= 80);
    assertThat(run.output()).contains("nat PREROUTING", "destination NAT: now bound for");
  }

  @Test
  void namesATableThatIptablesDoesNotShow() throws IOException {
    lab.script(
        "bookworm",
        "nft add table inet guard; nft 'add chain inet guard in { type filter hook input priority"
            + " 0; }'; nft add table inet idle");
    JsonNode said = explain("bookworm", STRANGER, ":8081/tcp");
    assertThat(said.path("not_looked_at"))
        .extracting(JsonNode::asText)
        .containsExactly("the nftables table inet guard");
    lab.script("bookworm", "nft delete table inet guard; nft delete table inet idle");
  }
}
