package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much of one host we bear.
 *
 * @param script the longest wait for the answer of the probes, once connected
 * @param host the longest wait for everything, from the start of the connection to the last parsed
 *     fact
 * @param outputBytes the most bytes that all probes together may print
 * @param sectionCharacters the most characters that one probe may print
 */
public record FactLimits(Duration script, Duration host, int outputBytes, int sectionCharacters) {
  /**
   * Far above what an honest host needs: a container takes some 8 KiB, a rule some 100 bytes.
   *
   * <p>The Docker probe gives up by itself after 10 seconds, so that the other facts of a host with
   * a hung engine still arrive.
   */
  public static final FactLimits DEFAULT =
      new FactLimits(Duration.ofSeconds(60), Duration.ofMinutes(3), 32 << 20, 16 << 20);

  public FactLimits {
    requireNonNull(script, "script is null");
    requireNonNull(host, "host is null");
    if (outputBytes < 1 || sectionCharacters < 1) {
      throw new IllegalArgumentException("limits are positive");
    }
  }
}
