package dev.fwctl.core.transaction;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Names that are made up for one transaction.
 *
 * @param id what it is called on its host
 * @param token a word that nothing on the host can know before it reads the script
 */
record Names(String id, String token) {
  private static final SecureRandom RANDOM = new SecureRandom();

  static Names fresh() {
    return new Names(hex(8), "fwctl-" + hex(16));
  }

  private static String hex(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
