package dev.fwctl.core.proof;

import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.OwnAccess;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import java.util.Collection;
import java.util.List;

/**
 * What an intent says of packets, as sets of them, whatever rules are made of it.
 *
 * <p>It is what policy documents mean, told beside what backends make of it, so that one is held
 * against the other.
 */
final class Admission {
  private final PacketSpace space;
  private final HostIntent intent;

  Admission(PacketSpace space, HostIntent intent) {
    this.space = space;
    this.intent = intent;
  }

  /** Returns which packets may come in that are bound for the host. */
  PacketSet toHost(Inbound inbound) {
    PacketSet admitted =
        inbound.fallback() == DefaultAction.ACCEPT ? space.any() : all(inbound.allows());
    return admitted
        .minus(all(inbound.denies()))
        .or(Essentials.inbound(space))
        .or(intent.own().map(this::own).orElse(space.none()));
  }

  /**
   * Returns which packets may come in that are bound for a container's own address: those of
   * sources that may reach everything or go that way, and that are denied no port of a container.
   */
  PacketSet direct(Inbound inbound) {
    PacketSet admitted =
        inbound.fallback() == DefaultAction.ACCEPT
            ? space.any()
            : from(inbound.allows().stream().filter(Admission::allowsDirectly).toList());
    return admitted.minus(
        from(inbound.denies().stream().filter(Admission::speaksOfContainers).toList()));
  }

  private static boolean allowsDirectly(InboundEntry allow) {
    return allow.target() instanceof Target.Everything
        || allow.target() instanceof Target.DirectRoute;
  }

  /** Tells whether a refusal is also for containers' own addresses. */
  static boolean speaksOfContainers(InboundEntry deny) {
    return switch (deny.target()) {
      case Target.Everything _, Target.AnyPorts _, Target.PublishedPorts _, Target.DirectRoute _ ->
          true;
      case Target.HostEverything _, Target.HostPorts _, Target.IcmpMessages _ -> false;
    };
  }

  private PacketSet from(Collection<InboundEntry> entries) {
    return entries.stream()
        .map(entry -> space.from(entry.from().addresses()))
        .reduce(space.none(), PacketSet::or);
  }

  /** Returns the packets to the host that some entries speak of. */
  PacketSet all(Collection<InboundEntry> entries) {
    return entries.stream().map(this::of).reduce(space.none(), PacketSet::or);
  }

  /** Returns the packets to the host that an entry speaks of. */
  PacketSet of(InboundEntry entry) {
    PacketSet target =
        switch (entry.target()) {
          case Target.Everything _ -> space.any();
          case Target.AnyPorts it -> Goal.toPorts(space, it.ports());
          case Target.HostEverything _ -> space.any().minus(published());
          case Target.HostPorts it -> Goal.toPorts(space, it.ports()).minus(published());
          case Target.PublishedPorts it -> published(it.endpoints());
          case Target.DirectRoute _ -> space.none();
          case Target.IcmpMessages it -> Goal.messages(space, it.kind());
        };
    return target.and(space.from(entry.from().addresses()));
  }

  private PacketSet published() {
    return published(intent.inbound().map(Inbound::published).orElse(List.of()));
  }

  /** Returns the packets to published ports. */
  PacketSet published(Collection<PublishedEndpoint> endpoints) {
    return endpoints.stream()
        .map(
            endpoint -> {
              PacketSet dialled = Goal.toPorts(space, List.of(endpoint.port().ports()));
              return endpoint
                  .port()
                  .hostAddress()
                  .map(address -> dialled.and(space.to(AddressSet.of(IpPrefix.single(address)))))
                  .orElse(dialled);
            })
        .reduce(space.none(), PacketSet::or);
  }

  private PacketSet own(OwnAccess own) {
    return space
        .from(AddressSet.of(IpPrefix.single(own.client())))
        .and(space.ofProtocol("tcp"))
        .and(space.toPorts(PortRange.single(own.serverPort())));
  }
}
