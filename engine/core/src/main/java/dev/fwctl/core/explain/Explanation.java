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
 * @param ways its ways from there; the one way where all is understood
 */
public record Explanation(
    String host,
    Packet packet,
    List<String> remarks,
    List<String> unseen,
    Journey journey,
    List<Way> ways) {
  public Explanation {
    requireNonNull(host, "host is null");
    requireNonNull(packet, "packet is null");
    remarks = List.copyOf(remarks);
    unseen = List.copyOf(unseen);
    requireNonNull(journey, "journey is null");
    ways = List.copyOf(ways);
  }

  /**
   * A way that the packet may go.
   *
   * @param possibility the way, and what is supposed for it
   * @param receivers what is known of who takes the packet at its end, a sentence each
   */
  public record Way(Possibility possibility, List<String> receivers) {
    public Way {
      requireNonNull(possibility, "possibility is null");
      receivers = List.copyOf(receivers);
    }

    public Journey journey() {
      return possibility.journey();
    }
  }

  /** Returns how the way ends, whatever the rules mean that are not understood; or nothing. */
  public Optional<Ending> ending() {
    Journey first = ways.getFirst().journey();
    boolean alike =
        ways.stream()
            .map(Way::journey)
            .allMatch(
                way ->
                    way.ending() == first.ending()
                        && way.packet().destination().equals(first.packet().destination())
                        && way.packet().payload().equals(first.packet().payload())
                        && way.packet().out().equals(first.packet().out()));
    return Optional.of(first.ending()).filter(ending -> alike && ending != Ending.UNDECIDED);
  }
}
