package dev.fwctl.core.proof;

import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import java.util.stream.IntStream;

/**
 * The packets that a host can't live without, which every policy lets through and no assertion
 * speaks of.
 *
 * <p>It is told here once more, beside what backends make of it, so that one is held against the
 * other. Sources: RFC 4890 section 4.4.1, RFC 1122 section 3.2.2, RFC 2131 section 4.1, RFC 8415
 * section 7.2.
 */
final class Essentials {
  private static final AddressSet LINK_LOCAL = AddressSet.of(IpPrefix.of("fe80::/10"));

  private Essentials() {}

  /** Returns what must get to a host from outside. */
  static PacketSet inbound(PacketSpace space) {
    PacketSet dhcp =
        space.family() == Family.IPV6
            ? udp(space)
                .and(space.toPorts(PortRange.single(546)))
                .and(space.from(LINK_LOCAL))
                .and(space.to(LINK_LOCAL))
            : udp(space)
                .and(space.fromPorts(PortRange.single(67)))
                .and(space.toPorts(PortRange.single(68)));
    return errors(space).or(neighbourhood(space)).or(dhcp);
  }

  /** Returns what a host must be able to send. */
  static PacketSet outbound(PacketSpace space) {
    PacketSet dhcp =
        space.family() == Family.IPV6
            ? udp(space)
                .and(space.fromPorts(PortRange.single(546)))
                .and(space.toPorts(PortRange.single(547)))
                .and(space.from(LINK_LOCAL))
            : udp(space)
                .and(space.fromPorts(PortRange.single(68)))
                .and(space.toPorts(PortRange.single(67)));
    return errors(space).or(neighbourhood(space)).or(dhcp);
  }

  /** Returns what tells a sender that a packet did not arrive. */
  static PacketSet errors(PacketSpace space) {
    return space.family() == Family.IPV6 ? messages(space, 1, 2, 3, 4) : messages(space, 3, 11, 12);
  }

  private static PacketSet neighbourhood(PacketSpace space) {
    if (space.family() == Family.IPV6) {
      return messages(space, 130, 131, 132, 133, 134, 135, 136, 143);
    }
    return space.tellsApart("igmp") ? space.ofProtocol("igmp") : space.none();
  }

  private static PacketSet udp(PacketSpace space) {
    return space.ofProtocol("udp");
  }

  private static PacketSet messages(PacketSpace space, int... types) {
    return IntStream.of(types).mapToObj(space::ofIcmpType).reduce(space.none(), PacketSet::or);
  }
}
