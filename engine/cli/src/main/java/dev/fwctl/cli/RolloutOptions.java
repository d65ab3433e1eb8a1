package dev.fwctl.cli;

import dev.fwctl.core.converge.Rollout;
import dev.fwctl.core.converge.Share;
import dev.fwctl.core.transaction.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How hosts are changed: in which order, how long a change waits, and when the run stops. */
final class RolloutOptions {
  @Option(
      names = "--waves",
      paramLabel = "N|N%",
      split = ",",
      converter = ShareConverter.class,
      description = {
        "How many hosts are done after each wave, such as 1,10%%,100%%. No failure is borne in the"
            + " first. Default: all at once"
      })
  private List<Share> waves = new ArrayList<>();

  @Option(
      names = "--max-failures",
      paramLabel = "N|N%",
      converter = ShareConverter.class,
      description = {
        "Stop when so many hosts have failed, gone back, or not answered since they were changed.",
        "Default: 1 with several waves or with --on-failure rollback, else never"
      })
  private @Nullable Share maxFailures;

  @Option(
      names = "--on-failure",
      paramLabel = "stop|rollback",
      converter = OnFailureConverter.class,
      description =
          "What a run that stops does to the hosts that it has changed. Default: ${DEFAULT-VALUE}",
      defaultValue = "stop")
  private OnFailure onFailure = OnFailure.STOP;

  @Option(
      names = "--rollback-after",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = {
        "After how long a host goes back by itself unless a new connection came through: 5s to"
            + " 24h. Default: 60s"
      })
  private Duration rollbackAfter = Terms.DEFAULT.goesBackAfter();

  @Option(
      names = "--lock-timeout",
      paramLabel = "TIME",
      converter = WaitConverter.class,
      description = "How long to wait for a host that somebody else is changing. Default: 0s")
  private Duration lockTimeout = Duration.ZERO;

  /** What becomes of the hosts that were changed when a run stops. */
  enum OnFailure {
    STOP,
    ROLLBACK
  }

  OnFailure onFailure() {
    return onFailure;
  }

  Rollout rollout(int parallelism) {
    Optional<Share> most =
        Optional.ofNullable(maxFailures)
            .or(
                () ->
                    waves.isEmpty() && onFailure == OnFailure.STOP
                        ? Optional.empty()
                        : Optional.of(new Share(1, false)));
    return new Rollout(parallelism, waves, most);
  }

  Terms terms(Optional<Duration> soak) {
    return new Terms(rollbackAfter, soak, lockTimeout);
  }

  /** Reads {@code N} or {@code N%}. */
  static final class ShareConverter implements ITypeConverter<Share> {
    @Override
    public Share convert(String text) {
      return Share.parse(text)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "expected a number of hosts, or a percentage as 10%"));
    }
  }

  /** Reads what to do when a run stops. */
  static final class OnFailureConverter implements ITypeConverter<OnFailure> {
    @Override
    public OnFailure convert(String text) {
      return switch (text) {
        case "stop" -> OnFailure.STOP;
        case "rollback" -> OnFailure.ROLLBACK;
        default -> throw new TypeConversionException("expected 'stop' or 'rollback'");
      };
    }
  }

  /** Reads a time such as {@code 90s}, {@code 10m}, {@code 1h}, of which any length is fine. */
  static final class WaitConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[0-9]{1,6}[smh]")) {
        throw new TypeConversionException("expected a time as 90s, 10m or 1h");
      }
      long number = Long.parseLong(text.substring(0, text.length() - 1));
      return switch (text.charAt(text.length() - 1)) {
        case 's' -> Duration.ofSeconds(number);
        case 'm' -> Duration.ofMinutes(number);
        default -> Duration.ofHours(number);
      };
    }
  }

  /** Reads a time that a change may wait on a host. */
  static final class TimeConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration time = new WaitConverter().convert(text);
      if (time.compareTo(Terms.SHORTEST) < 0 || time.compareTo(Terms.LONGEST) > 0) {
        throw new TypeConversionException("expected a time from 5s to 24h");
      }
      return time;
    }
  }
}
