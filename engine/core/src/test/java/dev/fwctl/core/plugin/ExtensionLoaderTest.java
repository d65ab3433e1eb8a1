package dev.fwctl.core.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fwctl.core.facts.FactsJson;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Sha256;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionLoaderTest {
  private static final ProbeAnswer ANSWER = new ProbeAnswer(0, "answer", "");

  @TempDir Path root;

  private Path folder;
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    folder = Files.createDirectory(root.resolve("plugins"));
    permit(folder, "rwxr-xr-x");
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static String digest(Path jar) throws Exception {
    return Sha256.hex(Files.readAllBytes(jar));
  }

  private Path put(PluginJar plugin, String name) throws IOException {
    Path jar = plugin.write(root.resolve(name));
    Path put = Files.copy(jar, folder.resolve(name));
    permit(put, "rw-r--r--");
    return put;
  }

  private Path putAndLock(PluginJar plugin, String id, String version) throws Exception {
    Path jar = put(plugin, id + "-" + version + ".jar");
    lines.add(PluginLock.line(id, version, digest(jar)));
    lock();
    return jar;
  }

  private void lock() throws IOException {
    Path file = folder.resolve("plugins.lock");
    Files.writeString(file, "fwctl: 1\nplugins:\n" + String.join("\n", lines) + "\n");
    permit(file, "rw-r--r--");
  }

  private static PluginJar disks() {
    return new PluginJar("acme-disks", "1.2.0").gatherer("disks", "answer.output()");
  }

  private Extensions load() {
    return ExtensionLoader.load(folder, "0.1.0");
  }

  private static Fact gather(Extensions extensions, String name) {
    FactGatherer gatherer = requireNonNull(extensions.gatherersByName().get(name), name);
    return gatherer.parse(ANSWER);
  }

  private static String said(Fact fact) {
    return new FactsJson()
        .facts(new HostFacts(new TreeMap<>(Map.of("it", fact))))
        .path("it")
        .path("text")
        .asText();
  }

  private ThrowableAssertAlternative<FwctlException> refused() {
    return assertThatExceptionOfType(FwctlException.class)
        .isThrownBy(
            () -> {
              try (Extensions extensions = load()) {
                throw new AssertionError("loaded " + extensions);
              }
            });
  }

  @Test
  void builtInExtensionsAreFoundByTheirIndex() {
    try (Extensions extensions = ExtensionLoader.load(root.resolve("nowhere"))) {
      assertThat(extensions.gatherers()).hasSize(1).allMatch(BuiltInGatherer.class::isInstance);
      assertThat(extensions.backends()).isEmpty();
    }
  }

  @Test
  void anEmptyFolderIsFine() {
    try (Extensions extensions = load()) {
      assertThat(extensions.gatherersByName()).containsOnlyKeys("built-in");
    }
  }

  @Test
  void aListedPluginIsLoadedBesideTheBuiltInOnes() throws Exception {
    putAndLock(disks(), "acme-disks", "1.2.0");

    try (Extensions extensions = load()) {
      assertThat(extensions.gatherersByName()).containsOnlyKeys("built-in", "disks");
      assertThat(said(gather(extensions, "disks"))).isEqualTo("answer");
    }
  }

  @Test
  void aPluginSeesTheSpiAndTheModelAndNothingElseOfTheProgram() throws Exception {
    putAndLock(
        new PluginJar("acme-spy", "1")
            .gatherer(
                "spy",
                """
                sees("dev.fwctl.spi.FactGatherer", "dev.fwctl.spi.shell.RootShell",
                    "dev.fwctl.model.IpAddress", "dev.fwctl.model.netfilter.Rule",
                    "org.pf4j.Extension", "org.slf4j.Logger", "org.jspecify.annotations.NullMarked",
                    "java.net.http.HttpClient", "javax.xml.parsers.SAXParser", "com.acme.Gatherer",
                    "dev.fwctl.core.facts.FactReader", "dev.fwctl.core.plugin.ExtensionLoader",
                    "dev.fwctl.analysis.Reach", "com.fasterxml.jackson.databind.ObjectMapper",
                    "org.yaml.snakeyaml.Yaml", "org.assertj.core.api.Assertions")
                    + getClass().getClassLoader().getResource("META-INF/MANIFEST.MF")
                    + getClass().getClassLoader().getResource("dev/fwctl/core/facts/FactReader.class")
                """),
        "acme-spy",
        "1");

    try (Extensions extensions = load()) {
      String seen = said(gather(extensions, "spy"));
      assertThat(seen)
          .startsWith(
              "dev.fwctl.spi.FactGatherer dev.fwctl.spi.shell.RootShell dev.fwctl.model.IpAddress"
                  + " dev.fwctl.model.netfilter.Rule org.pf4j.Extension org.slf4j.Logger"
                  + " org.jspecify.annotations.NullMarked java.net.http.HttpClient"
                  + " javax.xml.parsers.SAXParser com.acme.Gatherer jar:file:")
          .endsWith("null");
    }
  }

  @Test
  void aPluginsCopyOfTheSpiIsNotUsed() throws Exception {
    String name = "dev/fwctl/spi/FactGatherer.class";
    try (InputStream own =
        requireNonNull(FactGatherer.class.getClassLoader().getResourceAsStream(name))) {
      putAndLock(disks().resource(name, own.readAllBytes()), "acme-disks", "1.2.0");
    }

    try (Extensions extensions = load()) {
      assertThat(extensions.gatherersByName()).containsKey("disks");
    }
  }

  @Test
  void aPluginThatIsNotListedIsRefusedWithTheLineToAdd() throws Exception {
    Path jar = put(disks(), "acme-disks-1.2.0.jar");

    refused()
        .withMessageContaining("acme-disks-1.2.0.jar is not listed in")
        .withMessageContaining("- {id: acme-disks, version: 1.2.0, sha256: " + digest(jar) + "}")
        .extracting(e -> e.problems().getFirst().code())
        .isEqualTo(ErrorCode.PLUGIN);

    lines.add("- {id: acme-disks, version: 1.2.0, sha256: " + digest(jar) + "}");
    lock();
    load().close();
  }

  @Test
  void aPluginThatWasAlteredIsRefused() throws Exception {
    Path jar = putAndLock(disks(), "acme-disks", "1.2.0");
    byte[] content = Files.readAllBytes(jar);
    content[content.length - 1] ^= 1;
    Files.write(jar, content);

    refused()
        .withMessageContaining("is not the jar that is listed")
        .withMessageContaining("plugins.lock:3:3")
        .withMessageContaining(digest(jar));
  }

  @Test
  void aPluginThatIsListedAndGoneIsRefused() throws Exception {
    Files.delete(putAndLock(disks(), "acme-disks", "1.2.0"));

    refused().withMessageContaining("'acme-disks' is listed, but no jar");
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws Exception {
    put(disks(), "one-1.jar");
    put(new PluginJar("two", "2").gatherer("two", "1"), "two-2.jar");
    lines.add(PluginLock.line("three", "3", "0".repeat(64)));
    lock();

    refused().extracting(e -> e.problems().size()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxr-x", "rwxr-xrwx"})
  void aFolderThatOthersMayWriteToIsRefused(String permissions) throws Exception {
    putAndLock(disks(), "acme-disks", "1.2.0");
    permit(folder, permissions);

    refused().withMessageContaining("others than its owner").withMessageContaining("chmod go-w");
  }

  @Test
  void filesThatOthersMayWriteToAreRefused() throws Exception {
    Path jar = putAndLock(disks(), "acme-disks", "1.2.0");
    permit(jar, "rw-rw-r--");
    permit(folder.resolve("plugins.lock"), "rw-r--rw-");

    refused().extracting(e -> e.problems().size()).isEqualTo(2);
  }

  @Test
  void aManifestMustSayWhatTheLockSays() throws Exception {
    Path jar = put(disks(), "acme-disks-1.2.0.jar");
    lines.add(PluginLock.line("acme-disks", "1.3.0", digest(jar)));
    lock();

    refused().withMessageContaining("calls itself acme-disks 1.2.0 in its manifest");
  }

  @ParameterizedTest
  @ValueSource(strings = {">=0.2.0", ">=0.1.1 & <9", "0.3.0", "garbage!", "<0.1.0"})
  void aPluginForAnotherReleaseIsRefused(String requirement) throws Exception {
    putAndLock(disks().manifest("Plugin-Requires", requirement), "acme-disks", "1.2.0");

    refused().withMessageContaining("plugin 'acme-disks'");
  }

  @ParameterizedTest
  @ValueSource(strings = {">=0.1.0", ">=0.1.0 & <0.2.0", "*", "0.1.0"})
  void aPluginForThisReleaseIsLoaded(String requirement) throws Exception {
    putAndLock(disks().manifest("Plugin-Requires", requirement), "acme-disks", "1.2.0");

    load().close();
  }

  @Test
  void whatWasCheckedIsWhatIsLoaded() throws Exception {
    Path jar = putAndLock(disks(), "acme-disks", "1.2.0");
    List<PluginFolder.LockedJar> checked = new PluginFolder(folder).read();
    Files.writeString(jar, "something else");

    Path copies;
    try (ThirdParty loaded = ThirdParty.load(checked, "0.1.0")) {
      assertThat(loaded.extensions()).hasSize(1);
      copies = loaded.copies();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copies)))
          .isEqualTo("rwx------");
    }
    assertThat(copies).doesNotExist();
  }

  @Test
  void twoExtensionsOfOneNameAreRefused() throws Exception {
    putAndLock(disks(), "acme-disks", "1.2.0");
    putAndLock(
        new PluginJar("other-disks", "2").gatherer("disks", "answer.output()"), "other-disks", "2");

    refused()
        .withMessageContaining(
            "the fact gatherer 'disks' comes from plugin acme-disks 1.2.0 and from plugin"
                + " other-disks 2");
  }

  @Test
  void aBuiltInNameCanNotBeTaken() throws Exception {
    putAndLock(new PluginJar("taker", "1").gatherer("built-in", "answer.output()"), "taker", "1");

    refused().withMessageContaining("comes from fwctl itself and from plugin taker 1");
  }

  @Test
  void aPluginWithoutExtensionsIsRefused() throws Exception {
    putAndLock(new PluginJar("hollow", "1"), "hollow", "1");

    refused().withMessageContaining("brings no extension");
  }

  @Test
  void anExtensionOfNothingIsRefused() throws Exception {
    putAndLock(
        new PluginJar("odd", "1")
            .source(
                "com.acme.Odd",
                "package com.acme; @org.pf4j.Extension public class Odd implements org.pf4j.ExtensionPoint {}"),
        "odd",
        "1");

    refused().withMessageContaining("com.acme.Odd of plugin odd 1 implements nothing");
  }

  @Test
  void aPluginThatNeedsMoreThanItSeesIsRefused() throws Exception {
    putAndLock(
        new PluginJar("nosy", "1")
            .source(
                "com.acme.Nosy",
                """
                package com.acme;

                @org.pf4j.Extension
                public class Nosy extends dev.fwctl.core.plugin.Shown
                    implements dev.fwctl.spi.AddressSource {
                  public String key() { return "nosy"; }

                  public dev.fwctl.model.AddressSet read(
                      String value, dev.fwctl.model.Place place, java.nio.file.Path folder) {
                    return dev.fwctl.model.AddressSet.any();
                  }
                }
                """),
        "nosy",
        "1");

    refused()
        .withMessageContaining("dev/fwctl/core/plugin/Shown")
        .withMessageContaining("plugin 'nosy': it can't be loaded")
        .withMessageContaining("plugins.lock:3:3");
  }

  @Test
  void aPluginThatFailsToStartIsRefused() throws Exception {
    putAndLock(
        disks()
            .manifest("Plugin-Class", "com.acme.Failing")
            .source(
                "com.acme.Failing",
                """
                package com.acme;

                public class Failing extends org.pf4j.Plugin {
                  @Override
                  public void start() { throw new IllegalStateException("no licence"); }
                }
                """),
        "acme-disks",
        "1.2.0");

    refused().withMessageContaining("no licence");
  }

  @Test
  void aJarThatIsNoneIsRefused() throws Exception {
    Path jar = Files.writeString(folder.resolve("torn-1.jar"), "this is no jar");
    permit(jar, "rw-r--r--");
    lines.add(PluginLock.line("torn", "1", digest(jar)));
    lock();

    refused().withMessageContaining("plugin 'torn': it can't be loaded");
  }

  @Test
  void aPluginThatDependsOnAnotherIsRefused() throws Exception {
    putAndLock(disks().manifest("Plugin-Dependencies", "other"), "acme-disks", "1.2.0");

    refused().withMessageContaining("depends on other plugins");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "plugins: []",
        "fwctl: 2\nplugins: []",
        "fwctl: 1",
        "fwctl: 1\nplugins: {}",
        "fwctl: 1\nplugins: [text]",
        "fwctl: 1\nplugins: [{id: a, version: 1}]",
        "fwctl: 1\nplugins: [{id: a, version: 1, sha256: ABC}]",
        "fwctl: 1\nplugins: [{id: a b, version: 1, sha256: 0}]",
        "fwctl: 1\nplugin: []",
        "fwctl: 1\nplugins: [",
      })
  void aLockThatMakesNoSenseIsRefusedWithItsPlace(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("plugins.lock"), text);
    permit(file, "rw-r--r--");

    refused().withMessageContaining("plugins.lock:");
  }

  @Test
  void aPluginListedTwiceIsRefused() throws Exception {
    lines.add(PluginLock.line("a", "1", "0".repeat(64)));
    lines.add(PluginLock.line("a", "2", "1".repeat(64)));
    lock();

    refused().withMessageContaining("plugin 'a' is listed before, at");
  }

  @Test
  void theExampleOfTheManualWorks() throws Exception {
    String manual = Files.readString(Path.of("../../plugins/README.md"));
    int start = manual.indexOf("```java\n") + "```java\n".length();
    String example = manual.substring(start, manual.indexOf("```", start));
    putAndLock(
        new PluginJar("acme-kernel", "1.0.0")
            .manifest("Plugin-Requires", ">=0.1.0")
            .source("com.acme.fwctl.KernelGatherer", example),
        "acme-kernel",
        "1.0.0");

    try (Extensions extensions = load()) {
      FactGatherer kernel = requireNonNull(extensions.gatherersByName().get("kernel"));
      Process shell = new ProcessBuilder("/bin/sh", "-c", kernel.probe()).start();
      String printed = new String(shell.getInputStream().readAllBytes(), UTF_8);
      Fact fact = kernel.parse(new ProbeAnswer(shell.waitFor(), printed, ""));
      assertThat(new FactsJson().facts(new HostFacts(new TreeMap<>(Map.of("kernel", fact)))))
          .asString()
          .matches("\\{\"kernel\":\\{\"release\":\".+\",\"uptime_seconds\":[0-9]+}}");
      assertThatExceptionOfType(FwctlException.class)
          .isThrownBy(() -> kernel.parse(new ProbeAnswer(1, "", "")));
    }
  }
}
