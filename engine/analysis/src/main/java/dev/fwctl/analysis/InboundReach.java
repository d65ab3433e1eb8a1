package dev.fwctl.analysis;

import dev.fwctl.analysis.Obstruction.Blocked;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.PortRange;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who can reach an endpoint from outside.
 *
 * @param peers who can; also those of whom it is not known
 * @param certain whether all of them can for sure, whatever the rules do that are not understood
 */
public record InboundReach(AddressSet peers, boolean certain) {
  private static final InboundReach NOBODY = new InboundReach(AddressSet.none(), true);

  /**
   * Finds it out for everything on a host.
   *
   * @param host the host, all of whose rules count
   * @return the endpoints that anybody asks for, whoever can reach them; ports of the host that are
   *     treated as all others are among those
   */
  public static Map<InboundEndpoint, InboundReach> of(PredictedHost host) {
    Surroundings surroundings =
        Surroundings.of(host.external(), Optional.empty(), host.facts(), MentionedAddresses.NONE);
    Obstruction others = new Obstruction(host);
    Map<InboundEndpoint, InboundReach> found = new LinkedHashMap<>();
    InboundEndpoints.ask(
        surroundings,
        new Inquiry<InboundReach>(surroundings.families()) {
          @Override
          InboundReach of(Collection<PacketKind> kinds) {
            InboundReach reach = NOBODY;
            for (PacketKind kind : kinds) {
              Blocked blocked = others.of(kind);
              AddressSet peers = Reach.everyone(kind.family()).minus(blocked.surely());
              reach = reach.and(new InboundReach(peers, blocked.partly().isEmpty()));
            }
            return reach;
          }

          @Override
          InboundReach and(InboundReach one, InboundReach other) {
            return one.and(other);
          }

          @Override
          InboundReach nothing() {
            return NOBODY;
          }

          @Override
          Set<PortRange> ports(PacketKind kind) {
            return others.ports();
          }
        },
        // The same port may be published at several addresses of one family.
        (endpoint, reach) -> found.merge(endpoint, reach, InboundReach::and));
    return found;
  }

  /** Returns who can reach one or the other of two endpoints. */
  public InboundReach and(InboundReach other) {
    return new InboundReach(peers.union(other.peers), certain && other.certain);
  }
}
