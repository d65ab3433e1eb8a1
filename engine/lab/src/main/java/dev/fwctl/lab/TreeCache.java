package dev.fwctl.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The Debian trees that lab hosts share as their lower layer: made once, by debootstrap.
 *
 * <p>Each has a container image beside it, made from it. The names carry a digest of how they are
 * made, so that a newer fwctl makes its own.
 */
final class TreeCache {
  /** What the user {@code ops} types for sudo; with characters that a careless shell trips over. */
  static final String OPS_PASSWORD = "correct \"horse\" $battery's staple";

  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final List<String> PROGRAMS = List.of("serve.pl", "probe.pl");
  private static final List<String> SCRIPTS =
      List.of("tree.sh", "image.sh", "serve.pl", "probe.pl");

  private final Path folder;
  private final Consumer<String> progress;

  TreeCache(Path cache, Consumer<String> progress) {
    this.folder = cache.resolve("trees");
    this.progress = progress;
  }

  /**
   * A release, ready for hosts.
   *
   * @param folder has the tree in {@code root}
   * @param image a tar archive for {@code docker import}
   */
  record Tree(Path folder, Path image) {}

  /** Returns the tree of a release. Waits where another lab is making it. */
  Tree tree(String release) {
    Path tree = folder.resolve(release + "-" + digest(List.of("tree.sh")));
    Path image =
        tree.resolve(
            "image-%s.tar"
                .formatted(
                    digest(Stream.concat(Stream.of("image.sh"), PROGRAMS.stream()).toList())));
    try {
      if (!Files.isDirectory(tree)) {
        progress.accept("making the tree of Debian " + release + " (once; a minute or two)");
        make(release, "tree.sh", List.of(release, tree.toString(), OPS_PASSWORD), List.of());
      }
      if (!Files.exists(image)) {
        make(release, "image.sh", List.of(tree.toString(), image.toString()), PROGRAMS);
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    return new Tree(tree, image);
  }

  private void make(String release, String script, List<String> arguments, List<String> programs)
      throws IOException {
    Path scripts = folder.resolve("scripts-" + digest(SCRIPTS));
    for (String name : SCRIPTS) {
      Scripts.install(name, scripts.resolve(name));
    }
    Path log = folder.resolve(release + ".log");
    // The lock belongs to the process that builds, so it holds when whoever started it is killed.
    List<String> command =
        new ArrayList<>(
            List.of(
                "flock",
                folder.resolve(release + ".lock").toString(),
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--mount-proc",
                "--kill-child",
                "sh",
                "-c",
                "log=$1; shift; exec sh \"$@\" >\"$log\" 2>&1",
                "sh",
                log.toString(),
                scripts.resolve(script).toString()));
    command.addAll(arguments);
    programs.forEach(name -> command.add(scripts.resolve(name).toString()));
    Execution execution = Command.run(command, new byte[0], LIMIT);
    if (!execution.succeeded()) {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      throw LabProblem.of(
          "can't make the tree of Debian %s: %s\n  %s"
              .formatted(
                  release,
                  execution.errors().strip(),
                  String.join("\n  ", lines.subList(Math.max(0, lines.size() - 5), lines.size()))),
          "the whole story is in " + log + "; the machine must reach a Debian mirror");
    }
  }

  /** Returns what changes when any of these files does. */
  private static String digest(List<String> scripts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      scripts.forEach(name -> digest.update(Scripts.read(name)));
      digest.update(OPS_PASSWORD.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest.digest(), 0, 4);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
