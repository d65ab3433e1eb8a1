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

  public void add(Problem problem) {
    found.add(problem);
  }

  public void add(Place place, ErrorCode code, String message) {
    found.add(Problem.at(place, code, message));
  }

  public void add(Place place, ErrorCode code, String message, String hint) {
    found.add(Problem.at(place, code, message, hint));
  }

  public void addAll(Collection<Problem> problems) {
    found.addAll(problems);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Returns how many problems there are by now; grows when a step went wrong. */
  public int size() {
    return found.size();
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
