package dev.fwctl.cli;

import dev.fwctl.core.converge.Share;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which hosts a command works on, and how many at once. */
final class HostOptions {
  /** As many connections as an ordinary machine opens at once without a thought for its limits. */
  static final int DEFAULT_PARALLELISM = 50;

  private static final int MOST_PARALLELISM = 1000;

  @Option(
      names = "--limit",
      paramLabel = "PATTERN",
      description = "Only the hosts that this host pattern selects, such as 'web:&prod:!web-03'.")
  private @Nullable String limit;

  @Option(
      names = "--exclude",
      paramLabel = "PATTERN",
      description = "All hosts but those that this host pattern selects.")
  private @Nullable String exclude;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  private int parallelism = DEFAULT_PARALLELISM;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      description = "How many connections are open at once, 1 to 1000. Default: 50")
  private void setParallelism(int connections) {
    if (connections < 1 || connections > MOST_PARALLELISM) {
      throw new ParameterException(
          command.commandLine(), "--parallelism takes 1 to " + MOST_PARALLELISM);
    }
    parallelism = connections;
  }

  @Option(
      names = "--allow-unreachable",
      paramLabel = "N|N%",
      converter = RolloutOptions.ShareConverter.class,
      description = "How many hosts may be left out before the exit code is 4. Default: 0")
  private Share tolerance = Share.NONE;

  Optional<String> limit() {
    return Optional.ofNullable(limit);
  }

  Optional<String> exclude() {
    return Optional.ofNullable(exclude);
  }

  Share tolerance() {
    return tolerance;
  }

  int parallelism() {
    return parallelism;
  }
}
