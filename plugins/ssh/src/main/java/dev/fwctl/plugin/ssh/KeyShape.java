package dev.fwctl.plugin.ssh;

import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Buffer.BufferException;
import net.schmizz.sshj.common.Buffer.PlainBuffer;

/** Whether the lengths inside an encoded key are those that such a key has. */
final class KeyShape {
  private static final String CERTIFICATE = "-cert-v01@openssh.com";
  private static final String CURVE = "ecdsa-sha2-nistp";

  private KeyShape() {}

  /**
   * Checks a key, and the authority's inside it when it is a certificate. Source: RFC 4253 section
   * 6.6, RFC 5656 section 3.1, RFC 8709 section 4, PROTOCOL.certkeys of OpenSSH.
   *
   * @throws BufferException when a length can't be
   */
  static void check(byte[] encoded) throws BufferException {
    PlainBuffer buffer = new PlainBuffer(encoded);
    String type = buffer.readString();
    if (!type.endsWith(CERTIFICATE)) {
      checkKey(type, buffer);
      return;
    }
    buffer.readBytes(); // the nonce
    checkKey(type.substring(0, type.length() - CERTIFICATE.length()), buffer);
    buffer.readUInt64AsBigInteger(); // the serial number
    buffer.readUInt32(); // the type
    buffer.readBytes(); // the identifier
    buffer.readBytes(); // the principals
    buffer.readUInt64AsBigInteger(); // not before
    buffer.readUInt64AsBigInteger(); // not after
    buffer.readBytes(); // critical options
    buffer.readBytes(); // extensions
    buffer.readBytes(); // reserved
    PlainBuffer authority = new PlainBuffer(buffer.readBytes());
    // An authority is a plain key, or one certificate could hold the next without end.
    checkKey(authority.readString(), authority);
  }

  private static void checkKey(String type, Buffer<?> buffer) throws BufferException {
    if (type.equals("ssh-ed25519")) {
      require(buffer.readBytes().length == 32);
    } else if (type.equals("ssh-rsa")) {
      buffer.readBytes();
      buffer.readBytes();
    } else if (type.startsWith(CURVE)) {
      String curve = buffer.readString();
      require(type.equals("ecdsa-sha2-" + curve));
      int bytes =
          switch (curve) {
            case "nistp256" -> 32;
            case "nistp384" -> 48;
            case "nistp521" -> 66;
            default -> throw new BufferException("unknown curve");
          };
      require(buffer.readBytes().length == 1 + 2 * bytes);
    } else {
      throw new BufferException("unknown type of key");
    }
  }

  private static void require(boolean condition) throws BufferException {
    if (!condition) {
      throw new BufferException("a key of another length than its type has");
    }
  }
}
