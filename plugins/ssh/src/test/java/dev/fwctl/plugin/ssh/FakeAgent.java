package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;

/** An ssh-agent that holds RSA keys. */
final class FakeAgent implements AutoCloseable {
  private final Path socket;
  private final ServerSocketChannel listener;

  private interface Handler {
    void serve(DataInputStream in, DataOutputStream out) throws IOException;
  }

  private FakeAgent(Path folder, Handler handler) throws IOException {
    socket = folder.resolve("agent");
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual().start(() -> accept(handler));
  }

  FakeAgent(Path folder, KeyPair... keys) throws IOException {
    this(folder, (in, out) -> serve(List.of(keys), in, out));
  }

  static FakeAgent silent(Path folder) throws IOException {
    return new FakeAgent(folder, (in, _) -> in.readAllBytes());
  }

  static FakeAgent answering(Path folder, byte[] answer) throws IOException {
    return new FakeAgent(
        folder,
        (in, out) -> {
          out.write(answer);
          out.flush();
          in.readAllBytes();
        });
  }

  Path socket() {
    return socket;
  }

  private void accept(Handler handler) {
    while (listener.isOpen()) {
      try {
        SocketChannel channel = listener.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (channel) {
                    handler.serve(
                        new DataInputStream(Channels.newInputStream(channel)),
                        new DataOutputStream(Channels.newOutputStream(channel)));
                  } catch (IOException gone) {
                    // The client has what it wanted.
                  }
                });
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void serve(List<KeyPair> keys, DataInputStream in, DataOutputStream out)
      throws IOException {
    byte[] request = new byte[in.readInt()];
    in.readFully(request);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream answer = new DataOutputStream(bytes);
    if (request[0] == 11) {
      answer.writeByte(12);
      answer.writeInt(keys.size());
      for (KeyPair key : keys) {
        string(answer, EncodedKey.of(key.getPublic()).encoded());
        string(answer, "a comment".getBytes(UTF_8));
      }
    } else {
      DataInputStream fields =
          new DataInputStream(new ByteArrayInputStream(request, 1, request.length - 1));
      byte[] wanted = string(fields);
      byte[] data = string(fields);
      int flags = fields.readInt();
      KeyPair key =
          keys.stream()
              .filter(pair -> Arrays.equals(EncodedKey.of(pair.getPublic()).encoded(), wanted))
              .findFirst()
              .orElseThrow();
      ByteArrayOutputStream signature = new ByteArrayOutputStream();
      DataOutputStream parts = new DataOutputStream(signature);
      string(parts, (flags == 4 ? "rsa-sha2-512" : "rsa-sha2-256").getBytes(UTF_8));
      string(parts, sign(key, data, flags == 4 ? "SHA512withRSA" : "SHA256withRSA"));
      answer.writeByte(14);
      string(answer, signature.toByteArray());
    }
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
    out.flush();
  }

  private static byte[] sign(KeyPair key, byte[] data, String algorithm) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key.getPrivate());
      signature.update(data);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void string(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] string(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
