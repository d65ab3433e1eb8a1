package dev.fwctl.plugin.ssh;

import dev.fwctl.spi.shell.ShellProcess;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.connection.channel.direct.Session.Command;

/** A command in a channel of a connection. */
final class SshProcess implements ShellProcess {
  private final Command command;
  private final Login login;

  SshProcess(Command command, Login login) {
    this.command = command;
    this.login = login;
  }

  @Override
  public OutputStream input() {
    return new FilterOutputStream(command.getOutputStream()) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
          out.write(bytes, offset, length);
        } catch (RuntimeException broken) {
          throw brokenOff(broken);
        }
      }

      @Override
      public void flush() throws IOException {
        try {
          out.flush();
        } catch (RuntimeException broken) {
          throw brokenOff(broken);
        }
      }

      @Override
      public void close() throws IOException {
        try {
          out.close();
        } catch (RuntimeException broken) {
          throw brokenOff(broken);
        }
      }
    };
  }

  /** After a write that failed, sshj throws from buffers that it left half written. */
  private static IOException brokenOff(RuntimeException thrown) {
    return new IOException("the connection broke", thrown);
  }

  @Override
  public InputStream output() {
    return command.getInputStream();
  }

  @Override
  public InputStream errors() {
    return command.getErrorStream();
  }

  @Override
  public int awaitExit(Duration limit) throws IOException {
    command.join(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
    Integer status = command.getExitStatus();
    if (status == null) {
      throw new IOException(
          command.getExitSignal() == null
              ? "the command ended without a status"
              : "the command was killed by the signal " + command.getExitSignal());
    }
    return status;
  }

  /**
   * Closes the connection and not only the channel: a host that is hostile or hangs would not let
   * the channel be closed.
   */
  @Override
  public void kill() {
    login.cutOff();
  }
}
