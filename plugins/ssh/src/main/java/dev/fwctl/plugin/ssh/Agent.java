package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.plugin.ssh.Watchdog.Guard;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The user's ssh-agent, as far as logging in needs it. Source: draft-ietf-sshm-ssh-agent.
 *
 * <p>sshj 0.40.0 has none; the one of later releases replaces this class and {@link
 * AgentAuthentication}. Each request is a connection of its own, so that threads need not wait for
 * each other.
 */
final class Agent {
  private static final int FAILURE = 5;
  private static final int REQUEST_IDENTITIES = 11;
  private static final int IDENTITIES_ANSWER = 12;
  private static final int SIGN_REQUEST = 13;
  private static final int SIGN_RESPONSE = 14;

  /** Longer than any honest answer; OpenSSH's agent itself has this limit. */
  private static final int LONGEST_ANSWER = 256 * 1024;

  /** Asks for a signature with SHA-256 by an RSA key. */
  static final int RSA_SHA2_256 = 2;

  /** Asks for a signature with SHA-512 by an RSA key. */
  static final int RSA_SHA2_512 = 4;

  private final Path socket;
  private final Watchdog watchdog;

  Agent(Path socket, Watchdog watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * A key that the agent holds.
   *
   * @param key the public key
   * @param comment what the user called it
   */
  record AgentKey(EncodedKey key, String comment) {}

  List<AgentKey> keys(Duration limit) throws IOException {
    ByteBuffer request = ByteBuffer.allocate(5).putInt(1).put((byte) REQUEST_IDENTITIES).flip();
    ByteBuffer answer = ask(request, IDENTITIES_ANSWER, limit);
    try {
      int count = answer.getInt();
      List<AgentKey> keys = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        EncodedKey key = EncodedKey.of(string(answer));
        keys.add(new AgentKey(key, new String(string(answer), UTF_8)));
      }
      return keys;
    } catch (BufferUnderflowException malformed) {
      throw new IOException("the agent's answer is cut short", malformed);
    }
  }

  /** Returns the signature as SSH encodes it. */
  byte[] sign(EncodedKey key, byte[] data, int flags, Duration limit) throws IOException {
    byte[] blob = key.encoded();
    int length = 1 + 4 + blob.length + 4 + data.length + 4;
    ByteBuffer request =
        ByteBuffer.allocate(4 + length)
            .putInt(length)
            .put((byte) SIGN_REQUEST)
            .putInt(blob.length)
            .put(blob)
            .putInt(data.length)
            .put(data)
            .putInt(flags)
            .flip();
    try {
      return string(ask(request, SIGN_RESPONSE, limit));
    } catch (BufferUnderflowException malformed) {
      throw new IOException("the agent's answer is cut short", malformed);
    }
  }

  private ByteBuffer ask(ByteBuffer request, int wanted, Duration limit) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Guard guard = watchdog.after(limit, () -> closeQuietly(channel))) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      while (request.hasRemaining()) {
        channel.write(request);
      }
      int length = read(channel, 4).getInt();
      if (length < 1 || length > LONGEST_ANSWER) {
        throw new IOException("the agent's answer has a length of " + length);
      }
      ByteBuffer answer = read(channel, length);
      int type = answer.get();
      if (type != wanted) {
        throw new IOException(
            type == FAILURE ? "the agent refused" : "the agent answered with " + type);
      }
      return answer;
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // Nobody waits for it.
    }
  }

  private static ByteBuffer read(SocketChannel channel, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("the agent closed the connection");
      }
    }
    return bytes.flip();
  }

  private static byte[] string(ByteBuffer bytes) {
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] string = new byte[length];
    bytes.get(string);
    return string;
  }
}
