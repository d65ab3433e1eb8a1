package dev.fwctl.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Named network namespaces, kept where iproute2 keeps them. */
final class Namespaces {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private Namespaces() {}

  /** Returns the identity of a namespace, or nothing when there is none (any longer). */
  static Optional<NamespaceId> id(Path file) {
    try {
      Map<String, Object> attributes = Files.readAttributes(file, "unix:dev,ino");
      if (attributes.get("dev") instanceof Long device
          && attributes.get("ino") instanceof Long inode) {
        return Optional.of(new NamespaceId(device, inode));
      }
      throw new IllegalStateException("no unix attributes of " + file);
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /**
   * Tells whether a namespace is the machine's own, which no lab may touch: that of process 1, or,
   * where that process hides it, of the eldest of our ancestors that does not.
   */
  static boolean isMachine(NamespaceId candidate) {
    Stream<Path> elders =
        Stream.concat(
            Stream.of(Path.of("/proc/1/ns/net")),
            ancestors().reversed().stream()
                .map(pid -> Path.of("/proc", Long.toString(pid), "ns", "net")));
    return elders
        .map(Namespaces::id)
        .flatMap(Optional::stream)
        .findFirst()
        .equals(Optional.of(candidate));
  }

  /** Returns our own process, its parent, and so on. */
  private static List<Long> ancestors() {
    return Stream.iterate(
            Optional.of(ProcessHandle.current()),
            Optional::isPresent,
            process -> process.flatMap(ProcessHandle::parent))
        .flatMap(Optional::stream)
        .map(ProcessHandle::pid)
        .toList();
  }

  static List<String> beginningWith(String prefix) {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(Layout.NAMESPACES)) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(Layout.NAMESPACES, prefix + "*")) {
        files.forEach(file -> names.add(file.getFileName().toString()));
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      }
    }
    return names;
  }

  /**
   * Makes namespaces for a lab that is being brought up; fails once {@link #forbid} was called.
   *
   * @param names as {@link Layout#namespace} gives them
   */
  static void add(Layout layout, List<String> names) {
    run("add", layout, names);
  }

  /**
   * Makes sure that no more namespaces appear: what {@link #add} started may outlive whoever called
   * it, when that one was killed.
   */
  static void forbid(Layout layout) {
    run("forbid", layout, List.of());
  }

  static void delete(Layout layout, List<String> names) {
    run("delete", layout, names);
  }

  /**
   * Returns the command that runs another in a namespace of the lab.
   *
   * @throws IllegalStateException if that is the machine's own
   */
  static List<String> enter(Layout layout, String place, List<String> command) {
    Path file = layout.namespaceFile(place);
    NamespaceId id =
        id(file)
            .orElseThrow(
                () ->
                    LabProblem.of(
                        "lab '%s' has no '%s'".formatted(layout.lab(), place),
                        "fwctl lab status lists what there is"));
    if (isMachine(id)) {
      throw new IllegalStateException(file + " is the machine's own namespace");
    }
    return Stream.concat(Stream.of("nsenter", "--net=" + file, "--"), command.stream()).toList();
  }

  private static void run(String action, Layout layout, List<String> names) {
    try {
      Files.createDirectories(layout.lock().getParent());
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    Stream<String> command =
        Stream.of(
            "flock",
            layout.lock().toString(),
            "sh",
            "-s",
            action,
            layout.namespacesMounted().toString(),
            layout.beingBroughtUp().toString());
    Command.check(
        Stream.concat(command, names.stream()).toList(), Scripts.read("namespaces.sh"), LIMIT);
  }
}
