package dev.fwctl.model;

/**
 * What kind of thing went wrong, with a number that never changes its meaning.
 *
 * <p>The exit code is the one that the command line documents; where several errors meet, the
 * highest from 4 to 9 wins.
 */
public enum ErrorCode {
  /** Wrong options or arguments on the command line. */
  USAGE(1, 64),
  /** A file or folder that is needed is missing or can't be read. */
  FILE_UNREADABLE(2, 1),
  /** A document is not well-formed YAML, INI or UTF-8, or is too large. */
  DOCUMENT_MALFORMED(3, 1),
  /** A document has a key, type or value that is not allowed there. */
  DOCUMENT_INVALID(4, 1),
  /** A name in a document refers to nothing: a source, a group, a host pattern, an interface. */
  UNKNOWN_NAME(5, 1),
  /** Two places contradict each other. */
  CONFLICT(6, 1),
  /** A document asks for something that fwctl does not support. */
  UNSUPPORTED(7, 1),
  /** A plugin is not listed, altered, or can't be loaded. */
  PLUGIN(8, 1),
  /** A saved plan is altered, cut off or of another format, or can't be saved where it is to be. */
  PLAN_FILE(9, 1),
  /** A rule names something that a host does not have: a container, a port. */
  NOT_ON_HOST(20, 4),
  /** The firewall of a host can't enforce what the policy says. */
  UNENFORCEABLE(21, 4),
  /** A host lacks what is needed to act on it: iptables, privileges. */
  HOST_UNSUITABLE(22, 4),
  /** A rule of a policy changes nothing on a host, as rules of others decide the same. */
  INEFFECTIVE(23, 4),
  /** No connection, or it broke. */
  UNREACHABLE(30, 4),
  /** The host's key is unknown, changed or revoked. */
  HOST_KEY(31, 4),
  /** The host refused our user, key or password. */
  AUTHENTICATION(32, 4),
  /** Becoming root was refused. */
  PRIVILEGE(33, 4),
  /** A host did not answer in time, or answered too much. */
  LIMIT_EXCEEDED(34, 4),
  /** What a host answered makes no sense. */
  ANSWER_MALFORMED(35, 4),
  /** A host is no longer as the plan saw it. */
  STALE(40, 5),
  /** Somebody else is changing the host. */
  LOCKED(41, 6),
  /** A change on a host failed; the host is as it was before. */
  APPLY_FAILED(42, 7),
  /** After a failed change a host is not known to be as it was before. */
  HOST_LOST(43, 9),
  /** So many hosts failed that a run begins no more. */
  TOO_MANY_FAILED(44, 8),
  /** A throwaway fleet can't be brought up, used or taken down on this machine. */
  LAB(45, 1),
  /** What a plan would make of a host breaks an assertion, or is not known to keep it. */
  ASSERTION(46, 3),
  /** What a plan would make of a host keeps us out of it. */
  LOCK_OUT(47, 3),
  /** The rules that were made of a policy do not do what it says. */
  NOT_EQUIVALENT(48, 3),
  /** The user pressed ^C or answered no. */
  INTERRUPTED(50, 130);

  private final int number;
  private final int exitCode;

  ErrorCode(int number, int exitCode) {
    this.number = number;
    this.exitCode = exitCode;
  }

  /** Returns the stable number, printed as {@code FW} and three digits. */
  public int number() {
    return number;
  }

  public int exitCode() {
    return exitCode;
  }

  /** Tells whether a proof failed: then a plan is refused as a whole. */
  public boolean refuses() {
    return exitCode == 3;
  }

  /** Returns the printed form, such as {@code FW005}. */
  public String label() {
    return "FW%03d".formatted(number);
  }
}
