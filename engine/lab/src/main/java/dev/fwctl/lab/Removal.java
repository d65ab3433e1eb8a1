package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes away what a lab has on the machine, in whatever state it is found.
 *
 * <p>Needs nothing but the lab's name: everything is found by the names of its network namespaces
 * and by its folder. A process is the lab's when it is in one of those namespaces, or was started
 * below one that is; no process is chosen by its name.
 */
final class Removal {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  private final Layout layout;

  Removal(Layout layout) {
    this.layout = layout;
  }

  /** Tells whether anything of the lab is there. */
  boolean somethingIsThere() {
    return Files.exists(layout.folder())
        || !namespaces().isEmpty()
        || !controlGroupBranches().isEmpty();
  }

  /** Takes the lab away; where it is just being brought up, once that has ended. */
  void run() {
    awaitAssembly();
    if (Files.exists(layout.beingBroughtUp())) {
      Namespaces.forbid(layout);
    }
    List<String> namespaces = namespaces();
    killEverythingIn(namespaces);
    if (!namespaces.isEmpty()) {
      Namespaces.delete(layout, namespaces);
    }
    removeControlGroups();
    try {
      tree(layout.folder());
      if (Files.isDirectory(layout.folders().home())) {
        deleteIfEmpty(layout.folders().home());
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /**
   * Waits while somebody brings the lab up, lest more of it appears behind our back; not for ever,
   * since it is to go in any case.
   */
  private void awaitAssembly() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (isBeingBroughtUp() && System.nanoTime() < deadline) {
      pause();
    }
  }

  private boolean isBeingBroughtUp() {
    try (FileChannel channel = FileChannel.open(layout.beingBroughtUp(), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock == null;
    } catch (OverlappingFileLockException ourselves) {
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private List<String> namespaces() {
    return Namespaces.beginningWith(layout.namespacePrefix());
  }

  private void killEverythingIn(List<String> namespaces) {
    Set<NamespaceId> ours =
        namespaces.stream()
            .map(name -> Namespaces.id(Layout.NAMESPACES.resolve(name)))
            .flatMap(Optional::stream)
            .collect(Collectors.toSet());
    if (ours.stream().anyMatch(Namespaces::isMachine)) {
      throw new IllegalStateException("the machine's own namespace has the name of a lab's");
    }
    long self = ProcessHandle.current().pid();
    long deadline = System.nanoTime() + LIMIT.toNanos();
    Set<Long> killed = Set.of();
    while (true) {
      // A host's process 1 takes all of its host with it, also what is in namespaces of its own.
      Set<Long> present =
          processes().stream()
              .filter(pid -> pid != self && isIn(pid, ours))
              .collect(Collectors.toSet());
      present.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      if (present.isEmpty() && killed.stream().noneMatch(Removal::isDying)) {
        return;
      }
      killed = Stream.concat(killed.stream(), present.stream()).collect(Collectors.toSet());
      waitABit(deadline, "processes of lab " + layout.lab() + " do not end: " + present);
    }
  }

  private static boolean isIn(long pid, Set<NamespaceId> ours) {
    return Namespaces.id(Path.of("/proc", Long.toString(pid), "ns", "net"))
        .filter(ours::contains)
        .isPresent();
  }

  /** Tells whether a process is neither gone nor a zombie that its parent has yet to collect. */
  private static boolean isDying(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException gone) {
      return false;
    }
  }

  private static List<Long> processes() {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path entry : entries) {
        pids.add(Long.parseLong(entry.getFileName().toString()));
      }
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
    return pids;
  }

  private List<Path> controlGroupBranches() {
    List<Path> branches = new ArrayList<>();
    branches.add(CONTROL_GROUPS.resolve(layout.controlGroups()));
    if (Files.isDirectory(CONTROL_GROUPS)) {
      try (DirectoryStream<Path> hierarchies =
          Files.newDirectoryStream(CONTROL_GROUPS, Files::isDirectory)) {
        hierarchies.forEach(path -> branches.add(path.resolve(layout.controlGroups())));
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      }
    }
    branches.removeIf(branch -> !Files.isDirectory(branch));
    return branches;
  }

  private void removeControlGroups() {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    for (Path branch : controlGroupBranches()) {
      while (!removeControlGroup(branch)) {
        waitABit(deadline, "the control group " + branch + " stays busy");
      }
      try {
        deleteIfEmpty(requireNonNull(branch.getParent()));
      } catch (FileSystemException busy) {
        // another lab has just begun to use it
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      }
    }
  }

  /** Returns false while a process that was killed is still in it. */
  private static boolean removeControlGroup(Path branch) {
    if (!Files.exists(branch)) {
      return true;
    }
    try (Stream<Path> groups = Files.walk(branch)) {
      List<Path> deepestFirst =
          groups.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
      for (Path group : deepestFirst) {
        Files.deleteIfExists(group); // rmdir; the files in it are not real
      }
      return true;
    } catch (FileSystemException | UncheckedIOException busy) {
      return false;
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Removes a folder and all below it; does not cross into other file systems. */
  static void tree(Path folder) throws IOException {
    if (Files.exists(folder)) {
      Command.check(
          List.of("rm", "-rf", "--one-file-system", "--", folder.toString()),
          Duration.ofMinutes(2));
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException | NoSuchFileException used) {
      // another lab is there
    }
  }

  private static void waitABit(long deadline, String complaint) {
    if (System.nanoTime() > deadline) {
      throw LabProblem.of(complaint, "run fwctl lab down again");
    }
    pause();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw LabProblem.of("interrupted", "run fwctl lab down again", interruption);
    }
  }
}
