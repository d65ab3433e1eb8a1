package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Receipt;
import java.util.Optional;

/**
 * The file on a host that tells what was applied last and puts it in force: a receipt, and a script
 * that is run at boot. Both are one file, so that one rename keeps both.
 *
 * @param receipt what was applied
 * @param script POSIX sh that puts it in force, whatever is there
 */
public record AppliedFile(Receipt receipt, String script) {
  /** Where it lies on a host. */
  public static final String PATH = "/var/lib/fwctl/applied";

  /** Where the one of the time before lies. */
  public static final String PREVIOUS_PATH = "/var/lib/fwctl/previous";

  private static final String TOP =
      """
      #!/bin/sh
      # Written by fwctl: puts the firewall rules in force that were applied last. Run at boot.
      """;

  private static final String MARK = "# receipt ";

  public AppliedFile {
    requireNonNull(receipt, "receipt is null");
    requireNonNull(script, "script is null");
  }

  /** Returns the text of the file. */
  public String text() {
    return TOP + MARK + new ReceiptFormat().write(receipt) + script;
  }

  /** Returns a fragment of POSIX sh that prints the receipt alone, or nothing where is none. */
  static String receiptProbe() {
    return "[ ! -e %1$s ] || exec sed -n '3s/^%2$s//p;3q' %1$s\n".formatted(PATH, MARK);
  }

  /** Returns a fragment of POSIX sh that prints the file of the time before, or nothing. */
  public static String previousProbe() {
    return "[ ! -e %1$s ] || cat %1$s\n".formatted(PREVIOUS_PATH);
  }

  /**
   * Reads a file.
   *
   * @return nothing when the text is empty
   * @throws dev.fwctl.model.FwctlException with code ANSWER_MALFORMED if it is not such a file
   */
  public static Optional<AppliedFile> read(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int end = text.startsWith(TOP + MARK) ? text.indexOf('\n', TOP.length()) : -1;
    if (end < 0) {
      throw ReceiptFormat.malformed("it is not a file of fwctl", Optional.empty());
    }
    return Optional.of(
        new AppliedFile(
            new ReceiptFormat().read(text.substring(TOP.length() + MARK.length(), end)),
            text.substring(end + 1)));
  }
}
