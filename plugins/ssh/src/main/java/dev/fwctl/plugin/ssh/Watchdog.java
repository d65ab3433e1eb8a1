package dev.fwctl.plugin.ssh;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Cuts off what takes too long.
 *
 * <p>A socket's own time limit is for one read, so a host that sends a byte now and then never
 * passes it; and sshj's limits do not cover a write that blocks. One thread serves all connections.
 */
final class Watchdog implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  Watchdog() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("fwctl-ssh-watchdog").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Does something after a time unless the guard was closed before. */
  Guard after(Duration limit, Runnable cutOff) {
    return new Guard(timer.schedule(cutOff, limit.toNanos(), TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** What waits for its time to come. */
  record Guard(ScheduledFuture<?> task) implements AutoCloseable {
    @Override
    public void close() {
      task.cancel(false);
    }
  }
}
