package dev.fwctl.core.facts;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import java.time.Duration;

/**
 * Something to do on each of many hosts; called by many threads at once.
 *
 * @param <R> what comes of it
 */
public interface HostWork<R> {
  /**
   * Does the work on one host.
   *
   * @throws FwctlException when the host or the user is at fault
   */
  R on(Host host);

  /**
   * Makes a result of a failure: of what {@link #on} threw, of a time limit that was exceeded
   * (LIMIT_EXCEEDED), or of a mistake in fwctl or a plugin, which is the failure's cause then.
   *
   * @param after how long the work had been going on
   */
  R failed(Host host, FwctlException failure, Duration after);

  /** Hears how the work goes on; called by many threads at once, and should return at once. */
  interface Listener<R> {
    /** The work on a host begins. */
    void started(Host host);

    /** The work on a host is over; {@link HostWork#failed} may have made the result. */
    void finished(Host host, R result);

    /** Returns a listener that does nothing. */
    static <R> Listener<R> silent() {
      return new Listener<>() {
        @Override
        public void started(Host host) {}

        @Override
        public void finished(Host host, R result) {}
      };
    }
  }
}
