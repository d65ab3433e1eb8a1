package dev.fwctl.plugin.ssh;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.plugin.ssh.Watchdog.Guard;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import dev.fwctl.spi.shell.HostWords;
import dev.fwctl.spi.shell.RootShell;
import java.io.IOException;
import net.schmizz.sshj.connection.channel.direct.Session;

/** A host that we are logged in to; each script has a channel of its own. */
final class SshConnection implements Connection {
  private final Host host;
  private final Login login;
  private final Watchdog watchdog;
  private final RootShell shell;

  SshConnection(Host host, Login login, Watchdog watchdog) {
    this.host = host;
    this.login = login;
    this.watchdog = watchdog;
    this.shell = new RootShell(host);
  }

  @Override
  public Execution execute(Script script) {
    return shell.execute(start(), script);
  }

  private SshProcess start() {
    try (Guard guard = watchdog.after(host.connection().timeout().multipliedBy(2), login::cutOff)) {
      Session session = login.client().startSession();
      return new SshProcess(session.exec(shell.command()), login);
    } catch (IOException | RuntimeException failed) {
      login.cutOff();
      throw new FwctlException(
          Problem.at(
              host.place(),
              ErrorCode.UNREACHABLE,
              "the host started no command: " + HostWords.of(String.valueOf(failed.getMessage())),
              "the connection may have broken; else look at the log of sshd there"),
          failed);
    }
  }

  @Override
  public void close() {
    login.close(watchdog);
  }
}
