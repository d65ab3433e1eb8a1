package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The state of the policy repository that is applied.
 *
 * @param commit the commit; nothing when the folder is not under Git or Git is not installed
 * @param dirty whether there were changes that were not committed
 */
public record Revision(Optional<String> commit, boolean dirty) {
  private static final long GIT_SECONDS = 10;

  public Revision {
    requireNonNull(commit, "commit is null");
  }

  /** Asks Git; whatever keeps it from answering means that there is no revision. */
  public static Revision of(Path folder) {
    Optional<String> commit =
        git(folder, "rev-parse", "--verify", "HEAD")
            .map(String::strip)
            .filter(text -> text.matches("[0-9a-f]{40,64}"));
    boolean dirty =
        commit.isPresent()
            && git(folder, "status", "--porcelain", "--", ".")
                .map(text -> !text.isBlank())
                .orElse(true);
    return new Revision(commit, dirty);
  }

  private static Optional<String> git(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(GIT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          return Optional.empty();
        }
        return process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
