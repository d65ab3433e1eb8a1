package dev.fwctl.core.importing;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Traffic;
import java.util.List;

/**
 * One allow or deny of a draft.
 *
 * @param local what is reached
 * @param traffic by which ports or messages
 * @param peers by whom; never empty
 * @param remarks what somebody should know of it, a sentence each
 */
public record Permission(LocalEnd local, Traffic traffic, AddressSet peers, List<String> remarks) {
  public Permission {
    requireNonNull(local, "local is null");
    requireNonNull(traffic, "traffic is null");
    requireNonNull(peers, "peers is null");
    remarks = List.copyOf(remarks);
    if (peers.isEmpty()) {
      throw new IllegalArgumentException("no peers");
    }
  }
}
