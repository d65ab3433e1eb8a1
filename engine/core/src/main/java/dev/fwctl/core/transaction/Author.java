package dev.fwctl.core.transaction;

import static java.util.Objects.requireNonNull;

/**
 * Whose change it is, for the receipt and for whoever finds a host claimed.
 *
 * @param name as {@code USER@MACHINE}
 * @param revision the state of the policy repository
 * @param run a word that is the same for all hosts of one run and for no other run
 */
public record Author(String name, Revision revision, String run) {
  public Author {
    // A user's name comes from the environment; as one line it can't end a here-document.
    name = requireNonNull(name, "name is null").replaceAll("\\p{Cntrl}", "?");
    requireNonNull(revision, "revision is null");
    if (!run.matches("[0-9A-Za-z-]{1,64}")) {
      throw new IllegalArgumentException("not a word: " + run);
    }
  }
}
