package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a saved plan comes from.
 *
 * @param fwctl the version of the program that made it
 * @param startedAt before the first host was asked
 * @param savedAt when the last was planned
 * @param madeBy whose plan it is, as {@code USER@MACHINE}
 * @param policies the policies that it carries out
 * @param inventory the hosts that it was made for
 * @param allowUnreachable how many hosts may be left out, as {@code N} or {@code N%}
 */
public record Manifest(
    String fwctl,
    Instant startedAt,
    Instant savedAt,
    String madeBy,
    Policies policies,
    Inventory inventory,
    String allowUnreachable) {
  public Manifest {
    requireNonNull(fwctl, "fwctl is null");
    requireNonNull(startedAt, "startedAt is null");
    requireNonNull(savedAt, "savedAt is null");
    requireNonNull(madeBy, "madeBy is null");
    requireNonNull(policies, "policies is null");
    requireNonNull(inventory, "inventory is null");
    requireNonNull(allowUnreachable, "allowUnreachable is null");
  }

  /**
   * The state of the policies.
   *
   * @param commit the commit of the repository, when it was under Git
   * @param dirty whether there were changes that were not committed
   * @param digest the sha256 of what the documents and address lists say
   */
  public record Policies(Optional<String> commit, boolean dirty, String digest) {
    public Policies {
      requireNonNull(commit, "commit is null");
      requireNonNull(digest, "digest is null");
    }
  }

  /**
   * The inventory and what was selected of it.
   *
   * @param sources the inventories as they were given
   * @param limit the host pattern of {@code --limit}
   * @param exclude the host pattern of {@code --exclude}
   * @param digest the sha256 of the selected hosts: their names, groups and where they are reached;
   *     never of a variable, whose value may be secret
   */
  public record Inventory(
      List<String> sources, Optional<String> limit, Optional<String> exclude, String digest) {
    public Inventory {
      sources = List.copyOf(sources);
      requireNonNull(limit, "limit is null");
      requireNonNull(exclude, "exclude is null");
      requireNonNull(digest, "digest is null");
    }
  }
}
