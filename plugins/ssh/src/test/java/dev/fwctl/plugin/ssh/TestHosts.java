package dev.fwctl.plugin.ssh;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.model.Secret;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Hosts of tests: a server on loopback, with one thing after the other made different. */
record TestHosts(ConnectionSettings settings) {
  static final Place PLACE = new Place("inventory.yml", 4, 7);

  /** A host that asks for nothing: no key, no password, no known hosts, ten seconds. */
  static TestHosts at(int port) {
    return new TestHosts(
        new ConnectionSettings(
            "ssh",
            "127.0.0.1",
            port,
            Optional.of("deploy"),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            0,
            Optional.empty(),
            Map.of()));
  }

  /** Surroundings of a user with an empty home. */
  static Surroundings nobody(Path folder) {
    return new Surroundings(folder.resolve("dot-ssh"), List.of(), Optional.empty(), "somebody");
  }

  /** Writes a file of its own. */
  static Path writeKnownHosts(Path folder, String... lines) {
    try {
      return Files.writeString(
          Files.createTempFile(folder, "known_hosts", ""), String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path key(String name) {
    try {
      return Path.of(requireNonNull(TestHosts.class.getResource("/keys/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static Script script(String text) {
    return new Script(text, Duration.ofSeconds(30), 1_000_000);
  }

  TestHosts knownHosts(Path... files) {
    return with(settings.privateKeys(), settings.password(), List.of(files), settings.jump());
  }

  TestHosts key(Path file) {
    return with(List.of(file), settings.password(), settings.knownHosts(), settings.jump());
  }

  TestHosts password(String value) {
    return with(
        settings.privateKeys(),
        Optional.of(new Secret(value)),
        settings.knownHosts(),
        settings.jump());
  }

  TestHosts jump(TestHosts through) {
    return with(
        settings.privateKeys(),
        settings.password(),
        settings.knownHosts(),
        Optional.of(through.settings));
  }

  TestHosts timeout(Duration timeout) {
    return with(timeout, settings.retries(), settings.address(), settings.places());
  }

  TestHosts retries(int retries) {
    return with(settings.timeout(), retries, settings.address(), settings.places());
  }

  TestHosts address(String address) {
    return with(settings.timeout(), settings.retries(), address, settings.places());
  }

  /** The same host at another port, which known_hosts then does not know. */
  TestHosts port(int port) {
    return new TestHosts(
        new ConnectionSettings(
            settings.type(),
            settings.address(),
            port,
            settings.user(),
            settings.privateKeys(),
            settings.password(),
            settings.knownHosts(),
            settings.jump(),
            settings.timeout(),
            settings.retries(),
            settings.become(),
            settings.places()));
  }

  TestHosts place(String variable, Place place) {
    return with(
        settings.timeout(), settings.retries(), settings.address(), Map.of(variable, place));
  }

  Host host() {
    return new Host("web1", new TreeSet<>(List.of("all")), settings, PLACE);
  }

  private TestHosts with(
      List<Path> keys,
      Optional<Secret> password,
      List<Path> knownHosts,
      Optional<ConnectionSettings> jump) {
    return new TestHosts(
        new ConnectionSettings(
            settings.type(),
            settings.address(),
            settings.port(),
            settings.user(),
            keys,
            password,
            knownHosts,
            jump,
            settings.timeout(),
            settings.retries(),
            Optional.<Become>empty(),
            settings.places()));
  }

  private TestHosts with(Duration timeout, int retries, String address, Map<String, Place> places) {
    return new TestHosts(
        new ConnectionSettings(
            settings.type(),
            address,
            settings.port(),
            settings.user(),
            settings.privateKeys(),
            settings.password(),
            settings.knownHosts(),
            settings.jump(),
            timeout,
            retries,
            Optional.<Become>empty(),
            places));
  }
}
