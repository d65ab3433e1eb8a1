package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was applied last, as it stands on the host.
 *
 * @param appliedAt when
 * @param appliedBy who, as {@code USER@MACHINE}
 * @param run a word that all hosts of one run share
 * @param commit the commit of the policy repository, when it was under Git
 * @param dirty whether the repository had changes that were not committed
 * @param artifact the sha256 of the change that was applied
 * @param rules what fwctl owned right after, a line a rule, to tell later what was changed by hand
 */
public record Receipt(
    Instant appliedAt,
    String appliedBy,
    String run,
    Optional<String> commit,
    boolean dirty,
    String artifact,
    List<String> rules)
    implements Fact {
  public Receipt {
    requireNonNull(appliedAt, "appliedAt is null");
    requireNonNull(appliedBy, "appliedBy is null");
    requireNonNull(run, "run is null");
    requireNonNull(commit, "commit is null");
    requireNonNull(artifact, "artifact is null");
    rules = List.copyOf(rules);
  }
}
