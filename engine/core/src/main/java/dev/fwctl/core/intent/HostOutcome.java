package dev.fwctl.core.intent;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import java.util.List;

/** What the policies come to on one host. */
public sealed interface HostOutcome {
  /**
   * The policies can be told in terms of the host.
   *
   * @param intent who may reach what
   * @param warnings what the user should know
   */
  record Resolved(HostIntent intent, List<Problem> warnings) implements HostOutcome {
    public Resolved {
      requireNonNull(intent, "intent is null");
      warnings = List.copyOf(warnings);
    }
  }

  /** No policy speaks of the host: what is ours there is to go. */
  record NoPolicy() implements HostOutcome {}

  /**
   * The policies ask for what the host does not have or can't enforce; it is left alone.
   *
   * @param problems why, at least one
   */
  record Refused(List<Problem> problems) implements HostOutcome {
    public Refused {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("refused without a problem");
      }
    }
  }
}
