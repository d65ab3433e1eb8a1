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
import dev.fwctl.model.Family;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that are taken over by an imported policy let in whom they let in before. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "sid");

  private static final List<Client> CLIENTS =
      List.of(Client.OFFICE, Client.MONITOR, Client.STRANGER);

  private static final String NEIGHBOUR = ": a neighbour to the container itself";

  /** What people write by hand: on one host much, on one a little, on the third nothing. */
  private static final Map<String, String> GUARDS =
      Map.of(
          "bullseye",
          """
          iptables -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
          iptables -A INPUT -i lo -j ACCEPT
          iptables -A INPUT -p tcp --dport 22 -j ACCEPT
          iptables -A INPUT -p tcp -s 203.0.113.0/24 --dport 7 -j ACCEPT
          iptables -P INPUT DROP
          iptables -I DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -p tcp --dport 81 -j DROP
          """,
          "bookworm",
          """
          iptables -A INPUT -p tcp -s 203.0.113.0/24 --dport 7 -j ACCEPT
          iptables -A INPUT -p tcp --dport 7 -j DROP
          ip6tables -A INPUT -s 2001:db8:666::/48 -p tcp --dport 7 -j REJECT
          iptables -A INPUT -s 198.51.100.66 -j DROP
          iptables -I DOCKER-USER -i eth0 -s 198.51.100.66 -j DROP
          """);

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              RELEASES.stream()
                  .map(release -> HostSpec.withDocker(release, release))
                  .toArray(HostSpec[]::new)));

  private final Path folder;
  private final Program program;

  ImportIT(@TempDir Path folder) throws IOException {
    this.folder = Files.createDirectories(folder.resolve("repository"));
    Files.createDirectories(this.folder.resolve("policies"));
    this.program = new Program(lab, this.folder);
    Parallel.each(
        RELEASES,
        host -> {
          lab.serve(host, "tcp/7");
          lab.container(host, "web", List.of("-p", "8081:81/tcp"), "tcp/81");
          lab.container(host, "any-port", List.of("-p", "82/tcp"), "tcp/82");
          lab.container(host, "monitor", List.of("--network", "host"), "tcp/8090");
          lab.script(host, GUARDS.getOrDefault(host, ""));
          return host;
        });
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  /** Sends packets from everywhere to everything. */
  private Map<String, Outcome> met() {
    Map<String, Outcome> met = new LinkedHashMap<>();
    for (String host : RELEASES) {
      for (Client client : CLIENTS) {
        for (Family family : Family.values()) {
          for (int port : List.of(22, 7, 8081, 8090, 9999)) {
            String from = client.address(family);
            String to =
                (family == Family.IPV4
                        ? lab.host(host).ipv4().toString()
                        : "[" + lab.host(host).ipv6() + "]")
                    + ":"
                    + port;
            met.put("%s: %s to %s".formatted(host, from, to), lab.probe(from, to));
          }
        }
      }
      met.put(
          host + NEIGHBOUR, lab.probeVia(host, Client.NEIGHBOUR.ipv4(), address(host) + ":81/tcp"));
    }
    return met;
  }

  private String address(String host) {
    String format =
        "{{.NetworkSettings.IPAddress}}{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}";
    return lab.run(host, "docker", "inspect", "-f", format, "web").strip().replaceFirst(".* ", "");
  }

  @Test
  void takesHostsOverWithoutAChangeOfReach() throws IOException {
    Map<String, Outcome> before = met();
    assertThat(before.values()).contains(Outcome.OPEN, Outcome.TIMEOUT);

    saysInEventsWhatItSaysInWords();
    Program.Run run = program.fwctl(0, "import", "--out", "policies/imported.yml");
    assertThat(run.words())
        .contains("Wrote policies/imported.yml, what 3 hosts let in")
        .doesNotContain("warning");
    String document = Files.readString(folder.resolve("policies/imported.yml"));
    assertThat(document)
        .contains("- {to: {container: any-port}, container-port: 82/tcp, from: any}")
        .contains("- {to: host, port: 7/tcp, from: 203.0.113.0/24}")
        .contains("# listening now: ");
    Program.Run plan = program.fwctl(0, "plan");
    assertThat(plan.words()).doesNotContain("can now", "can no longer");
    assertThat(plan.output()).contains("Nobody can reach more or less than before.");

    program.fwctl(0, "apply", "--auto-approve");
    assertThat(met()).isEqualTo(before);

    // The policy says it all: without the rules of others it is still so.
    lab.script("bullseye", "iptables -F INPUT; iptables -P INPUT ACCEPT; iptables -F DOCKER-USER");
    lab.script("bookworm", "iptables -F INPUT; ip6tables -F INPUT; iptables -F DOCKER-USER");
    assertThat(open(met())).isEqualTo(open(before));

    againOnHostsThatAreOurs(document);
  }

  /**
   * Who is dropped by one rule and refused by another gets in by neither. Policies do not tell
   * containers' own addresses apart.
   */
  private static Map<String, Boolean> open(Map<String, Outcome> met) {
    Map<String, Boolean> open = new LinkedHashMap<>();
    met.forEach((packet, outcome) -> open.put(packet, outcome == Outcome.OPEN));
    open.keySet().removeIf(packet -> packet.contains(NEIGHBOUR));
    return open;
  }

  private void againOnHostsThatAreOurs(String document) throws IOException {
    Program.Run there = program.fwctl(1, "import", "--out", "policies/imported.yml");
    assertThat(there.words())
        .contains("policies/imported.yml can't be written: it is there already")
        .doesNotContain("facts gathered");
    assertThat(Files.readString(folder.resolve("policies/imported.yml"))).isEqualTo(document);

    Program.Run ours = program.fwctl(4, "import", "--out", "policies/more.yml");
    assertThat(ours.words())
        .contains("sid: the host already bears rules of fwctl, so that a policy speaks of it");
    assertThat(folder.resolve("policies/more.yml")).doesNotExist();

    program.run(1, "import", "-i", "nowhere.yml", "--out", "policies/more.yml");
    Program.Run some =
        program.fwctl(0, "import", "--json", "--exclude", "bullseye", "--allow-unreachable", "2");
    assertThat(some.output().lines().map(line -> json(line).path("type").asText()))
        .containsExactly("version", "diagnostic", "diagnostic");
  }

  private void saysInEventsWhatItSaysInWords() {
    Program.Run words = program.fwctl(0, "import", "--limit", "sid");
    assertThat(words.output().lines()).allMatch(line -> line.length() <= 80);
    JsonNode event =
        program
            .fwctl(0, "import", "--limit", "sid", "--json")
            .output()
            .lines()
            .map(ImportIT::json)
            .filter(line -> line.path("type").asText().equals("imported"))
            .findFirst()
            .orElseThrow();
    assertThat(event.path("document").asText()).isEqualTo(words.output());
    assertThat(event.path("hosts").toString()).isEqualTo("[\"sid\"]");
  }

  private static JsonNode json(String line) {
    try {
      return new JsonMapper().readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException(line, e);
    }
  }
}
