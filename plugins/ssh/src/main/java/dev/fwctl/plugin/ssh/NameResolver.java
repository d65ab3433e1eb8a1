package dev.fwctl.plugin.ssh;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the addresses of a name, within a time.
 *
 * <p>The system's resolver knows no limit and holds the thread that asks, so it asks on a thread of
 * the platform: two virtual threads in a hanging look-up would stop all others of a small machine.
 */
final class NameResolver implements AutoCloseable {
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("fwctl-ssh-resolver-", 0).factory());

  /**
   * Returns the addresses in the order in which the system gives them.
   *
   * @throws UnknownHostException when the name has none
   * @throws TimeoutException when the look-up took too long
   */
  List<InetAddress> resolve(String name, Duration limit)
      throws UnknownHostException, TimeoutException, InterruptedException {
    try {
      return List.of(InetAddress.ofLiteral(name));
    } catch (IllegalArgumentException notAnAddress) {
      return lookUp(name, limit);
    }
  }

  private List<InetAddress> lookUp(String name, Duration limit)
      throws UnknownHostException, TimeoutException, InterruptedException {
    Future<InetAddress[]> answer = threads.submit(() -> InetAddress.getAllByName(name));
    try {
      return List.of(answer.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ExecutionException failed) {
      UnknownHostException unknown = new UnknownHostException(name);
      unknown.initCause(failed.getCause());
      throw unknown;
    } finally {
      answer.cancel(true);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
