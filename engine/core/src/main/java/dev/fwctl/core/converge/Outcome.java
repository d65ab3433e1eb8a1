package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Problem;
import java.time.Duration;

/** What became of a host. */
public sealed interface Outcome {
  /**
   * The kernel holds what the plan says, and the receipt is written.
   *
   * @param time how long it took
   */
  record Applied(Duration time) implements Outcome {
    public Applied {
      requireNonNull(time, "time is null");
    }
  }

  /**
   * Nothing of ours was changed on the host, or it was put back.
   *
   * @param problem why
   */
  record Unchanged(Problem problem) implements Outcome {
    public Unchanged {
      requireNonNull(problem, "problem is null");
    }
  }

  /**
   * The host did not tell in the end what it holds: the old rules or the new.
   *
   * @param problem what was seen last
   */
  record Lost(Problem problem) implements Outcome {
    public Lost {
      requireNonNull(problem, "problem is null");
    }
  }

  /** The run was stopped before this host was begun. */
  record NotBegun() implements Outcome {}
}
