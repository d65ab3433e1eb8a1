package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * What was applied last, as it stands on the host.
 *
 * @param appliedAt when
 * @param appliedBy who, as {@code USER@MACHINE}
 * @param commit the commit of the policy repository, when it was under Git
 * @param dirty whether the repository had changes that were not committed
 * @param artifact the sha256 of the change that was applied
 * @param ownDigest the fingerprint of what fwctl owned right after, see {@link
 *     FirewallFacts#ownDigest()}
 */
public record Receipt(
    Instant appliedAt,
    String appliedBy,
    Optional<String> commit,
    boolean dirty,
    String artifact,
    String ownDigest)
    implements Fact {
  public Receipt {
    requireNonNull(appliedAt, "appliedAt is null");
    requireNonNull(appliedBy, "appliedBy is null");
    requireNonNull(commit, "commit is null");
    requireNonNull(artifact, "artifact is null");
    requireNonNull(ownDigest, "ownDigest is null");
  }
}
