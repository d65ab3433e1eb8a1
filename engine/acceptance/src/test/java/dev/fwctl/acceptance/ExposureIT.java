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
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who exposure says can reach something is who reaches it, before and after fwctl came. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExposureIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "sid");

  private static final List<Client> CLIENTS =
      List.of(Client.OFFICE, Client.MONITOR, Client.STRANGER);

  private static final String POLICY =
      """
      fwctl: 1
      policies:
        shop:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: {container: web}, port: 8081/tcp, from: [203.0.113.0/24, "2001:db8:7::/48"]}
              - {to: host, port: 7/tcp, from: any}
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

  ExposureIT(@TempDir Path folder) {
    this.folder = folder;
    this.program = new Program(lab, folder);
    Parallel.each(
        RELEASES,
        host -> {
          lab.serve(host, "tcp/7", "tcp/9/127.0.0.1");
          lab.container(host, "web", List.of("-p", "8081:81/tcp"), "tcp/81");
          lab.container(host, "guarded", List.of("-p", "8082:81/tcp"), "tcp/81");
          lab.container(host, "local", List.of("-p", "127.0.0.1:8083:81/tcp"), "tcp/81");
          lab.container(host, "monitor", List.of("--network", "host"), "tcp/8090");
          return host;
        });
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  private List<JsonNode> exposure(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--json");
    List<JsonNode> events = new ArrayList<>();
    for (String line : program.run(0, all.toArray(String[]::new)).output().lines().toList()) {
      events.add(new JsonMapper().readTree(line));
    }
    return events;
  }

  /** Asks the hosts as somebody does who has nothing but an inventory. */
  private List<JsonNode> exposure() throws IOException {
    return exposure("exposure", "-i", lab.inventory().toString());
  }

  private static JsonNode host(List<JsonNode> events, String name) {
    return events.stream()
        .filter(event -> event.path("type").asText().equals("host_exposure"))
        .filter(event -> event.path("host").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Returns an endpoint by its container or program, and by its own ports. */
  private static JsonNode endpoint(JsonNode host, String who, String ports) {
    for (JsonNode endpoint : host.path("endpoints")) {
      boolean named =
          endpoint.path("container").asText().equals(who)
              || endpoint.path("programs").toString().contains("\"" + who + "\"");
      if (named && endpoint.path("ports").asText().equals(ports)) {
        return endpoint;
      }
    }
    throw new AssertionError(who + " " + ports + " is not among " + host);
  }

  private static AddressSet addresses(JsonNode prefixes) {
    List<IpPrefix> all = new ArrayList<>();
    prefixes.forEach(prefix -> all.add(IpPrefix.of(prefix.asText())));
    return AddressSet.ofPrefixes(all);
  }

  /** Sends packets to an endpoint from everywhere, and compares who comes in with what is said. */
  private void holds(List<JsonNode> events, String name, String who, String ports, String dialled) {
    JsonNode endpoint = endpoint(host(events, name), who, ports);
    AddressSet sources = addresses(endpoint.path("sources"));
    assertThat(addresses(endpoint.path("perhaps"))).as("%s", endpoint).isEqualTo(AddressSet.none());
    for (Client client : CLIENTS) {
      for (Family family : Family.values()) {
        String from = client.address(family);
        Outcome met = lab.probe(from, end(name, family) + ":" + dialled + "/tcp");
        assertThat(met == Outcome.OPEN)
            .as("%s to %s of %s: %s, but %s", from, dialled, name, met, endpoint)
            .isEqualTo(sources.contains(IpAddress.of(from)));
      }
    }
  }

  private String end(String host, Family family) {
    return family == Family.IPV4
        ? lab.host(host).ipv4().toString()
        : "[" + lab.host(host).ipv6() + "]";
  }

  @Test
  void saysWhoReachesWhat() throws IOException {
    guard();
    List<JsonNode> before = exposure();
    for (String host : RELEASES) {
      holds(before, host, "web", "81/tcp", "8081");
      holds(before, host, "guarded", "81/tcp", "8082");
      holds(before, host, "serve", "7/tcp", "7");
      holds(before, host, "serve", "8090/tcp", "8090");
      holds(before, host, "sshd", "22/tcp", "22");
      holds(before, host, "serve", "9/tcp", "9");
      paths(host(before, host), host);
    }
    program.policy(POLICY);
    program.fwctl(0, "apply", "--auto-approve");
    List<JsonNode> after = exposure();
    for (String host : RELEASES) {
      holds(after, host, "web", "81/tcp", "8081");
      holds(after, host, "guarded", "81/tcp", "8082");
      holds(after, host, "serve", "7/tcp", "7");
      holds(after, host, "serve", "8090/tcp", "8090");
      JsonNode web = endpoint(host(after, host), "web", "81/tcp");
      assertThat(web.path("severity").asText()).isEqualTo("some");
      assertThat(web.at("/ways/0/reasons/0/rules").toString())
          .contains("\"policy\":{\"name\":\"shop\",\"file\":\"policies/policy.yml\",\"line\":8}");
      assertThat(endpoint(host(after, host), "guarded", "81/tcp").path("severity").asText())
          .isEqualTo("nobody");
    }
    saved(after);
  }

  /** Guards a container of each host as people do by hand, of whom few think of IPv6. */
  private void guard() {
    for (String host : RELEASES) {
      lab.run(
          host,
          "sh",
          "-c",
          "iptables -I DOCKER-USER -i eth0 -m conntrack --ctorigdstport 8082 -j DROP &&"
              + " iptables -I DOCKER-USER -i eth0 -s 198.51.100.0/24 -m conntrack --ctorigdstport"
              + " 8082 -j RETURN && ip6tables -A INPUT -s 2001:db8:666::/48 -p tcp --dport 7 -j"
              + " REJECT");
    }
  }

  private void paths(JsonNode host, String name) {
    JsonNode web = endpoint(host, "web", "81/tcp");
    assertThat(web.path("severity").asText()).isEqualTo("everyone");
    // Docker 20.10.5 does not listen on IPv6 for a network of IPv4 alone.
    assertThat(web.path("ways").findValuesAsText("path").contains("proxy"))
        .isEqualTo(!name.equals("bullseye"));
    assertThat(endpoint(host, "guarded", "81/tcp").at("/ways").toString()).contains("DOCKER-USER");

    // What is published on the loopback address is open to neighbours before Docker 28.
    JsonNode local = endpoint(host, "local", "81/tcp");
    assertThat(local.path("severity").asText())
        .isEqualTo(name.equals("sid") ? "nobody" : "neighbours");
    String neighbour = Client.NEIGHBOUR.ipv4();
    String address =
        lab.run(
                name,
                "docker",
                "inspect",
                "-f",
                "{{.NetworkSettings.IPAddress}}{{range .NetworkSettings.Networks}} {{.IPAddress}}"
                    + "{{end}}",
                "local")
            .strip()
            .replaceFirst(".* ", "");
    assertThat(lab.probeVia(name, neighbour, address + ":81/tcp"))
        .isEqualTo(name.equals("sid") ? Outcome.TIMEOUT : Outcome.OPEN);
  }

  /** What was saved of a host says the same, and so does a page for people. */
  private void saved(List<JsonNode> live) throws IOException {
    Path saved = Files.createDirectory(folder.resolve("saved"));
    Program.Run facts = program.run(0, "facts", "-i", lab.inventory().toString(), "--json");
    Files.writeString(saved.resolve("fleet.json"), facts.output());
    List<JsonNode> again = exposure("exposure", "--facts", "saved", "--html", "report.html");
    for (String host : RELEASES) {
      assertThat(host(again, host).path("endpoints")).isEqualTo(host(live, host).path("endpoints"));
    }
    assertThat(Files.readString(folder.resolve("report.html")))
        .startsWith("<!DOCTYPE html>")
        .contains("container guarded 81/tcp", "policy shop, policies/policy.yml:8");
    Optional<JsonNode> summary =
        again.stream()
            .filter(event -> event.path("type").asText().equals("exposure_summary"))
            .findFirst();
    assertThat(summary.orElseThrow().at("/hosts/told").asInt()).isEqualTo(RELEASES.size());
  }
}
