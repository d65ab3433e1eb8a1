package dev.fwctl.lab;

import static java.util.Objects.requireNonNull;

/**
 * What a command did.
 *
 * @param status its exit status; 128 and the number of the signal when one ended it
 * @param output its standard output as UTF-8
 * @param errors its standard error as UTF-8
 */
public record Execution(int status, String output, String errors) {
  public Execution {
    requireNonNull(output, "output is null");
    requireNonNull(errors, "errors is null");
  }

  public boolean succeeded() {
    return status == 0;
  }
}
