package dev.fwctl.plugin.iptables;

import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.Outbound;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for what leaves by an external interface: what the host sends, and what its containers
 * send, before their addresses are translated.
 */
final class OutboundRules {
  private final Family family;
  private final HostIntent intent;
  private final DockerBridges bridges;
  private final Sources sources;
  private final FamilyRules rules;

  OutboundRules(
      Family family, HostIntent intent, DockerBridges bridges, Sources sources, FamilyRules rules) {
    this.family = family;
    this.intent = intent;
    this.bridges = bridges;
    this.sources = sources;
    this.rules = rules;
  }

  void write() {
    intent.outbound().ifPresent(this::write);
  }

  private void write(Outbound outbound) {
    boolean host = keepsAnythingIn(outbound, false);
    boolean containers = !bridges.isEmpty() && keepsAnythingIn(outbound, true);
    if (host) {
      writeHost(outbound);
    }
    if (containers) {
      writeContainers(outbound);
    }
    if (outbound.fallback() == DefaultAction.REJECT) {
      rules.rejectOutbound();
    }
  }

  private static boolean keepsAnythingIn(Outbound outbound, boolean containers) {
    return outbound.fallback() != DefaultAction.ACCEPT
        || outbound.denies().stream().anyMatch(deny -> isFor(deny.origin(), containers));
  }

  private static boolean isFor(Origin origin, boolean containers) {
    return switch (origin) {
      case Origin.Everything everything -> true;
      case Origin.HostItself host -> !containers;
      case Origin.Containers some -> containers;
    };
  }

  private void writeHost(Outbound outbound) {
    OwnChain leaving = rules.hook(OwnNames.OUTPUT, OwnNames.OWN_OUTPUT);
    writeReplies(leaving);
    OwnChain judged = rules.chain(OwnNames.OWN_SENT);
    for (String external : intent.external()) {
      leaving.add(
          List.of(new Match.OutInterface(false, InterfaceNames.plain(external))),
          new Target.Jump(judged.name()),
          Comments.TO_OUTSIDE);
    }
    for (Essentials.Essential essential : Essentials.outbound(family)) {
      judged.add(essential.matches(), new Target.Return(), essential.comment());
    }
    writeVerdicts(outbound, false, judged);
  }

  private void writeContainers(Outbound outbound) {
    OwnChain routed = rules.hook(OwnNames.FORWARD, OwnNames.OWN_FORWARD);
    writeReplies(routed);
    OwnChain leaving = rules.chain(OwnNames.OWN_CONTAINERS);
    for (String external : intent.external()) {
      routed.add(
          List.of(new Match.OutInterface(false, InterfaceNames.plain(external))),
          new Target.Jump(leaving.name()),
          Comments.TO_OUTSIDE);
    }
    for (String bridge : bridges.foreign()) {
      leaving.add(
          List.of(new Match.InInterface(false, bridge)), new Target.Return(), Comments.NOT_DOCKERS);
    }
    OwnChain judged = rules.chain(OwnNames.OWN_EGRESS);
    for (String bridge : bridges.names()) {
      leaving.add(
          List.of(new Match.InInterface(false, bridge)),
          new Target.Goto(judged.name()),
          Comments.FROM_CONTAINER);
    }
    for (Essentials.Essential essential : Essentials.errors(family)) {
      judged.add(essential.matches(), new Target.Return(), essential.comment());
    }
    writeVerdicts(outbound, true, judged);
  }

  private static void writeReplies(OwnChain chain) {
    chain.add(List.of(new Match.ConnectionDirection(true)), new Target.Return(), Comments.REPLIES);
  }

  private void writeVerdicts(Outbound outbound, boolean containers, OwnChain chain) {
    for (OutboundEntry deny : outbound.denies()) {
      if (isFor(deny.origin(), containers)) {
        writeEntry(deny, new Target.Drop(), chain);
      }
    }
    if (outbound.fallback() != DefaultAction.ACCEPT) {
      for (OutboundEntry allow : outbound.allows()) {
        if (isFor(allow.origin(), containers)) {
          writeEntry(allow, new Target.Return(), chain);
        }
      }
    }
    String comment = Comments.ofDefault(outbound.fallbackPlace());
    switch (outbound.fallback()) {
      case ACCEPT -> {}
      case DROP -> chain.add(List.of(), new Target.Drop(), comment);
      case REJECT -> chain.add(List.of(), InboundRules.mark(), comment);
    }
  }

  private void writeEntry(OutboundEntry entry, Target verdict, OwnChain chain) {
    String comment = Comments.of(entry.place(), entry.policy());
    List<List<Match>> peers = sources.alternatives(entry.to(), family, Sources.End.DESTINATION);
    for (List<Match> origin : origins(entry.origin())) {
      for (List<Match> traffic : traffic(entry.traffic())) {
        for (List<Match> peer : peers) {
          List<Match> matches = new ArrayList<>(origin);
          matches.addAll(peer);
          matches.addAll(traffic);
          chain.add(matches, verdict, comment);
        }
      }
    }
  }

  private List<List<Match>> origins(Origin origin) {
    return switch (origin) {
      case Origin.Everything everything -> List.of(List.of());
      case Origin.HostItself host -> List.of(List.of());
      case Origin.Containers some -> {
        List<List<Match>> origins = new ArrayList<>();
        for (String bridge : some.bridges()) {
          origins.add(List.of(new Match.InInterface(false, InterfaceNames.plain(bridge))));
        }
        for (IpAddress address : some.addresses()) {
          if (address.family() == family) {
            origins.add(List.of(Match.source(address)));
          }
        }
        yield origins;
      }
    };
  }

  private List<List<Match>> traffic(Traffic traffic) {
    return switch (traffic) {
      case Traffic.All all -> List.of(List.of());
      case Traffic.Ports ports -> PortMatches.alternatives(ports.ports());
      case Traffic.Icmp messages -> InboundRules.icmp(messages.kind(), family);
      case Traffic.ContainerPorts ports ->
          throw new IllegalArgumentException("an outbound rule has container ports: " + ports);
    };
  }
}
