package dev.fwctl.campaign;

import static java.util.Objects.requireNonNull;

import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen in a round.
 *
 * @param fault what went wrong
 * @param traces what that left
 * @param asked the policies that somebody worked with: the one before, the one that is applied, and
 *     with a second operator the other
 * @param texts what the kernel holds where each of them is in force
 * @param held what the kernel held when all had come to rest
 * @param others what others' rules were before and after
 * @param answers what each way met with at rest
 * @param connections what became of a connection that was held throughout, on ways that all
 *     policies allow
 * @param report what the program said
 * @param begun when the fault began, as {@link System#nanoTime} counts
 * @param ended when it was put right
 * @param sightings what the clients met with
 */
record Evidence(
    Fault fault,
    Fault.Traces traces,
    Asked asked,
    Map<Grants, Rules> texts,
    Rules held,
    Others others,
    Map<Way, Outcome> answers,
    Map<Way, HeldConnection.Pulse> connections,
    Report report,
    long begun,
    long ended,
    List<Sighting> sightings) {
  Evidence {
    requireNonNull(fault, "fault is null");
    requireNonNull(traces, "traces is null");
    requireNonNull(asked, "asked is null");
    texts = Map.copyOf(texts);
    requireNonNull(held, "held is null");
    requireNonNull(others, "others is null");
    answers = Map.copyOf(answers);
    connections = Map.copyOf(connections);
    requireNonNull(report, "report is null");
    sightings = List.copyOf(sightings);
  }

  /** Rules that are not ours. */
  record Others(Rules before, Rules after) {
    Others {
      requireNonNull(before, "before is null");
      requireNonNull(after, "after is null");
    }
  }

  /** The policies of a round. */
  record Asked(Grants before, Grants wanted, Optional<Grants> other) {
    Asked {
      requireNonNull(before, "before is null");
      requireNonNull(wanted, "wanted is null");
      requireNonNull(other, "other is null");
    }

    List<Grants> all() {
      return other
          .map(third -> List.of(before, wanted, third))
          .orElseGet(() -> List.of(before, wanted));
    }

    /** Tells whether each of them lets a client in. */
    boolean allAllow(Way way) {
      return all().stream().allMatch(grants -> grants.allow(way));
    }
  }

  /** What a client met with, between two moments as {@link System#nanoTime} counts. */
  record Sighting(Way way, Outcome outcome, long sent, long ended) {
    Sighting {
      requireNonNull(way, "way is null");
      requireNonNull(outcome, "outcome is null");
    }
  }
}
