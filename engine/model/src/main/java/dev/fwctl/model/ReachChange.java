package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/**
 * Who can newly reach something, and who no longer can.
 *
 * @param direction whether the peers come in to the endpoint or are reached from it
 * @param endpoint what is reached, or what reaches out, such as {@code django 8081/tcp}
 * @param opened the peers that can newly
 * @param closed the peers that no longer can
 * @param certain whether every rule on the way was understood
 */
public record ReachChange(
    Direction direction, String endpoint, AddressSet opened, AddressSet closed, boolean certain) {
  public ReachChange {
    requireNonNull(direction, "direction is null");
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(opened, "opened is null");
    requireNonNull(closed, "closed is null");
  }

  /** Which way connections are opened. */
  public enum Direction {
    INBOUND,
    OUTBOUND
  }
}
