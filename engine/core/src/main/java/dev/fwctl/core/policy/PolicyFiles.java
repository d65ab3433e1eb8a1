package dev.fwctl.core.policy;

import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Finds the documents of a policy repository; symbolic links are followed. */
final class PolicyFiles {
  private final Function<Path, String> display;
  private final Problems problems;

  PolicyFiles(Function<Path, String> display, Problems problems) {
    this.display = display;
    this.problems = problems;
  }

  /** Returns the documents in the order of their paths; a problem when there is none. */
  List<Path> below(Path folder) {
    if (Files.isRegularFile(folder)) {
      return List.of(folder);
    }
    if (!Files.isDirectory(folder)) {
      problems.add(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              "the policy folder " + display.apply(folder) + " does not exist",
              "make it, or name another with -p"));
      return List.of();
    }
    int before = problems.met();
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          visitor(folder, files));
    } catch (IOException problem) {
      unreadable(folder, problem);
    }
    if (files.isEmpty() && problems.met() == before) {
      problems.add(
          Problem.of(
              ErrorCode.FILE_UNREADABLE,
              "the policy folder " + display.apply(folder) + " holds no document",
              "write one whose name ends in .yml; a document without policies takes away what is"
                  + " fwctl's on every host"));
    }
    Collections.sort(files);
    return files;
  }

  private FileVisitor<Path> visitor(Path folder, List<Path> files) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
        return !visited.equals(folder) && isHidden(visited)
            ? FileVisitResult.SKIP_SUBTREE
            : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (!isDocument(file)) {
          return FileVisitResult.CONTINUE;
        }
        if (attributes.isRegularFile()) {
          files.add(file);
        } else {
          problems.add(
              Problem.of(
                  ErrorCode.FILE_UNREADABLE, display.apply(file) + " can't be read: not a file"));
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException problem) {
        unreadable(file, problem);
        return FileVisitResult.CONTINUE;
      }
    };
  }

  private void unreadable(Path file, IOException problem) {
    String reason =
        problem instanceof FileSystemLoopException
            ? "it links to a folder that it lies in"
            : problem.toString();
    problems.add(
        Problem.of(ErrorCode.FILE_UNREADABLE, display.apply(file) + " can't be read: " + reason));
  }

  private static boolean isDocument(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !isHidden(file) && (name.endsWith(".yml") || name.endsWith(".yaml"));
  }

  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }
}
