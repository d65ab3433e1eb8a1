package dev.fwctl.plugin.ssh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Sha256;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.util.Base64;
import net.schmizz.sshj.common.Buffer;

/**
 * A public key, of a host or of a user, as SSH encodes it (RFC 4253 section 6.6).
 *
 * @param base64 the encoding, as {@code known_hosts} has it
 */
record EncodedKey(String base64) {
  EncodedKey {
    requireNonNull(base64, "base64 is null");
  }

  static EncodedKey of(byte[] encoded) {
    return new EncodedKey(Base64.getEncoder().encodeToString(encoded));
  }

  static EncodedKey of(PublicKey key) {
    return of(new Buffer.PlainBuffer().putPublicKey(key).getCompactData());
  }

  /** Returns the type that the encoding itself names, such as {@code ssh-ed25519}. */
  String type() {
    ByteBuffer bytes = ByteBuffer.wrap(encoded());
    int length = bytes.remaining() < 4 ? 0 : bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      return "";
    }
    byte[] type = new byte[length];
    bytes.get(type);
    return new String(type, US_ASCII);
  }

  /** Returns the fingerprint as {@code ssh-keygen -l} prints it, such as {@code SHA256:ohD8…}. */
  String fingerprint() {
    byte[] digest = Sha256.digest().digest(encoded());
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(digest);
  }

  /** Returns the type as people say it: ED25519, ECDSA, RSA. */
  String family() {
    String type = type();
    if (type.equals("ssh-ed25519")) {
      return "ED25519";
    }
    if (type.startsWith("ecdsa-sha2-")) {
      return "ECDSA";
    }
    return type.equals("ssh-rsa") ? "RSA" : type;
  }

  /** Returns the encoding; nothing where the text is no base64. */
  byte[] encoded() {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException notBase64) {
      return new byte[0];
    }
  }
}
