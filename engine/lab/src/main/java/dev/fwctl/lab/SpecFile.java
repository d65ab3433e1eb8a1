package dev.fwctl.lab;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Keeps what a lab was asked to be in its folder. */
final class SpecFile {
  private static final String HOSTS = "hosts";

  private SpecFile() {}

  static void write(Layout layout, LabSpec spec) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(
        HOSTS, String.join(" ", spec.hosts().stream().map(HostSpec::name).toList()));
    for (HostSpec host : spec.hosts()) {
      properties.setProperty(host.name() + ".release", host.release());
      properties.setProperty(host.name() + ".docker", Boolean.toString(host.docker()));
      properties.setProperty(host.name() + ".legacy", Boolean.toString(host.legacyIptables()));
      properties.setProperty(host.name() + ".systemd", Boolean.toString(host.systemd()));
    }
    try (Writer writer = Files.newBufferedWriter(layout.specFile())) {
      properties.store(writer, "what fwctl lab up was asked for");
    }
  }

  static LabSpec read(Layout layout) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(layout.specFile())) {
      properties.load(reader);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    List<HostSpec> hosts = new ArrayList<>();
    for (String name : properties.getProperty(HOSTS, "").split(" ")) {
      hosts.add(
          new HostSpec(
              name,
              properties.getProperty(name + ".release", LabSpec.DEFAULT_RELEASE),
              Boolean.parseBoolean(properties.getProperty(name + ".docker")),
              Boolean.parseBoolean(properties.getProperty(name + ".legacy")),
              Boolean.parseBoolean(properties.getProperty(name + ".systemd"))));
    }
    return new LabSpec(layout.lab(), hosts, layout.folders());
  }
}
