package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import net.schmizz.sshj.Config;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.userauth.keyprovider.FileKeyProvider;
import net.schmizz.sshj.userauth.keyprovider.KeyFormat;
import net.schmizz.sshj.userauth.keyprovider.KeyProviderUtil;

/** What a file of a private key turned out to be. */
sealed interface KeyFile {
  /** A key to log in with. */
  record Usable(KeyPair pair) implements KeyFile {}

  /** There is no such file. */
  record Absent() implements KeyFile {}

  /**
   * A key that takes a passphrase, or a token that the file only stands for.
   *
   * @param publicKey the public key as SSH encodes it, where the file or the one beside it says it
   */
  record Locked(Optional<EncodedKey> publicKey) implements KeyFile {}

  /** A file that holds no private key, or can't be read. */
  record Unusable(String reason) implements KeyFile {}

  /** Reads a file; the key is complete then, and may be used by many threads. */
  static KeyFile read(Path file, Config config) {
    String text;
    try {
      text = Files.readString(file, ISO_8859_1);
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return new Absent();
    } catch (IOException e) {
      return new Unusable(
          Files.isDirectory(file) ? "it is a folder" : "it can't be read: " + e.getMessage());
    }
    Optional<OpenSshHeader> header = OpenSshHeader.read(text);
    if (isLocked(text, header)) {
      return new Locked(header.map(OpenSshHeader::publicKey).or(() -> publicKeyBeside(file)));
    }
    try {
      KeyFormat format = KeyProviderUtil.detectKeyFileFormat(file.toFile());
      FileKeyProvider provider =
          Factory.Named.Util.create(config.getFileKeyProviderFactories(), format.toString());
      if (provider == null) {
        return new Unusable("it is not a private key");
      }
      provider.init(file.toFile());
      return new Usable(new KeyPair(provider.getPublic(), provider.getPrivate()));
    } catch (IOException | RuntimeException malformed) {
      // sshj's readers throw all kinds of things at a file that is not what it begins like.
      return new Unusable("it is not a private key that we can read");
    }
  }

  private static boolean isLocked(String text, Optional<OpenSshHeader> header) {
    return header.filter(found -> !found.cipher().equals("none")).isPresent()
        || header.filter(found -> found.publicKey().type().startsWith("sk-")).isPresent()
        || text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
        || text.contains("Proc-Type: 4,ENCRYPTED")
        || (text.startsWith("PuTTY-User-Key-File-")
            && text.contains("\nEncryption: ")
            && !text.contains("\nEncryption: none"));
  }

  private static Optional<EncodedKey> publicKeyBeside(Path file) {
    try {
      String[] fields = Files.readString(Path.of(file + ".pub"), ISO_8859_1).strip().split("\\s+");
      return fields.length < 2 ? Optional.empty() : Optional.of(new EncodedKey(fields[1]));
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /**
   * What OpenSSH's own format says without a passphrase. Source: PROTOCOL.key of OpenSSH.
   *
   * @param cipher what it is encrypted with, {@code none} when it is not
   * @param publicKey the public key
   */
  record OpenSshHeader(String cipher, EncodedKey publicKey) {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(US_ASCII);

    static Optional<OpenSshHeader> read(String text) {
      int begin = text.indexOf(BEGIN);
      int end = text.indexOf("-----END");
      if (begin < 0 || end < begin) {
        return Optional.empty();
      }
      try {
        String base64 =
            text.substring(begin + BEGIN.length(), end)
                .lines()
                .map(String::strip)
                .collect(Collectors.joining());
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        byte[] magic = new byte[MAGIC.length];
        bytes.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
          return Optional.empty();
        }
        String cipher = new String(string(bytes), US_ASCII);
        string(bytes);
        string(bytes);
        bytes.getInt();
        return Optional.of(new OpenSshHeader(cipher, EncodedKey.of(string(bytes))));
      } catch (IllegalArgumentException
          | BufferUnderflowException
          | NegativeArraySizeException malformed) {
        return Optional.empty();
      }
    }

    private static byte[] string(ByteBuffer bytes) {
      int length = bytes.getInt();
      if (length > bytes.remaining()) {
        throw new IllegalArgumentException("a string is longer than the file");
      }
      byte[] string = new byte[length];
      bytes.get(string);
      return string;
    }
  }
}
