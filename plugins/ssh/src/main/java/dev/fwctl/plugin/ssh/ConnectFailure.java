package dev.fwctl.plugin.ssh;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.Serial;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One try to connect that failed. */
final class ConnectFailure extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final boolean forLoad;

  /**
   * Creates a failure.
   *
   * @param forLoad whether the host looks overloaded, so that another try later may succeed
   */
  ConnectFailure(Problem problem, boolean forLoad, @Nullable Throwable cause) {
    super(problem.toString(), cause);
    this.problem = problem;
    this.forLoad = forLoad;
  }

  boolean forLoad() {
    return forLoad;
  }

  /** Tells whether sshj gave up because our thread was interrupted, which it keeps to itself. */
  boolean forInterrupt() {
    return Stream.<Throwable>iterate(this, cause -> cause != null, Throwable::getCause)
        .limit(20)
        .anyMatch(InterruptedException.class::isInstance);
  }

  FwctlException asFwctlException() {
    return new FwctlException(problem, this);
  }
}
