package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A folder with inventories in it, of which tests write the files and read the hosts. */
final class Fleet {
  private final Path folder;

  Fleet(Path folder) {
    this.folder = folder;
  }

  static LocalSide localSide(Path folder) {
    return new LocalSide(folder, Path.of("/home/tester"), "tester", Set.of("ssh", "local"));
  }

  Path folder() {
    return folder;
  }

  /** Writes a file, with its folders. */
  Fleet file(String name, String text) {
    try {
      Path path = folder.resolve(name);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
      return this;
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  Inventory read(String... sources) {
    return new InventoryReader(localSide(folder), List.of()).read(List.of(sources));
  }

  /** Returns what is wrong with sources. */
  List<Problem> problems(String... sources) {
    return problemsOf(() -> read(sources));
  }

  /** Returns what is wrong with hosts of sources that can be read. */
  List<Problem> hostProblems(String... sources) {
    Inventory inventory = read(sources);
    return problemsOf(inventory::hosts);
  }

  /** Returns what is wrong with what a step makes; nothing when it makes it. */
  static List<Problem> problemsOf(Supplier<?> step) {
    FwctlException thrown = catchThrowableOfType(FwctlException.class, step::get);
    return thrown == null ? List.of() : thrown.problems();
  }

  Host host(String name, String... sources) {
    return read(sources).select(name, Optional.empty()).getFirst();
  }

  ConnectionSettings connection(String name, String... sources) {
    return host(name, sources).connection();
  }
}
