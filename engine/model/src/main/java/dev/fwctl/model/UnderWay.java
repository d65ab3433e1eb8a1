package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is going on on a host: who has a claim on it, and which changes are not kept yet.
 *
 * @param claim who is changing the host, when somebody is
 * @param changes the changes that go back by themselves unless they are kept; more than one only
 *     when something went wrong
 * @param last how the last change ended since the host was booted
 */
public record UnderWay(Optional<Claim> claim, List<Change> changes, Optional<Ended> last)
    implements Fact {
  public static final UnderWay NOTHING =
      new UnderWay(Optional.empty(), List.of(), Optional.empty());

  public UnderWay {
    requireNonNull(claim, "claim is null");
    changes = List.copyOf(changes);
    requireNonNull(last, "last is null");
  }

  /** Tells whether nothing is under way that could be ended. */
  public boolean isNothing() {
    return claim.isEmpty() && changes.isEmpty();
  }

  /** Tells whether the last change was not kept: the host went back, or is on its way. */
  public boolean isBack() {
    return changes.isEmpty()
        ? claim.isEmpty() && last.filter(ended -> !ended.kept()).isPresent()
        : changes.stream().allMatch(change -> change.state() == Change.State.GOING_BACK);
  }

  /**
   * A claim on a host.
   *
   * @param id the change that it is for
   * @param who who has it, in their own words
   * @param age how long they have had it
   * @param left how long it still counts
   */
  public record Claim(String id, String who, Duration age, Duration left) {
    public Claim {
      requireNonNull(id, "id is null");
      requireNonNull(who, "who is null");
      requireNonNull(age, "age is null");
      requireNonNull(left, "left is null");
    }
  }

  /**
   * A change that is not kept yet.
   *
   * @param id its name on the host
   * @param state how far it is
   * @param left how long until the host goes back
   * @param backend the firewall that is changed
   */
  public record Change(String id, State state, Duration left, String backend) {
    /** How far a change is. */
    public enum State {
      /** It is being made, or waits for its author to come in from outside. */
      PENDING,
      /** It was seen to be right and waits to be confirmed. */
      TO_BE_CONFIRMED,
      /** The host is on its way back. */
      GOING_BACK
    }

    public Change {
      requireNonNull(id, "id is null");
      requireNonNull(state, "state is null");
      requireNonNull(left, "left is null");
      requireNonNull(backend, "backend is null");
    }
  }

  /**
   * A change that is over.
   *
   * @param id its name on the host
   * @param kept whether it was kept; if not, the host went back
   */
  public record Ended(String id, boolean kept) {
    public Ended {
      requireNonNull(id, "id is null");
    }
  }
}
