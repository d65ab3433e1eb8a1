package dev.fwctl.core.proof;

import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.Outbound;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Traffic;
import java.util.Collection;

/**
 * What an intent says of packets that leave, as sets of them, whatever rules are made of it; what
 * {@link Admission} is to those that come in.
 */
final class Emission {
  private final PacketSpace space;
  private final Outbound outbound;

  Emission(PacketSpace space, Outbound outbound) {
    this.space = space;
    this.outbound = outbound;
  }

  /** Returns which packets the host itself may send to outside. */
  PacketSet ofHost() {
    return admitted(false).or(Essentials.outbound(space));
  }

  /** Returns which packets containers may send to outside. */
  PacketSet ofContainers() {
    return admitted(true).or(Essentials.errors(space));
  }

  private PacketSet admitted(boolean containers) {
    PacketSet allowed =
        outbound.fallback() == DefaultAction.ACCEPT
            ? space.any()
            : all(outbound.allows(), containers);
    return allowed.minus(all(outbound.denies(), containers));
  }

  private PacketSet all(Collection<OutboundEntry> entries, boolean containers) {
    return entries.stream()
        .map(
            entry ->
                from(entry.origin(), containers)
                    .and(of(entry.traffic()))
                    .and(space.to(entry.to().addresses())))
        .reduce(space.none(), PacketSet::or);
  }

  private PacketSet from(Origin origin, boolean containers) {
    return switch (origin) {
      case Origin.Everything _ -> space.any();
      case Origin.HostItself _ -> containers ? space.none() : space.any();
      case Origin.Containers some -> containers ? from(some) : space.none();
    };
  }

  private PacketSet from(Origin.Containers some) {
    AddressSet fixed =
        AddressSet.ofPrefixes(some.addresses().stream().map(IpPrefix::single).toList());
    return space.arrivingByAny(some.bridges()).or(space.from(fixed));
  }

  private PacketSet of(Traffic traffic) {
    return switch (traffic) {
      case Traffic.All _ -> space.any();
      case Traffic.Ports it -> Goal.toPorts(space, it.ports());
      case Traffic.Icmp it -> Goal.messages(space, it.kind());
      case Traffic.ContainerPorts it ->
          throw new IllegalStateException("an outbound rule has container ports: " + it);
    };
  }
}
