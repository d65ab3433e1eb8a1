package dev.fwctl.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * Shows how far a run over many hosts has come: one line that is rewritten on a terminal, one line
 * a finished host elsewhere.
 *
 * <p>Used by many threads at once.
 */
final class Progress implements AutoCloseable {
  private static final Duration REDRAW_INTERVAL = Duration.ofMillis(100);

  private final PrintStream err;
  private final boolean rewrites;
  private final String work;
  private final int total;
  private final InstantSource clock;
  private final Instant begin;
  private Instant lastDrawn = Instant.EPOCH;
  private int running;
  private int done;
  private int failed;

  /**
   * Begins to show.
   *
   * @param work what is done, such as {@code gathering facts}
   * @param total how many hosts there are
   */
  Progress(Terminal terminal, String work, int total, InstantSource clock) {
    this.err = terminal.err();
    this.rewrites = terminal.errIsRewritable();
    this.work = work;
    this.total = total;
    this.clock = clock;
    this.begin = clock.instant();
    draw(true);
  }

  synchronized void started() {
    running++;
    draw(false);
  }

  /**
   * Counts a host that is finished.
   *
   * @param host its name
   * @param success whether all went well
   * @param words what became of it, in a word or two
   */
  synchronized void finished(String host, boolean success, String words) {
    running--;
    done++;
    if (!success) {
      failed++;
    }
    if (rewrites) {
      draw(done == total);
    } else {
      err.println(host + ": " + words);
    }
  }

  private void draw(boolean always) {
    Instant now = clock.instant();
    if (!rewrites || (!always && Duration.between(lastDrawn, now).compareTo(REDRAW_INTERVAL) < 0)) {
      return;
    }
    lastDrawn = now;
    double seconds = Duration.between(begin, now).toMillis() / 1000.0;
    err.printf(
        Locale.ROOT,
        "\r\u001b[K%s: %d of %d hosts done, %d running%s, %.1f s",
        work,
        done,
        total,
        running,
        failed == 0 ? "" : ", " + failed + " failed",
        seconds);
    err.flush();
  }

  /** Takes the rewritten line away. */
  @Override
  public synchronized void close() {
    if (rewrites) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}
