package dev.fwctl.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.Extension;

/** Somebody writes a plugin as the page on it says, and has the program use it on a host. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginIT {
  private static final Path TREE = Program.launcher().resolveSibling(".").normalize();

  private final Lab lab = Lab.up(LabSpec.of(LabNames.fresh(), HostSpec.plain("one", "bookworm")));

  @AfterAll
  void takeDown() {
    lab.close();
  }

  private Path folder = Path.of("");
  private Path plugins = Path.of("");
  private Path jar = Path.of("");

  @BeforeEach
  void build(@TempDir Path fresh) throws Exception {
    folder = fresh;
    plugins = Files.createDirectories(folder.resolve(".fwctl/plugins"));
    jar = plugins.resolve("acme-kernel-1.0.0.jar");
    new Program(lab, folder).policy(Program.allowing("203.0.113.5"));
  }

  /** Returns the block of a language in the page on plugins. */
  private static String block(String language) throws IOException {
    String page = Files.readString(TREE.resolve("plugins/README.md"));
    Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(block.find()).as(language).isTrue();
    return block.group(1);
  }

  /** Follows the page: its commands, with its source or another in the place of that. */
  private void build(String source) throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    Path code = Files.createDirectories(work.resolve("src/com/acme/fwctl"));
    Files.writeString(code.resolve("KernelGatherer.java"), source);
    Path libraries = Files.createDirectory(work.resolve("lib"));
    Files.createDirectory(work.resolve("classes"));
    for (String module : List.of("spi", "model")) {
      try (Stream<Path> built = Files.list(TREE.resolve("engine/" + module + "/target"))) {
        for (Path library :
            built
                .filter(file -> file.getFileName().toString().matches("fwctl-.*\\.jar"))
                .toList()) {
          Files.copy(library, libraries.resolve(library.getFileName()));
        }
      }
    }
    Files.copy(pf4j(), libraries.resolve("pf4j.jar"));
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-euc", block("sh"))
            .directory(work.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("java.home"), "bin").toString(),
            (before, jdk) -> jdk + ":" + before);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    Files.move(work.resolve(jar.getFileName()), jar);
  }

  private static Path pf4j() throws URISyntaxException {
    return Path.of(Extension.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private Program.Run fwctl(int exitCode, String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, "-i", lab.inventory().toString()));
    arguments.addAll(List.of(options));
    Program.Run run = new Program(lab, folder).run(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as("%s", run).isEqualTo(exitCode);
    return run;
  }

  /** Adds to the lock file the line that the error holds. */
  private void lockAsTold() throws IOException {
    Matcher line =
        Pattern.compile("- \\{id: acme-kernel, version: 1\\.0\\.0, sha256: [0-9a-f]{64}\\}")
            .matcher(fwctl(1, "facts").words());
    assertThat(line.find()).isTrue();
    Files.writeString(
        plugins.resolve("plugins.lock"), "fwctl: 1\nplugins:\n  " + line.group() + "\n");
  }

  private JsonNode kernel() throws IOException {
    for (String line : fwctl(0, "facts", "--json").output().lines().toList()) {
      JsonNode event = new JsonMapper().readTree(line);
      if (event.get("type").asText().equals("host_facts")) {
        return event.at("/facts/kernel");
      }
    }
    throw new AssertionError("no facts");
  }

  @Test
  void aPluginIsUsedWhenItIsListedAndRefusedWhenItIsAltered() throws Exception {
    build(block("java"));
    assertThat(fwctl(1, "plan", "-p", "policies").words()).contains("is not listed in");
    lockAsTold();

    String release = lab.run("one", "uname", "-r").strip();
    assertThat(fwctl(0, "facts").output()).contains("kernel").contains(release);
    assertThat(kernel().get("release").asText()).isEqualTo(release);
    assertThat(fwctl(2, "plan", "-p", "policies", "--detailed-exitcode").words())
        .contains("1 of 1 host");

    byte[] content = Files.readAllBytes(jar);
    content[content.length - 1] ^= 1;
    Files.write(jar, content);
    for (String command : List.of("facts", "plan", "apply")) {
      List<String> options = command.equals("apply") ? List.of("--auto-approve") : List.of();
      Program.Run refused = fwctl(1, command, options.toArray(String[]::new));
      assertThat(refused.words())
          .contains("is not the jar that is listed", "plugins.lock:3:")
          .doesNotContain("Exception");
      assertThat(refused.output()).isEmpty();
    }
    assertThat(Ruleset.of(lab, "one").ours()).isEmpty();
  }

  @Test
  void aPluginSeesTheSpiAndTheModelAndNothingElseOfTheProgram() throws Exception {
    build(
        """
        package com.acme.fwctl;

        @org.pf4j.Extension
        public final class KernelGatherer implements dev.fwctl.spi.FactGatherer {
          public record Seen(java.util.List<String> names) implements dev.fwctl.model.Fact {}

          public String name() { return "kernel"; }

          public String probe() { return ":"; }

          public Seen parse(dev.fwctl.spi.ProbeAnswer answer) {
            java.util.List<String> seen = new java.util.ArrayList<>();
            for (String name :
                new String[] {
                  "dev.fwctl.spi.FactGatherer", "dev.fwctl.model.IpAddress", "org.pf4j.Extension",
                  "dev.fwctl.core.plan.Planner", "dev.fwctl.analysis.Reach", "dev.fwctl.cli.Main",
                  "dev.fwctl.plugin.ssh.SshConnectionProvider", "picocli.CommandLine",
                  "net.schmizz.sshj.SSHClient", "com.fasterxml.jackson.databind.ObjectMapper"
                }) {
              try {
                Class.forName(name);
                seen.add(name);
              } catch (ClassNotFoundException e) {
                // It does not.
              }
            }
            return new Seen(seen);
          }
        }
        """);
    lockAsTold();

    assertThat(kernel().get("names"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "dev.fwctl.spi.FactGatherer", "dev.fwctl.model.IpAddress", "org.pf4j.Extension");
  }
}
