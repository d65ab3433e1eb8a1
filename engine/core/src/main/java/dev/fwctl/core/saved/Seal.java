package dev.fwctl.core.saved;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last line of a saved plan, which is the comment of the zip file: the format's version and the
 * sha256 of every byte before it.
 *
 * <p>It tells a file that was altered or cut off by accident. Whoever alters one on purpose can
 * seal it anew: who made a plan is for the place to know in which it is kept.
 */
final class Seal {
  static final int FORMAT = 1;

  private static final String WORDS = "fwctl plan, format " + FORMAT + ", sha256 ";
  private static final int HEX = 64;

  /** How many bytes a seal of this format has. */
  static final int LENGTH = WORDS.length() + HEX;

  private static final Pattern ANY_FORMAT =
      Pattern.compile("fwctl plan, format ([0-9]{1,9}), sha256 [0-9a-f]{64}\\z");

  /** The signature that every zip file begins with. Source: APPNOTE.TXT, 4.3.7. */
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private Seal() {}

  /** Returns what stands in the place of the seal until the rest is written. */
  static String blank() {
    return WORDS + "0".repeat(HEX);
  }

  /** Writes the seal over the blank one at the end of a file. */
  static void close(byte[] file) {
    byte[] seal = (WORDS + digest(file)).getBytes(US_ASCII);
    System.arraycopy(seal, 0, file, file.length - LENGTH, LENGTH);
  }

  /**
   * Checks that a file is a whole plan of this format.
   *
   * @param name the file's name, for messages
   * @throws FwctlException with code PLAN_FILE
   */
  static void check(byte[] file, String name) {
    String end = end(file);
    Matcher seal = ANY_FORMAT.matcher(end);
    if (!seal.find()) {
      throw broken(
          name,
          startsAsZip(file)
              ? "is cut off or altered: it does not end as a saved plan does"
              : "is not a saved plan");
    }
    if (!seal.group(1).equals(Integer.toString(FORMAT))) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.PLAN_FILE,
              "%s is of format %s, and this fwctl reads format %d"
                  .formatted(name, seal.group(1), FORMAT),
              "use the fwctl that made it, or plan again"));
    }
    if (!end.equals(WORDS + digest(file))) {
      throw broken(name, "was altered after it was written");
    }
  }

  /** Tells whether a file ends as a saved plan of any format does. */
  static boolean isOn(byte[] end) {
    return ANY_FORMAT.matcher(new String(end, US_ASCII)).find();
  }

  private static String end(byte[] file) {
    int length = Math.min(file.length, LENGTH);
    return new String(file, file.length - length, length, US_ASCII);
  }

  private static boolean startsAsZip(byte[] file) {
    return file.length >= ZIP.length && Arrays.equals(file, 0, ZIP.length, ZIP, 0, ZIP.length);
  }

  private static String digest(byte[] file) {
    MessageDigest digest = Sha256.digest();
    digest.update(file, 0, file.length - LENGTH);
    return HexFormat.of().formatHex(digest.digest());
  }

  static FwctlException broken(String name, String what) {
    return new FwctlException(
        Problem.of(
            ErrorCode.PLAN_FILE,
            name + " " + what,
            "get the file anew from where it was made, or plan again"));
  }
}
