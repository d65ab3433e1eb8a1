package dev.fwctl.campaign;

import static java.util.Objects.requireNonNull;

import dev.fwctl.lab.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen in a round.
 *
 * @param fault what went wrong
 * @param asked the policies that somebody worked with: the one before, the one that is applied, and
 *     with a second operator the other
 * @param texts what the kernel holds where each of them is in force
 * @param held what the kernel held when all had come to rest
 * @param answers what each way met with then
 * @param report what the program said
 * @param other what the program of a second operator said
 * @param begun when the fault began, as {@link System#nanoTime} counts
 * @param ended when it was put right
 * @param sightings what the clients met with
 */
record Evidence(
    Fault fault,
    Asked asked,
    Map<Grants, Rules> texts,
    Rules held,
    Map<Way, Outcome> answers,
    Report report,
    Optional<Report> other,
    long begun,
    long ended,
    List<Sighting> sightings) {
  Evidence {
    requireNonNull(fault, "fault is null");
    requireNonNull(asked, "asked is null");
    texts = Map.copyOf(texts);
    requireNonNull(held, "held is null");
    answers = Map.copyOf(answers);
    requireNonNull(report, "report is null");
    requireNonNull(other, "other is null");
    sightings = List.copyOf(sightings);
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
  }

  /** What a client met with, between two moments as {@link System#nanoTime} counts. */
  record Sighting(Way way, Outcome outcome, long sent, long ended) {
    Sighting {
      requireNonNull(way, "way is null");
      requireNonNull(outcome, "outcome is null");
    }
  }
}
