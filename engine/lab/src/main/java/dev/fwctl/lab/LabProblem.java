package dev.fwctl.lab;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;

/** Makes the exceptions of the lab. */
final class LabProblem {
  private LabProblem() {}

  static FwctlException of(String message, String hint) {
    return new FwctlException(Problem.of(ErrorCode.LAB, message, hint));
  }

  static FwctlException of(String message, String hint, Throwable cause) {
    return new FwctlException(Problem.of(ErrorCode.LAB, message, hint), cause);
  }
}
