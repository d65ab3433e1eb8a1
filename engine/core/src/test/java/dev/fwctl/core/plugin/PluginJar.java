package dev.fwctl.core.plugin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Fact;
import dev.fwctl.spi.FactGatherer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.pf4j.Extension;
import org.slf4j.Logger;

/** Builds a third party's plugin as its author would: compiler, annotation processor, jar. */
final class PluginJar {
  private final Map<String, String> manifest = new LinkedHashMap<>();
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, byte[]> resources = new LinkedHashMap<>();

  PluginJar(String id, String version) {
    manifest.put("Plugin-Id", id);
    manifest.put("Plugin-Version", version);
  }

  PluginJar manifest(String key, String value) {
    manifest.put(key, value);
    return this;
  }

  PluginJar source(String className, String text) {
    sources.put(className, text);
    return this;
  }

  PluginJar resource(String name, byte[] content) {
    resources.put(name, content);
    return this;
  }

  /** Adds a gatherer whose fact is what an expression yields. */
  PluginJar gatherer(String name, String expression) {
    return source(
        "com.acme.Gatherer",
        """
        package com.acme;

        @org.pf4j.Extension
        public class Gatherer implements dev.fwctl.spi.FactGatherer {
          public record Found(String text) implements dev.fwctl.model.Fact {}

          public String name() { return "%s"; }

          public String probe() { return "echo 'it'\\\\''s'"; }

          public dev.fwctl.model.Fact parse(dev.fwctl.spi.ProbeAnswer answer) {
            return new Found(String.valueOf(%s));
          }

          static String sees(String... names) {
            StringBuilder seen = new StringBuilder();
            for (String name : names) {
              try {
                Class.forName(name);
                seen.append(name).append(' ');
              } catch (ClassNotFoundException e) {
                // It does not.
              }
            }
            return seen.toString();
          }
        }
        """
            .formatted(name, expression));
  }

  /** Writes the jar and returns its path. */
  Path write(Path jar) throws IOException {
    Path classes = Files.createTempDirectory(jar.getParent(), "classes");
    compile(classes);
    Manifest head = new Manifest();
    head.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.forEach((key, value) -> head.getMainAttributes().putValue(key, value));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream stream = new JarOutputStream(bytes, head);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        stream.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        stream.write(Files.readAllBytes(file));
      }
      for (Map.Entry<String, byte[]> resource : resources.entrySet()) {
        stream.putNextEntry(new ZipEntry(resource.getKey()));
        stream.write(resource.getValue());
      }
    }
    return Files.write(jar, bytes.toByteArray());
  }

  private void compile(Path classes) throws IOException {
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> units = new ArrayList<>();
    sources.forEach(
        (name, text) ->
            units.add(
                new SimpleJavaFileObject(
                    URI.create("string:///" + name.replace('.', '/') + ".java"),
                    JavaFileObject.Kind.SOURCE) {
                  @Override
                  public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return text;
                  }
                }));
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
      StringWriter said = new StringWriter();
      boolean compiled =
          compiler
              .getTask(
                  said,
                  files,
                  null,
                  List.of(
                      "-Xlint:none",
                      "-classpath",
                      classPath(),
                      "-processor",
                      "org.pf4j.processor.ExtensionAnnotationProcessor"),
                  null,
                  units)
              .call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  /** What an author has: the SPI, the model, and the libraries that they use. */
  private static String classPath() {
    return Stream.of(FactGatherer.class, Fact.class, Extension.class, Logger.class, PluginJar.class)
        .map(PluginJar::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
