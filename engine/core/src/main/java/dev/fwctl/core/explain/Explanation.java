package dev.fwctl.core.explain;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Possibility;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of a packet on a host.
 *
 * @param host what the host is called
 * @param packet the packet as it comes in, or as the host sends it
 * @param remarks what was taken for granted or chosen, a sentence each
 * @param unseen what may decide on the packet and was not looked at, a sentence each
 * @param journey its way, up to the first rule that is not understood
 * @param possibilities its ways from there; the one way where all is understood
 * @param receivers what is known of who takes it, for each possibility
 */
public record Explanation(
    String host,
    Packet packet,
    List<String> remarks,
    List<String> unseen,
    Journey journey,
    List<Possibility> possibilities,
    List<List<String>> receivers) {
  public Explanation {
    requireNonNull(host, "host is null");
    requireNonNull(packet, "packet is null");
    remarks = List.copyOf(remarks);
    unseen = List.copyOf(unseen);
    requireNonNull(journey, "journey is null");
    possibilities = List.copyOf(possibilities);
    receivers = receivers.stream().map(List::copyOf).toList();
  }

  /** Returns how the way ends, whatever the rules mean that are not understood; or nothing. */
  public Optional<Ending> ending() {
    List<Journey> ways = possibilities.stream().map(Possibility::journey).toList();
    Journey first = ways.getFirst();
    boolean alike =
        ways.stream()
            .allMatch(
                way ->
                    way.ending() == first.ending()
                        && way.packet().destination().equals(first.packet().destination())
                        && way.packet().payload().equals(first.packet().payload())
                        && way.packet().out().equals(first.packet().out()));
    return Optional.of(first.ending()).filter(ending -> alike && ending != Ending.UNDECIDED);
  }
}
