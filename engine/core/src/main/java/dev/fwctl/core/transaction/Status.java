package dev.fwctl.core.transaction;

import java.util.Arrays;
import java.util.Optional;

/** How a script of a transaction ends; the scripts know these by name. */
enum Status {
  DONE(0),
  /** The folder of what is under way can't be written. */
  NO_FOLDER(81),
  /** Somebody else has a claim; who, is the last line on standard output. */
  LOCKED(82),
  NO_FINGERPRINT(83),
  /** What we own is not as the plan saw it. */
  STALE(84),
  /** There is no room for the receipt. */
  NO_RECEIPT(85),
  /** The rules were not taken; the host is as before. */
  REFUSED(86),
  /** The rules were not taken, and the host is not as before. */
  BROKEN(87),
  /** The script that leads back would not be taken. */
  NO_WAY_BACK(88),
  /** Nothing could be made to wait on the host and take it back. */
  NOT_ARMED(89),
  /** The transaction is not under way here, or no longer. */
  GONE(90),
  /** What we own is not what was read back. */
  CHANGED(91),
  /** It was never seen to be right. */
  UNVERIFIED(92),
  /** What somebody else left unfinished could not be taken back. */
  NOT_SETTLED(93);

  private final int number;

  Status(int number) {
    this.number = number;
  }

  /** Returns the status of a number; nothing for any other, such as that of a shell's own error. */
  static Optional<Status> of(int number) {
    return Arrays.stream(values()).filter(status -> status.number == number).findFirst();
  }

  /** Returns the lines of sh that name all of them. */
  static String definitions() {
    StringBuilder lines = new StringBuilder();
    for (Status status : values()) {
      lines.append(status.name()).append('=').append(status.number).append('\n');
    }
    return lines.toString();
  }
}
