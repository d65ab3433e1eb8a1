package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;

/**
 * What must be true of hosts whatever their rules, proved for every packet that arrives on an
 * external interface.
 *
 * @param name its name, unique in the repository
 * @param kind what is said of those who reach the target
 * @param rule what is reached, and by whom
 * @param hosts the hosts that it is for; all of them when nothing is said
 * @param place where it begins
 */
public record Assertion(
    String name, Kind kind, Policy.Rule rule, Optional<Selection> hosts, Place place) {
  public Assertion {
    requireNonNull(name, "name is null");
    requireNonNull(kind, "kind is null");
    requireNonNull(rule, "rule is null");
    requireNonNull(hosts, "hosts is null");
    requireNonNull(place, "place is null");
  }

  /** What is said of those who reach something. */
  public enum Kind {
    /** None of the peers reaches it. */
    NEVER,
    /** Nobody but the peers reaches it. */
    ONLY,
    /** Each of the peers reaches it. */
    ALWAYS;

    /** Returns the word in policy documents. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Some hosts.
   *
   * @param pattern an Ansible host pattern
   * @param place where it stands
   */
  public record Selection(String pattern, Place place) {
    public Selection {
      requireNonNull(pattern, "pattern is null");
      requireNonNull(place, "place is null");
    }
  }

  /**
   * Returns the assertion as a sentence without its subject, such as {@code only office to host}.
   */
  @Override
  public String toString() {
    return "%s from %s to %s, %s"
        .formatted(kind.label(), rule.peers(), rule.local(), rule.traffic());
  }
}
