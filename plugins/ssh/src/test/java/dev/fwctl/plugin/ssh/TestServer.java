package dev.fwctl.plugin.ssh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.apache.sshd.server.shell.ProcessShellFactory;

/** An SSH server on this machine's loopback, which runs commands as this process's user. */
final class TestServer implements AutoCloseable {
  private final SshServer server = SshServer.setUpDefaultServer();
  private final KeyPair hostKey;
  private final List<String> attempts = Collections.synchronizedList(new ArrayList<>());
  private final AtomicReference<Optional<PublicKey>> authorized =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> password =
      new AtomicReference<>(Optional.empty());

  private TestServer(KeyPair hostKey) {
    this.hostKey = hostKey;
    server.setHost("127.0.0.1");
    server.setPort(0);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setUserAuthFactories(
        List.of(UserAuthPublicKeyFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
    server.setPublickeyAuthenticator(
        (user, key, _) -> {
          attempts.add(user + " by key");
          return authorized.get().filter(key::equals).isPresent();
        });
    server.setPasswordAuthenticator(
        (user, offered, _) -> {
          attempts.add(user + " by password");
          return password.get().filter(offered::equals).isPresent();
        });
    server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
  }

  /** Starts a server where {@code id -u} prints 0, whoever runs the tests. */
  static TestServer start(KeyPair hostKey, Path folder) {
    TestServer server = new TestServer(hostKey);
    Path fakes = folder.resolve("fakes");
    try {
      if (!Files.exists(fakes.resolve("id"))) {
        Files.createDirectories(fakes);
        Files.writeString(fakes.resolve("id"), "#!/bin/sh\necho 0\n");
        if (!fakes.resolve("id").toFile().setExecutable(true)) {
          throw new IOException("can't make a script executable");
        }
      }
      server.runsCommandsAfter("PATH=" + fakes + ":$PATH;");
      server.server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return server;
  }

  TestServer runsCommandsAfter(String prologue) {
    server.setCommandFactory(
        (channel, command) ->
            new ProcessShellFactory(command, "/bin/sh", "-c", prologue + command)
                .createShell(channel));
    return this;
  }

  TestServer authorize(PublicKey key) {
    authorized.set(Optional.of(key));
    return this;
  }

  TestServer acceptPassword(String value) {
    password.set(Optional.of(value));
    return this;
  }

  SshServer server() {
    return server;
  }

  int port() {
    return server.getPort();
  }

  /** Returns the line for known_hosts. */
  String knownHostsLine() {
    return knownHostsLine("[127.0.0.1]:" + port(), hostKey.getPublic());
  }

  static String knownHostsLine(String hosts, PublicKey key) {
    EncodedKey encoded = EncodedKey.of(key);
    return hosts + " " + encoded.type() + " " + encoded.base64();
  }

  /** Returns each log-in that was tried, in order. */
  List<String> attempts() {
    return List.copyOf(attempts);
  }

  int sessions() {
    return server.getActiveSessions().size();
  }

  static KeyPair ecdsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a pair of the test keys; making one of RSA takes seconds. */
  static KeyPair rsa(String name) {
    KeyFile file = KeyFile.read(TestHosts.key(name), ClientConfig.create());
    if (file instanceof KeyFile.Usable key) {
      return key.pair();
    }
    throw new IllegalArgumentException(name + ": " + file);
  }

  @Override
  public void close() {
    try {
      server.stop(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
