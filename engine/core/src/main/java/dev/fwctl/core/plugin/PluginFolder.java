package dev.fwctl.core.plugin;

import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of third-party plugins.
 *
 * <p>A plugin has all rights of the user who runs fwctl, so nothing is loaded that somebody has not
 * listed by its digest, and nothing that others than this user and root could have put there.
 */
final class PluginFolder {
  /** The most bytes of a jar. */
  private static final int JAR_LIMIT = 256 << 20;

  private static final Pattern JAR_NAME = Pattern.compile("(.+?)-([0-9][0-9A-Za-z.+-]*)\\.jar");

  private final Path folder;

  PluginFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A jar whose digest the lock lists.
   *
   * @param path where it lies, for messages
   * @param content its bytes, read once: what was checked is what is loaded
   * @param entry what the lock says of it
   */
  record LockedJar(Path path, byte[] content, PluginLock.Entry entry) {}

  /**
   * Reads all jars of the folder.
   *
   * @return the jars in the order of the lock; none if there is no folder
   * @throws FwctlException with every problem: a jar that is not listed, one that was altered, one
   *     that is listed and not there, a lock that is malformed, permissions that are too wide
   */
  List<LockedJar> read() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    Problems problems = new Problems();
    List<Path> jars = list();
    Path lockFile = folder.resolve(PluginLock.FILE);
    boolean locked = Files.exists(lockFile);
    if (jars.isEmpty() && !locked) {
      return List.of();
    }
    requireOurs(folder, problems);
    if (locked) {
      requireOurs(lockFile, problems);
    }
    jars.forEach(jar -> requireOurs(jar, problems));
    problems.throwIfAny();
    PluginLock lock = locked ? PluginLock.read(lockFile, problems) : new PluginLock(List.of());
    problems.throwIfAny();

    Map<String, LockedJar> found = new HashMap<>();
    for (Path jar : jars) {
      byte[] content = content(jar);
      String sha256 = Sha256.hex(content);
      Optional<PluginLock.Entry> entry =
          lock.entries().stream().filter(one -> one.sha256().equals(sha256)).findFirst();
      if (entry.isEmpty()) {
        problems.add(notListed(jar, sha256, lock, lockFile));
      } else {
        found.put(entry.get().id(), new LockedJar(jar, content, entry.get()));
      }
    }
    List<LockedJar> inOrder = new ArrayList<>();
    for (PluginLock.Entry entry : lock.entries()) {
      LockedJar jar = found.get(entry.id());
      if (jar != null) {
        inOrder.add(jar);
      } else {
        problems.add(
            entry.place(),
            ErrorCode.PLUGIN,
            "plugin '%s' is listed, but no jar in %s has its digest".formatted(entry.id(), folder),
            "put the jar there, or remove the line");
      }
    }
    problems.throwIfAny();
    return inOrder;
  }

  private List<Path> list() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(path -> path.getFileName().toString().endsWith(".jar"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static byte[] content(Path jar) {
    try (InputStream stream = Files.newInputStream(jar)) {
      byte[] content = stream.readNBytes(JAR_LIMIT + 1);
      if (content.length > JAR_LIMIT) {
        throw new FwctlException(
            Problem.of(ErrorCode.PLUGIN, "%s is larger than %d bytes".formatted(jar, JAR_LIMIT)));
      }
      return content;
    } catch (IOException e) {
      throw unreadable(jar, e);
    }
  }

  private static FwctlException unreadable(Path path, IOException cause) {
    return new FwctlException(
        Problem.of(
            ErrorCode.FILE_UNREADABLE,
            "can't read " + path + ": " + cause.getMessage(),
            "the user who runs fwctl must be able to read its plugins"),
        cause);
  }

  /** Says what is wrong with a jar from its file name and digest alone: it was not opened. */
  private static Problem notListed(Path jar, String sha256, PluginLock lock, Path lockFile) {
    Matcher name = JAR_NAME.matcher(jar.getFileName().toString());
    String id = name.matches() ? name.group(1) : "ID";
    String version = name.matches() ? name.group(2) : "VERSION";
    Optional<PluginLock.Entry> listed =
        lock.entries().stream().filter(entry -> entry.id().equals(id)).findFirst();
    if (listed.isPresent()) {
      return Problem.at(
          listed.get().place(),
          ErrorCode.PLUGIN,
          "%s is not the jar that is listed: its sha256 is %s".formatted(jar, sha256),
          "it was altered or replaced; if that is right, change the line to "
              + PluginLock.line(id, version, sha256));
    }
    return Problem.of(
        ErrorCode.PLUGIN,
        "the plugin %s is not listed in %s".formatted(jar, lockFile),
        "remove it; or, if you trust it, add under 'plugins:' the line "
            + PluginLock.line(id, version, sha256));
  }

  /** Holds that nobody but the user who runs fwctl and root can write to a file or folder. */
  private static void requireOurs(Path path, Problems problems) {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        problems.add(
            Problem.of(
                ErrorCode.PLUGIN,
                "others than its owner may write to " + path,
                "chmod go-w " + path));
      }
      Object owner = Files.getAttribute(path, "unix:uid");
      Object us = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (!owner.equals(us) && !owner.equals(0)) {
        problems.add(
            Problem.of(
                ErrorCode.PLUGIN,
                path + " belongs to neither root nor the user who runs fwctl",
                "chown it to that user, after you have made sure of what it is"));
      }
    } catch (UnsupportedOperationException e) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.PLUGIN,
              "the file system of " + path + " does not tell who may write to it",
              "keep plugins on a POSIX file system"),
          e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
