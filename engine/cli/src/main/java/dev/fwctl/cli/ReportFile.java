package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that a command writes besides what it prints.
 *
 * @param base the folder that it is named from
 * @param name its name, as somebody gave it
 * @param example how somebody names such a file
 */
record ReportFile(Path base, Path name, String example) {
  ReportFile {
    requireNonNull(base, "base is null");
    requireNonNull(name, "name is null");
    requireNonNull(example, "example is null");
  }

  private Path path() {
    return base.resolve(name);
  }

  /**
   * Hosts are not asked for a report that has no place.
   *
   * @throws FwctlException with code FILE_UNREADABLE when there is no folder for it
   */
  void requireFolder() {
    Path folder = path().toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw unwritable("its folder is not there");
    }
  }

  /**
   * Nobody's work is written over.
   *
   * @throws FwctlException with code FILE_UNREADABLE when it is there, or has no folder
   */
  void requireNew() {
    if (Files.exists(path())) {
      throw unwritable("it is there already");
    }
    requireFolder();
  }

  /** Writes it, also over one that is there. */
  void write(String text) {
    write(
        text,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING);
  }

  /** Writes it, unless it is there. */
  void writeNew(String text) {
    write(text, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
  }

  private void write(String text, OpenOption... options) {
    try {
      Files.writeString(path(), text, options);
    } catch (FileAlreadyExistsException e) {
      throw unwritable("it is there already");
    } catch (IOException e) {
      throw unwritable(e.toString());
    }
  }

  private FwctlException unwritable(String why) {
    return new FwctlException(
        Problem.of(
            ErrorCode.FILE_UNREADABLE,
            "%s can't be written: %s".formatted(name, why),
            "name a file in a folder that is there, as in " + example));
  }
}
