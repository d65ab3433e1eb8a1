package dev.fwctl.spi;

import dev.fwctl.model.Fact;
import org.pf4j.ExtensionPoint;

/**
 * Learns one thing of a host.
 *
 * <p>A gatherer never talks to a host: it names a probe, and parses what the probe printed. The
 * engine joins the probes of all gatherers into one script, so that one more fact costs no round
 * trip.
 */
public interface FactGatherer extends ExtensionPoint {
  /** Returns a short name in lower case letters, digits and hyphens, unique among the gatherers. */
  String name();

  /**
   * Returns a fragment of POSIX sh that prints the answer on standard output.
   *
   * <p>It runs as root in a subshell with {@code LC_ALL=C} and a full {@code PATH}, changes nothing
   * on the host, and is the same for every host. What its commands print on standard error is kept
   * apart.
   */
  String probe();

  /**
   * Tells whether only those commands ask that show what was learnt or follow packets; a plan, and
   * what makes a change, never wait for it.
   */
  default boolean onDemand() {
    return false;
  }

  /**
   * Makes a fact of what the probe printed.
   *
   * @throws dev.fwctl.model.FwctlException with code ANSWER_MALFORMED or HOST_UNSUITABLE; the host
   *     is then reported and left alone
   */
  Fact parse(ProbeAnswer answer);
}
