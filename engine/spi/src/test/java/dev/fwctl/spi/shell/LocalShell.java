package dev.fwctl.spi.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A command started on this machine by a shell of choice, with a folder of fakes first on its PATH.
 */
final class LocalShell implements ShellProcess {
  private final Process process;
  private boolean killed;

  LocalShell(List<String> loginShell, String command, Path fakes) {
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(loginShell.stream(), Stream.of(command)).toList());
    builder.environment().put("PATH", fakes + ":" + System.getenv("PATH"));
    builder.environment().put("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean killed() {
    return killed;
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
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("no end");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return process.exitValue();
  }

  @Override
  public void kill() {
    killed = true;
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
