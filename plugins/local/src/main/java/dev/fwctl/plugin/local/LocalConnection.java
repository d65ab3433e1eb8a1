package dev.fwctl.plugin.local;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import dev.fwctl.spi.shell.RootShell;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Runs scripts on this machine, each in a process of its own. */
final class LocalConnection implements Connection {
  private final Host host;
  private final RootShell shell;
  private final List<String> interpreter;

  LocalConnection(Host host) {
    this(host, List.of("/bin/sh", "-c"));
  }

  /** Creates a connection whose commands another program starts, which tests need. */
  LocalConnection(Host host, List<String> interpreter) {
    this.host = host;
    this.shell = new RootShell(host);
    this.interpreter = List.copyOf(interpreter);
  }

  @Override
  public Execution execute(Script script) {
    return shell.execute(start(), script);
  }

  private LocalProcess start() {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(interpreter.stream(), Stream.of(shell.command())).toList());
    builder.directory(new File("/"));
    // The way by which the user came here is not fwctl's own connection to a host.
    builder.environment().keySet().removeAll(List.of("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"));
    // What a shell would run before the script.
    builder.environment().keySet().removeAll(List.of("ENV", "BASH_ENV"));
    try {
      return new LocalProcess(builder.start());
    } catch (IOException failed) {
      throw new FwctlException(
          Problem.at(
              host.place(),
              ErrorCode.UNREACHABLE,
              "can't start " + interpreter.getFirst() + " here: " + failed.getMessage(),
              "the local connection needs a POSIX shell"),
          failed);
    }
  }

  @Override
  public void close() {
    // Each process ended with its script.
  }
}
