package dev.fwctl.plugin.ssh;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Problem;
import dev.fwctl.plugin.ssh.Identities.Credentials;
import dev.fwctl.plugin.ssh.Identities.Offer;
import dev.fwctl.plugin.ssh.Watchdog.Guard;
import dev.fwctl.spi.shell.HostWords;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.Service;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.connection.channel.OpenFailException;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AuthMethod;
import org.jspecify.annotations.Nullable;

/**
 * Connects and logs in, once; through jump hosts where there are some.
 *
 * <p>Whatever sshj throws is taken for the host's doing, also what would be a bug elsewhere: it
 * reads what a hostile host may have made up.
 *
 * <p>The time limit of the settings holds for the look-up of the name, for the TCP connection, for
 * the greeting and key exchange together, and for each try to log in.
 */
final class Dialer {
  private final Supplier<Config> config;
  private final Watchdog watchdog;
  private final NameResolver resolver;
  private final Map<String, JumpGate> gates = new ConcurrentHashMap<>();

  Dialer(Supplier<Config> config, Watchdog watchdog, NameResolver resolver) {
    this.config = config;
    this.watchdog = watchdog;
    this.resolver = resolver;
  }

  Login dial(Destination destination) throws ConnectFailure, InterruptedException {
    if (destination.jump().isEmpty()) {
      Socket socket = connect(destination);
      return logIn(
          destination,
          () ->
              new StreamSocket(
                  socket.getInputStream(),
                  socket.getOutputStream(),
                  destination.settings().port(),
                  socket),
          socket,
          Optional.empty());
    }
    Destination jump = destination.jump().get();
    Login through =
        gates
            .computeIfAbsent(jump.credentials().user() + "@" + jump.name(), _ -> new JumpGate())
            .pass(() -> dial(jump));
    boolean done = false;
    try {
      DirectConnection channel = open(destination, jump, through);
      Login login =
          logIn(
              destination,
              () ->
                  new StreamSocket(
                      channel.getInputStream(),
                      channel.getOutputStream(),
                      destination.settings().port(),
                      () -> {}),
              through.wire(),
              Optional.of(through));
      done = true;
      return login;
    } finally {
      if (!done) {
        through.close(watchdog);
      }
    }
  }

  private Socket connect(Destination destination) throws ConnectFailure, InterruptedException {
    Duration limit = destination.settings().timeout();
    List<InetAddress> addresses;
    try {
      addresses = resolver.resolve(destination.settings().address(), limit);
    } catch (UnknownHostException unknown) {
      throw unreachable(
          destination,
          "the name " + destination.settings().address() + " has no address",
          "correct the name, or set ansible_host",
          unknown);
    } catch (TimeoutException late) {
      throw unreachable(
          destination,
          "no answer to the look-up of the name " + destination.settings().address(),
          "check the name servers of this machine, or set ansible_host to an address",
          late);
    }
    long end = System.nanoTime() + limit.toNanos();
    IOException last = new UnknownHostException(destination.settings().address());
    for (int at = 0; at < addresses.size(); at++) {
      long share = (end - System.nanoTime()) / (addresses.size() - at);
      Socket socket = new Socket();
      try {
        // Without it the kernel holds back a small packet until the one before is acknowledged.
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.connect(
            new InetSocketAddress(addresses.get(at), destination.settings().port()),
            (int) Math.max(1, share / 1_000_000));
        return socket;
      } catch (IOException failed) {
        last = failed;
        closeQuietly(socket);
      }
    }
    throw noConnection(destination, last);
  }

  private static ConnectFailure noConnection(Destination destination, IOException reason) {
    String name = destination.name();
    if (reason instanceof SocketTimeoutException) {
      return unreachable(
          destination,
          "no answer from " + name + " within " + seconds(destination),
          "check that the host is up and that no firewall between drops the connection",
          reason);
    }
    if (reason instanceof ConnectException
        && String.valueOf(reason.getMessage()).contains("refused")) {
      return unreachable(
          destination,
          name + " refuses connections",
          "check that sshd runs there, and ansible_port",
          reason);
    }
    if (isReset(reason)) {
      return overloaded(destination, name + " closed the connection at once", reason);
    }
    return unreachable(
        destination,
        "no connection to " + name + ": " + HostWords.of(String.valueOf(reason.getMessage())),
        "check the address and the route to it",
        reason);
  }

  private DirectConnection open(Destination destination, Destination jump, Login through)
      throws ConnectFailure {
    AtomicBoolean late = new AtomicBoolean();
    try (Guard guard = guard(destination, 1, through, late)) {
      return through
          .client()
          .newDirectConnection(destination.settings().address(), destination.settings().port());
    } catch (OpenFailException refused) {
      throw unreachable(
          destination,
          "the jump host "
              + jump.name()
              + " does not connect to "
              + destination.name()
              + ": "
              + words(refused),
          "check the address as the jump host sees it, and AllowTcpForwarding in its sshd_config",
          refused);
    } catch (IOException | RuntimeException failed) {
      throw unreachable(
          destination,
          "the jump host "
              + jump.name()
              + (late.get() || isTimeout(failed)
                  ? " did not connect to " + destination.name() + " within " + seconds(destination)
                  : " failed to connect to " + destination.name() + ": " + words(failed)),
          "check the route from the jump host",
          failed);
    }
  }

  /** Opens the streams that sshj is to use. */
  private interface Wiring {
    StreamSocket socket() throws IOException;
  }

  private Login logIn(Destination destination, Wiring wiring, Closeable wire, Optional<Login> jump)
      throws ConnectFailure {
    SSHClient client = new SSHClient(config.get());
    Login login = new Login(client, wire, jump);
    boolean done = false;
    try {
      shakeHands(destination, wiring, login);
      authenticate(destination, login);
      done = true;
      return login;
    } finally {
      if (!done) {
        login.cutOff();
      }
    }
  }

  private void shakeHands(Destination destination, Wiring wiring, Login login)
      throws ConnectFailure {
    SSHClient client = login.client();
    int limit = (int) Math.clamp(destination.settings().timeout().toMillis(), 1, Integer.MAX_VALUE);
    client.getTransport().setTimeoutMs(limit);
    client.getConnection().setTimeoutMs(limit);
    HostKeyCheck check =
        new HostKeyCheck(
            destination.knownHosts(),
            destination.settings().address(),
            destination.settings().port());
    client.addHostKeyVerifier(check);
    AtomicBoolean late = new AtomicBoolean();
    try (Guard guard = guard(destination, 1, login, late)) {
      client.setSocketFactory(new ReadySocket(wiring.socket()));
      client.connect(destination.settings().address(), destination.settings().port());
    } catch (IOException | RuntimeException failed) {
      if (check.problem().isPresent()) {
        throw new ConnectFailure(check.problem().get(), false, failed);
      }
      throw noHandshake(destination, failed, late.get());
    }
  }

  private static ConnectFailure noHandshake(
      Destination destination, Exception reason, boolean late) {
    String name = destination.name();
    if (late || isTimeout(reason)) {
      return unreachable(
          destination,
          name + " did not finish the SSH handshake within " + seconds(destination),
          "check the load of the host, and that an SSH server answers at that port",
          reason);
    }
    Optional<NoGreetingException> greeting = find(reason, NoGreetingException.class);
    if (greeting.isPresent()) {
      String said = HostWords.of(greeting.get().said());
      return greeting.get().closed()
          ? overloaded(
              destination,
              name + " closed the connection before it greeted us" + quoted(said),
              reason)
          : unreachable(
              destination,
              name + " does not speak SSH" + quoted(said),
              "check ansible_port",
              reason);
    }
    String words = words(reason);
    if (words.contains("certificate check failed")) {
      return new ConnectFailure(
          Problem.at(
              destination.place(),
              ErrorCode.HOST_KEY,
              name + " presents a certificate that is no good: " + words,
              "make a new one with ssh-keygen -h -s, for the name that the inventory uses"),
          false,
          reason);
    }
    if (words.contains("Unable to reach a settlement")) {
      return unreachable(
          destination,
          name + " and we have no algorithm in common: " + words,
          "let its sshd_config offer curve25519-sha256, an AES cipher in GCM or CTR mode, and a host key"
              + " that is Ed25519, ECDSA or RSA with SHA-2",
          reason);
    }
    if (isBroken(reason)
        || stream(reason)
            .anyMatch(
                thrown ->
                    thrown instanceof SSHException exception
                        && exception.getDisconnectReason()
                            == DisconnectReason.TOO_MANY_CONNECTIONS)) {
      return overloaded(destination, name + " broke the SSH handshake off" + quoted(words), reason);
    }
    return unreachable(
        destination,
        "the SSH handshake with " + name + " failed: " + words,
        "try ssh -v to the same address",
        reason);
  }

  private void authenticate(Destination destination, Login login) throws ConnectFailure {
    Credentials credentials = destination.credentials();
    SSHClient client = login.client();
    List<String> tried = new ArrayList<>();
    AtomicBoolean late = new AtomicBoolean();
    try (Guard guard = guard(destination, credentials.offers().size() + 1, login, late)) {
      for (Offer offer : credentials.offers()) {
        AuthMethod method = offer.method().get();
        Collection<String> allowed = client.getUserAuth().getAllowedMethods();
        if (!allowed.isEmpty() && !allowed.contains(method.getName())) {
          continue;
        }
        tried.add(offer.label());
        if (isLetIn(destination, client, method)) {
          return;
        }
      }
    } catch (IOException | RuntimeException failed) {
      throw noLogin(destination, tried, failed, late.get());
    }
    throw refused(
        destination,
        tried,
        "it takes " + HostWords.of(String.join(", ", client.getUserAuth().getAllowedMethods())),
        null);
  }

  /** Tells whether one method let us in; a refusal is no exception, all else is. */
  private static boolean isLetIn(Destination destination, SSHClient client, AuthMethod method)
      throws IOException {
    try {
      return client
          .getUserAuth()
          .authenticate(
              destination.credentials().user(),
              (Service) client.getConnection(),
              method,
              client.getTransport().getTimeoutMs());
    } catch (UserAuthException failed) {
      if (isTimeout(failed) || !client.isConnected()) {
        throw failed;
      }
      return false;
    }
  }

  private static ConnectFailure noLogin(
      Destination destination, List<String> tried, Exception reason, boolean late) {
    if (late || isTimeout(reason)) {
      return unreachable(
          destination,
          destination.name() + " did not answer the log-in within " + seconds(destination),
          "check the load of the host",
          reason);
    }
    String words = words(reason);
    if (words.contains("authentication failures")) {
      return refused(destination, tried, "it said: " + words, reason);
    }
    return unreachable(
        destination,
        destination.name() + " broke the connection off while we logged in" + quoted(words),
        "look at the log of sshd there",
        reason);
  }

  private static ConnectFailure refused(
      Destination destination, List<String> tried, String answer, @Nullable Throwable reason) {
    Credentials credentials = destination.credentials();
    String remarks =
        credentials.remarks().isEmpty()
            ? ""
            : "; not tried: " + String.join("; ", credentials.remarks());
    return new ConnectFailure(
        Problem.at(
            destination.place(),
            ErrorCode.AUTHENTICATION,
            destination.name()
                + " refused the user "
                + credentials.user()
                + " with "
                + (tried.isEmpty() ? "nothing that we have" : String.join(", ", tried))
                + "; "
                + answer,
            "check ansible_user and ansible_ssh_private_key_file, and authorized_keys of that user"
                + remarks),
        false,
        reason);
  }

  private Guard guard(Destination destination, int steps, Login login, AtomicBoolean late) {
    return watchdog.after(
        destination.settings().timeout().multipliedBy(steps),
        () -> {
          late.set(true);
          login.cutOff();
        });
  }

  private static ConnectFailure unreachable(
      Destination destination, String message, String hint, Throwable reason) {
    return new ConnectFailure(
        Problem.at(destination.place(), ErrorCode.UNREACHABLE, message, hint), false, reason);
  }

  private static ConnectFailure overloaded(
      Destination destination, String message, Throwable reason) {
    return new ConnectFailure(
        Problem.at(
            destination.place(),
            ErrorCode.UNREACHABLE,
            message,
            "sshd may be overloaded (MaxStartups of sshd_config), or refuse our address"),
        true,
        reason);
  }

  private static boolean isTimeout(Throwable thrown) {
    return find(thrown, TimeoutException.class).isPresent();
  }

  private static boolean isReset(IOException thrown) {
    return thrown instanceof SocketException
        && String.valueOf(thrown.getMessage()).contains("reset");
  }

  private static boolean isBroken(Throwable thrown) {
    return stream(thrown)
        .anyMatch(
            cause ->
                cause instanceof SocketException
                    || String.valueOf(cause.getMessage()).startsWith("Broken transport"));
  }

  private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
    return stream(thrown).filter(type::isInstance).map(type::cast).findFirst();
  }

  private static Stream<Throwable> stream(Throwable thrown) {
    // A limit, since nothing forbids a chain of causes that is a ring.
    return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause).limit(20);
  }

  private static String words(Throwable thrown) {
    return HostWords.of(
        stream(thrown)
            .map(Throwable::getMessage)
            .filter(message -> message != null && !message.isBlank())
            .findFirst()
            .orElse(thrown.getClass().getSimpleName()));
  }

  private static String quoted(String said) {
    return said.isEmpty() ? "" : ": " + said;
  }

  private static String seconds(Destination destination) {
    Duration limit = destination.settings().timeout();
    return limit.toMillis() % 1000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  private static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException closedAnyway) {
      // It was never used.
    }
  }
}
