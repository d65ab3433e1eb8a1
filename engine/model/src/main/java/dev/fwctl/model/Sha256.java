package dev.fwctl.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every Java platform has, without the exception that says it may not. */
public final class Sha256 {
  private Sha256() {}

  /** Returns a digest that is given its bytes piece by piece. */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the digest of bytes as {@code sha256sum} prints it: 64 hexadecimal digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /** Returns the digest of a text in UTF-8, as {@link #hex(byte[])} does. */
  public static String hex(String text) {
    return hex(text.getBytes(UTF_8));
  }
}
