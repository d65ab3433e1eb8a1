package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What became of a host. */
public sealed interface Outcome {
  /**
   * The kernel holds what was wanted, a new connection came through, and the receipt is written.
   *
   * @param time how long it took
   * @param remarks what the user should know all the same
   */
  record Applied(Duration time, List<String> remarks) implements Outcome {
    public Applied {
      requireNonNull(time, "time is null");
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * The same, but the host goes back by itself unless somebody confirms.
   *
   * @param time how long it took
   * @param until when it goes back, by the clock of this machine
   */
  record Unconfirmed(Duration time, Instant until) implements Outcome {
    public Unconfirmed {
      requireNonNull(time, "time is null");
      requireNonNull(until, "until is null");
    }
  }

  /**
   * Nothing of ours was changed on the host.
   *
   * @param problem why
   */
  record Unchanged(Problem problem) implements Outcome {
    public Unchanged {
      requireNonNull(problem, "problem is null");
    }
  }

  /**
   * The host was changed and went back: it was seen to hold what it held before.
   *
   * @param problem why
   */
  record RolledBack(Problem problem) implements Outcome {
    public RolledBack {
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

  /**
   * The user did not wait for the host, which was begun: it was kept, or goes back by itself.
   *
   * @param within how long it takes at most until it has gone back
   */
  record Abandoned(Duration within) implements Outcome {
    public Abandoned {
      requireNonNull(within, "within is null");
    }
  }

  /**
   * The host was not begun.
   *
   * @param reason why
   */
  record NotBegun(Reason reason) implements Outcome {
    /** Why a host is not begun. */
    public enum Reason {
      /** The user stopped the run. */
      STOPPED,
      /** Too many hosts had failed. */
      BUDGET,
      /** A host was lost. */
      LOST
    }

    public NotBegun {
      requireNonNull(reason, "reason is null");
    }
  }
}
