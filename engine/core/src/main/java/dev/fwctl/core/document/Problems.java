package dev.fwctl.core.document;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Collects problems, so that a user sees all of them at once; used by one thread at a time.
 *
 * <p>A problem that is met again, because an alias repeats a part of a document, counts once.
 */
public final class Problems {
  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(
          Problem::place,
          (left, right) ->
              left.isPresent() && right.isPresent()
                  ? left.get().compareTo(right.get())
                  : Boolean.compare(left.isPresent(), right.isPresent()));

  private final Set<Problem> found = new LinkedHashSet<>();
  private int met;

  public void add(Problem problem) {
    found.add(problem);
    met++;
  }

  public void add(Place place, ErrorCode code, String message) {
    add(Problem.at(place, code, message));
  }

  public void add(Place place, ErrorCode code, String message, String hint) {
    add(Problem.at(place, code, message, hint));
  }

  public void addAll(Collection<Problem> problems) {
    problems.forEach(this::add);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * Returns how often a problem was added, so that a step can tell whether it went well.
   *
   * <p>It also grows when the same problem is met again: what an alias repeats is as wrong the
   * second time.
   */
  public int met() {
    return met;
  }

  /** Returns the problems in the order of their places, those without a place first. */
  public List<Problem> sorted() {
    List<Problem> sorted = new ArrayList<>(found);
    sorted.sort(BY_PLACE);
    return List.copyOf(sorted);
  }

  /**
   * Does nothing when there is no problem.
   *
   * @throws FwctlException with all problems, sorted, when there are any
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new FwctlException(sorted());
    }
  }
}
