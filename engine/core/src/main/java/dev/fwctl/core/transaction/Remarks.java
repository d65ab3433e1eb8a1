package dev.fwctl.core.transaction;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Execution;
import java.util.List;
import java.util.Optional;

/** What a script on a host has to say. */
final class Remarks {
  private Remarks() {}

  /** What our scripts have to say besides. */
  static List<String> of(Execution execution) {
    return execution
        .errors()
        .lines()
        .filter(line -> line.startsWith("fwctl: "))
        .map(line -> line.substring("fwctl: ".length()))
        .toList();
  }

  /** Returns why a script did not do what it was to do. */
  static Problem problem(Execution execution, Optional<Status> status) {
    String words = lastLine(execution.errors());
    if (status.isEmpty()) {
      return Problem.of(
          ErrorCode.APPLY_FAILED,
          "a script ended with status " + execution.exitStatus() + ": " + words);
    }
    return switch (status.get()) {
      case DONE -> throw new IllegalStateException("nothing is wrong");
      case NO_FOLDER ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "can't keep on the host what is under way: " + words,
              "make /run writable, with room in it, and try again");
      case LOCKED ->
          Problem.of(
              ErrorCode.LOCKED,
              "somebody else is changing this host: " + lastLine(execution.output()),
              "wait with --lock-timeout, or see 'fwctl locks'");
      case NO_FINGERPRINT ->
          Problem.of(ErrorCode.APPLY_FAILED, "can't read the rules in force: " + words);
      case STALE ->
          Problem.of(
              ErrorCode.STALE,
              "the rules of this host changed after they were looked at",
              "plan again");
      case NO_RECEIPT ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "can't leave a receipt in /var/lib/fwctl: " + words,
              "make room on its disk, or make it writable, and try again");
      case REFUSED ->
          Problem.of(ErrorCode.APPLY_FAILED, "the host did not take the rules: " + words);
      case BROKEN ->
          Problem.of(ErrorCode.APPLY_FAILED, "the host could not go back at once: " + words);
      case NO_WAY_BACK ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "there would be no way back to what the host holds now: " + words,
              "look at its rules in chains whose names begin with FWCTL");
      case NOT_ARMED ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "nothing could be left on the host that takes it back: " + words);
      case GONE ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "the host went back before the change could be kept",
              "give it more time with --rollback-after");
      case CHANGED ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "somebody else changed fwctl's rules before they could be kept",
              "find out who, and try again");
      case UNVERIFIED ->
          Problem.of(ErrorCode.APPLY_FAILED, "the change was never seen to be right");
      case NOT_SETTLED ->
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "an earlier change of this host could not be taken back: " + words,
              "look at the host");
    };
  }

  private static String lastLine(String text) {
    String stripped = text.strip();
    return stripped.isEmpty()
        ? "no reason given"
        : stripped.substring(stripped.lastIndexOf('\n') + 1);
  }
}
