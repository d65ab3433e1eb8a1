package dev.fwctl.core.proof;

import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Routing;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The packets that arrive on external interfaces of a host and open a connection. */
final class Arrivals {
  private final PredictedHost host;
  private final NetworkFacts network;
  private final Routing routing;

  Arrivals(PredictedHost host) {
    this.host = host;
    this.network = host.facts().network();
    this.routing = new Routing(network);
  }

  /** Returns the families that the host speaks. */
  List<Family> families() {
    return network.ipv6() ? List.of(Family.IPV4, Family.IPV6) : List.of(Family.IPV4);
  }

  /**
   * Returns all of them.
   *
   * <p>That the kernel takes no packet from or to a loopback address on another interface is taken
   * as given.
   */
  PacketSet all(PacketSpace space) {
    AddressSet loopback = AddressSet.loopback().of(space.family());
    return space
        .arrivingByAny(host.external())
        .and(space.opening())
        .minus(space.to(loopback))
        .minus(space.from(loopback))
        .minus(space.ofProtocol("tcp").and(space.to(routing.groups(space.family()))));
  }

  /**
   * Returns those by which clients dial the host, and which it can answer.
   *
   * @param wanted which of them, by the host's addresses on the interface that they arrive on
   */
  PacketSet ofClients(PacketSpace space, Function<AddressSet, PacketSet> wanted) {
    return withoutStrayTcp(
        external()
            .map(
                one -> {
                  AddressSet here = one.dialledFromAfar(space.family());
                  return space
                      .arrivingBy(Optional.of(one.name()))
                      .and(space.opening())
                      .and(space.to(here))
                      .and(space.from(routing.answeredBy(one.name(), space.family())))
                      .and(wanted.apply(here));
                })
            .reduce(space.none(), PacketSet::or));
  }

  /** Returns packets without those of TCP that open no connection. */
  static PacketSet withoutStrayTcp(PacketSet packets) {
    PacketSpace space = packets.space();
    PacketSet tcp = space.ofProtocol("tcp");
    return packets.minus(tcp).or(packets.and(space.withFlags(Set.of(TcpFlag.SYN))));
  }

  /** Returns the host's addresses on external interfaces that clients dial. */
  AddressSet addresses(Family family) {
    return external()
        .map(one -> one.dialledFromAfar(family))
        .reduce(AddressSet.none(), AddressSet::union);
  }

  private Stream<NetworkInterface> external() {
    return network.interfaces().stream()
        .filter(one -> one.up() && host.external().contains(one.name()));
  }
}
