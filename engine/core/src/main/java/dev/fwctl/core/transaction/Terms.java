package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * How long is waited for what.
 *
 * @param goesBackAfter how long a change stays unless it is kept; from {@link #SHORTEST} to {@link
 *     #LONGEST}
 * @param soak how long hosts stay unconfirmed when somebody is to confirm them; nothing when they
 *     are kept as soon as they are seen to be right
 * @param lockTimeout how long to wait for a host that somebody else is changing
 */
public record Terms(Duration goesBackAfter, Optional<Duration> soak, Duration lockTimeout) {
  /** A log-in takes longer than this on a host under load. */
  public static final Duration SHORTEST = Duration.ofSeconds(5);

  public static final Duration LONGEST = Duration.ofHours(24);

  public static final Terms DEFAULT =
      new Terms(Duration.ofSeconds(60), Optional.empty(), Duration.ZERO);

  public Terms {
    requireWithin(goesBackAfter);
    soak.ifPresent(Terms::requireWithin);
    if (requireNonNull(lockTimeout, "lockTimeout is null").isNegative()) {
      throw new IllegalArgumentException("lockTimeout is negative: " + lockTimeout);
    }
  }

  private static void requireWithin(Duration time) {
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("not from 5 seconds to 24 hours: " + time);
    }
  }
}
