package dev.fwctl.core.proof;

import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.Journeys.Cause;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.Translation;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.ProtocolPorts;
import java.util.List;
import java.util.Optional;

/**
 * What an assertion speaks of on one host: where packets must come to that reach it, by every way.
 *
 * @param ways the ways to it; a packet reaches it that comes by one
 */
record Goal(List<Way> ways) {
  Goal {
    ways = List.copyOf(ways);
  }

  /**
   * A way.
   *
   * @param dialled the ports that packets are sent to; nothing when any will do
   * @param end where they come to
   */
  record Way(Optional<List<ProtocolPorts>> dialled, Arrival end) {
    Way {
      dialled = dialled.map(List::copyOf);
    }
  }

  /** Where packets come to. */
  sealed interface Arrival {
    /**
     * The host itself: its processes, docker-proxy, or containers in its network.
     *
     * @param address the address that is listened at; nothing for all
     * @param ports the ports; nothing for all that packets may carry
     */
    record AtHost(Optional<IpAddress> address, Optional<List<ProtocolPorts>> ports)
        implements Arrival {}

    /**
     * All that is the host's own.
     *
     * @param published the ports that are containers'
     */
    record AtHostItself(List<ProtocolPorts> published) implements Arrival {}

    /** Messages to the host. */
    record Messages(IcmpKind kind) implements Arrival {}

    /**
     * Addresses that the host sends packets on to.
     *
     * @param addresses the addresses
     * @param ports the ports there; nothing for all that packets may carry
     */
    record Behind(AddressSet addresses, Optional<List<ProtocolPorts>> ports) implements Arrival {}

    /**
     * Such addresses, by packets that are sent to them, not to the host.
     *
     * @param addresses the addresses
     * @param ports the ports there; nothing for every packet
     */
    record Direct(AddressSet addresses, Optional<List<ProtocolPorts>> ports) implements Arrival {}
  }

  /** Returns the packets that come to it. */
  PacketSet reached(Journeys journeys) {
    PacketSpace space = journeys.space();
    PacketSet all = space.none();
    for (End end : journeys.ends()) {
      for (Way way : ways) {
        all = all.or(coming(space, way, end));
      }
    }
    return all;
  }

  /** Returns, besides, the packets of which it is not known where they come to. */
  PacketSet perhaps(Journeys journeys) {
    PacketSpace space = journeys.space();
    PacketSet all = space.none();
    for (End end : journeys.ends()) {
      if (end.ending() == Ending.UNDECIDED) {
        boolean anywhere = end.cause().filter(Cause.ByRule.class::isInstance).isPresent();
        for (Way way : ways) {
          PacketSet some = end.packets().and(dialled(space, way));
          if (anywhere) {
            all = all.or(some);
          } else if (isBehind(way.end())) {
            all = all.or(some.and(at(space, way.end(), end)));
          }
        }
      }
    }
    return all;
  }

  private static PacketSet dialled(PacketSpace space, Way way) {
    return way.dialled().map(ports -> toPorts(space, ports)).orElseGet(space::any);
  }

  private static boolean isBehind(Arrival arrival) {
    return switch (arrival) {
      case Arrival.Behind _, Arrival.Direct _ -> true;
      case Arrival.AtHost _, Arrival.AtHostItself _, Arrival.Messages _ -> false;
    };
  }

  private static PacketSet coming(PacketSpace space, Way way, End end) {
    Ending wanted = isBehind(way.end()) ? Ending.SENT : Ending.DELIVERED;
    return end.ending() == wanted
        ? end.packets().and(dialled(space, way)).and(at(space, way.end(), end))
        : space.none();
  }

  private static PacketSet at(PacketSpace space, Arrival arrival, End end) {
    return switch (arrival) {
      case Arrival.AtHost it ->
          boundFor(space, it.address().map(IpPrefix::single).map(AddressSet::of), end)
              .and(withPorts(space, it.ports(), end));
      case Arrival.AtHostItself it ->
          space.any().minus(withPorts(space, Optional.of(it.published()), end));
      case Arrival.Messages it -> messages(space, it.kind());
      case Arrival.Behind it ->
          boundFor(space, Optional.of(it.addresses()), end).and(withPorts(space, it.ports(), end));
      case Arrival.Direct it ->
          end.translation().isPresent()
              ? space.none()
              : space.to(it.addresses()).and(withPorts(space, it.ports(), end));
    };
  }

  static PacketSet messages(PacketSpace space, IcmpKind kind) {
    if (!kind.existsIn(space.family())) {
      return space.none();
    }
    return kind.type(space.family())
        .map(space::ofIcmpType)
        .orElseGet(() -> space.ofProtocol(space.family() == Family.IPV4 ? "icmp" : "ipv6-icmp"));
  }

  private static PacketSet boundFor(PacketSpace space, Optional<AddressSet> addresses, End end) {
    if (addresses.isEmpty()) {
      return space.any();
    }
    return end.translation()
        .map(to -> addresses.get().contains(to.address()) ? space.any() : space.none())
        .orElseGet(() -> space.to(addresses.get()));
  }

  private static PacketSet withPorts(
      PacketSpace space, Optional<List<ProtocolPorts>> ports, End end) {
    if (ports.isEmpty()) {
      return space.any();
    }
    Optional<Integer> translated = end.translation().flatMap(Translation::port);
    if (translated.isEmpty()) {
      return toPorts(space, ports.get());
    }
    return ports.get().stream()
        .filter(one -> one.ports().contains(translated.get()))
        .map(one -> space.ofProtocol(one.protocol().label()))
        .reduce(space.none(), PacketSet::or);
  }

  static PacketSet toPorts(PacketSpace space, List<ProtocolPorts> ports) {
    return ports.stream()
        .map(one -> space.ofProtocol(one.protocol().label()).and(space.toPorts(one.ports())))
        .reduce(space.none(), PacketSet::or);
  }
}
