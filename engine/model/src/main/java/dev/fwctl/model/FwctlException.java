package dev.fwctl.model;

import java.util.List;
import java.util.stream.Collectors;

/** One or more problems that a user can put right; anything else that is thrown is a bug. */
public final class FwctlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  public FwctlException(Problem problem) {
    this(List.of(problem));
  }

  /** Wraps a problem together with what caused it, which only {@code --debug} shows. */
  public FwctlException(Problem problem, Throwable cause) {
    super(problem.toString(), cause);
    this.problems = List.of(problem);
  }

  /** Throws together what was found together; the list is not empty. */
  public FwctlException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    if (problems.isEmpty()) {
      throw new IllegalArgumentException("an exception needs a problem");
    }
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }

  /** Returns the highest exit code of the problems. */
  public int exitCode() {
    return problems.stream().mapToInt(problem -> problem.code().exitCode()).max().orElseThrow();
  }
}
