package dev.fwctl.spi;

import static java.util.Objects.requireNonNull;

/**
 * What a probe printed.
 *
 * @param exitStatus the exit status of the probe, 0 to 255
 * @param output its standard output
 * @param errors its standard error
 */
public record ProbeAnswer(int exitStatus, String output, String errors) {
  public ProbeAnswer {
    requireNonNull(output, "output is null");
    requireNonNull(errors, "errors is null");
  }
}
