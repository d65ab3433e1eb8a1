package dev.fwctl.plugin.local;

import dev.fwctl.spi.shell.ShellProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process on this machine. */
final class LocalProcess implements ShellProcess {
  private final Process process;

  LocalProcess(Process process) {
    this.process = process;
  }

  @Override
  public OutputStream input() {
    return process.getOutputStream();
  }

  @Override
  public InputStream output() {
    return process.getInputStream();
  }

  @Override
  public InputStream errors() {
    return process.getErrorStream();
  }

  @Override
  public int awaitExit(Duration limit) throws IOException {
    try {
      if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new IOException("it closed its outputs and did not end");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", interrupted);
    }
    return process.exitValue();
  }

  /**
   * Kills the process and what it started.
   *
   * <p>The children first, and more than once: one that is killed late may have started another,
   * and those of a parent that is gone are not found any more. What has made itself a daemon lives.
   */
  @Override
  public void kill() {
    for (int round = 0; round < 3; round++) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
    }
    process.destroyForcibly();
  }
}
