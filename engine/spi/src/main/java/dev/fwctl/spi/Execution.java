package dev.fwctl.spi;

import static java.util.Objects.requireNonNull;

/**
 * A script that came to its end.
 *
 * @param exitStatus its exit status, 0 to 255
 * @param output what it printed on standard output, read as UTF-8 with malformed bytes replaced
 * @param errors what it printed on standard error, likewise
 */
public record Execution(int exitStatus, String output, String errors) {
  public Execution {
    requireNonNull(output, "output is null");
    requireNonNull(errors, "errors is null");
  }
}
