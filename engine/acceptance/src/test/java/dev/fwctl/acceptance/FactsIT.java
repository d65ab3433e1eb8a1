package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabHost;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is learnt of hosts is what they are: one with Docker of each release, and one without. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FactsIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "trixie", "sid");

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("bullseye", "bullseye"),
              HostSpec.withDocker("bookworm", "bookworm"),
              HostSpec.withDocker("trixie", "trixie"),
              HostSpec.withDocker("sid", "sid"),
              HostSpec.plain("plain", "bookworm")));

  private final Program program;

  FactsIT(@TempDir Path folder) {
    this.program = new Program(lab, folder);
    Parallel.each(
        RELEASES,
        host -> {
          lab.container(
              host, "shop", List.of("-p", "8081:8080", "--label", "tier=front"), "http/8080");
          lab.docker(host, "create", "--name", "idle", "web:1", "serve", "http/8080");
          return host;
        });
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  private Program.Run facts(String... options) {
    List<String> arguments = new ArrayList<>(List.of("facts", "-i", lab.inventory().toString()));
    arguments.addAll(List.of(options));
    Program.Run run = program.run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as("%s", run).isZero();
    return run;
  }

  private String version(String host) {
    return lab.docker(host, "version", "--format", "{{.Server.Version}}").strip();
  }

  @Test
  void asText() {
    String text = facts().output();

    assertThat(text.lines().filter(line -> !line.startsWith(" ")))
        .containsExactlyInAnyOrderElementsOf(lab.hosts().stream().map(LabHost::name).toList());
    for (String host : RELEASES) {
      String own = block(text, host);
      assertThat(own)
          .contains("docker: " + version(host))
          .contains("1 of 2 containers running")
          .contains("container shop: running", "container idle: stopped")
          .contains("8081")
          .contains("ssh: listens on");
    }
    assertThat(block(text, "plain")).contains("docker: none", "ssh: listens on");
    // Rules and names are never cut; all else fits a terminal.
    assertThat(text.lines().filter(line -> line.length() > 80))
        .as("lines that are too long")
        .isEmpty();
  }

  private static String block(String text, String host) {
    String from = ("\n" + text).substring(("\n" + text).indexOf("\n" + host + "\n") + 1);
    StringBuilder block = new StringBuilder();
    from.lines()
        .skip(1)
        .takeWhile(line -> line.startsWith(" "))
        .forEach(line -> block.append(line).append('\n'));
    return block.toString();
  }

  @Test
  void asJson() throws IOException {
    Map<String, JsonNode> facts = new HashMap<>();
    for (String line : facts("--json").output().lines().toList()) {
      JsonNode event = new JsonMapper().readTree(line);
      if (event.get("type").asText().equals("host_facts")) {
        facts.put(event.get("host").asText(), event.get("facts"));
      }
    }

    assertThat(facts.keySet())
        .containsExactlyInAnyOrderElementsOf(lab.hosts().stream().map(LabHost::name).toList());
    facts.forEach(
        (host, told) -> {
          JsonNode docker = told.get("docker");
          if (host.equals("plain")) {
            assertThat(docker.get("state").asText()).isEqualTo("absent");
            return;
          }
          assertThat(docker.get("state").asText()).as(host).isEqualTo("running");
          assertThat(docker.get("version").asText()).as(host).isEqualTo(version(host));
          Map<String, JsonNode> containers = new HashMap<>();
          docker.get("containers").forEach(one -> containers.put(one.get("name").asText(), one));
          assertThat(containers).as(host).containsOnlyKeys("shop", "idle");
          JsonNode shop = containers.get("shop");
          assertThat(shop).isNotNull();
          assertThat(shop.get("running").asBoolean()).as(host).isTrue();
          assertThat(shop.at("/labels/tier").asText()).as(host).isEqualTo("front");
          assertThat(shop.get("published").toString()).as(host).contains("8081", "8080");
          JsonNode idle = containers.get("idle");
          assertThat(idle).isNotNull();
          assertThat(idle.get("running").asBoolean()).as(host).isFalse();
        });
  }
}
