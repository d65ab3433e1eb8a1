package dev.fwctl.plugin.ssh;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The way to one jump host, for all hosts behind it.
 *
 * <p>sshd refuses at random when more than ten connections have not logged in yet (MaxStartups of
 * sshd_config), so no more than eight are on their way. When one finds the jump host dead, those
 * that wait behind it share that answer; otherwise a hundred of them would wait out the time limit
 * one after the other.
 */
final class JumpGate {
  private static final int AT_ONCE = 8;

  private final Semaphore permits = new Semaphore(AT_ONCE, true);
  private long failures;
  private @Nullable ConnectFailure last;

  /** What is done at the gate. */
  interface Passage {
    Login login() throws ConnectFailure, InterruptedException;
  }

  Login pass(Passage passage) throws ConnectFailure, InterruptedException {
    long before = failures();
    permits.acquire();
    try {
      throwIfFailedSince(before);
      return passage.login();
    } catch (ConnectFailure failure) {
      if (!failure.forLoad()) {
        remember(failure);
      }
      throw failure;
    } finally {
      permits.release();
    }
  }

  private synchronized long failures() {
    return failures;
  }

  private synchronized void remember(ConnectFailure failure) {
    failures++;
    last = failure;
  }

  private synchronized void throwIfFailedSince(long before) throws ConnectFailure {
    ConnectFailure failure = last;
    if (failure != null && failures > before) {
      throw failure;
    }
  }
}
