package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One thing that a user can put right: what is wrong, where, and what to do about it.
 *
 * @param code the kind of problem
 * @param message what is wrong, without a full stop
 * @param place where, when it is in a file
 * @param hint what to do
 * @param evidence what shows it, for programs; the message says it in words
 */
public record Problem(
    ErrorCode code,
    String message,
    Optional<Place> place,
    Optional<String> hint,
    Optional<Evidence> evidence) {
  public Problem {
    requireNonNull(code, "code is null");
    requireNonNull(message, "message is null");
    requireNonNull(place, "place is null");
    requireNonNull(hint, "hint is null");
    requireNonNull(evidence, "evidence is null");
  }

  /** What shows a problem; those who find it know more of it. */
  public interface Evidence {}

  public Problem(ErrorCode code, String message, Optional<Place> place, Optional<String> hint) {
    this(code, message, place, hint, Optional.empty());
  }

  public static Problem of(ErrorCode code, String message) {
    return new Problem(code, message, Optional.empty(), Optional.empty());
  }

  public static Problem of(ErrorCode code, String message, String hint) {
    return new Problem(code, message, Optional.empty(), Optional.of(hint));
  }

  public static Problem at(Place place, ErrorCode code, String message) {
    return new Problem(code, message, Optional.of(place), Optional.empty());
  }

  public static Problem at(Place place, ErrorCode code, String message, String hint) {
    return new Problem(code, message, Optional.of(place), Optional.of(hint));
  }

  /** Returns the same problem with what shows it. */
  public Problem shownBy(Evidence shown) {
    return new Problem(code, message, place, hint, Optional.of(shown));
  }

  @Override
  public String toString() {
    return place.map(where -> where + ": ").orElse("")
        + message
        + hint.map(what -> " (" + what + ")").orElse("");
  }
}
