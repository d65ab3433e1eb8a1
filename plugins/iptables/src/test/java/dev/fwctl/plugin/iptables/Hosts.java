package dev.fwctl.plugin.iptables;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.Outbound;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Ruleset;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Hosts and intents for tests, in few words. */
final class Hosts {
  private Hosts() {}

  static HostFacts docker(Ruleset... rulesets) {
    return facts(firewall(rulesets), dockerRunning(), true);
  }

  static HostFacts plain(Ruleset... rulesets) {
    return facts(firewall(rulesets), DockerFacts.absent(), true);
  }

  static DockerFacts dockerRunning() {
    return new DockerFacts(
        DockerFacts.State.RUNNING,
        "28.5.2",
        List.of(),
        List.of(),
        new DockerFacts.Settings(false, false, Optional.empty()));
  }

  static FirewallFacts firewall(Ruleset... rulesets) {
    return new FirewallFacts(
        List.of(new Tool(Variant.NFT, "1.8.9"), new Tool(Variant.LEGACY, "1.8.9")),
        true,
        List.of(rulesets),
        List.of(),
        List.of(),
        true,
        "0".repeat(64));
  }

  static HostFacts facts(FirewallFacts firewall, DockerFacts docker, boolean ipv6) {
    SortedMap<String, Fact> facts = new TreeMap<>();
    facts.put("firewall", firewall);
    facts.put("docker", docker);
    facts.put(
        "network",
        new NetworkFacts(
            "host", List.of(new NetworkInterface("eth0", "", true, List.of())), List.of(), ipv6));
    facts.put("ssh", new SshFacts(List.of(), Optional.empty()));
    return new HostFacts(facts);
  }

  static HostIntent inbound(
      DefaultAction fallback,
      List<PublishedEndpoint> published,
      List<InboundEntry> allows,
      List<InboundEntry> denies) {
    return new HostIntent(
        new TreeSet<>(List.of("eth0")),
        Optional.of(
            new Inbound(
                fallback,
                Optional.of(new Place("policies/shop.yml", 9, 16)),
                published,
                allows,
                denies)),
        Optional.empty(),
        Optional.empty());
  }

  static HostIntent outbound(
      DefaultAction fallback, List<OutboundEntry> allows, List<OutboundEntry> denies) {
    return new HostIntent(
        new TreeSet<>(List.of("eth0")),
        Optional.empty(),
        Optional.of(
            new Outbound(
                fallback, Optional.of(new Place("policies/shop.yml", 29, 16)), allows, denies)),
        Optional.empty());
  }

  static HostIntent withOwn(HostIntent intent, String client) {
    return new HostIntent(
        intent.external(),
        intent.inbound(),
        intent.outbound(),
        Optional.of(new HostIntent.OwnAccess(IpAddress.of(client), 22)));
  }

  static InboundEntry entry(int line, HostIntent.Target target, Peers from) {
    return new InboundEntry(target, from, "shop", new Place("policies/shop.yml", line, 9));
  }

  static OutboundEntry entry(int line, HostIntent.Origin origin, Traffic traffic, Peers to) {
    return new OutboundEntry(origin, traffic, to, "shop", new Place("policies/shop.yml", line, 9));
  }

  static PublishedEndpoint published(String container, String ports, int inner) {
    return published(container, ports, inner, Optional.empty());
  }

  static PublishedEndpoint published(
      String container, String ports, int inner, Optional<IpAddress> address) {
    ProtocolPorts outer = ports(ports);
    return new PublishedEndpoint(
        container,
        new PublishedPort(
            outer, address, new PortRange(inner, inner + outer.ports().size() - 1), false));
  }

  static HostIntent.Target hostPorts(String... ports) {
    return new HostIntent.Target.HostPorts(Stream.of(ports).map(Hosts::ports).toList());
  }

  static HostIntent.Target anyPorts(String... ports) {
    return new HostIntent.Target.AnyPorts(Stream.of(ports).map(Hosts::ports).toList());
  }

  static HostIntent.Target publishedPorts(PublishedEndpoint... endpoints) {
    return new HostIntent.Target.PublishedPorts(List.of(endpoints));
  }

  /** Reads {@code 80/tcp} or {@code 8000-8010/udp}. */
  static ProtocolPorts ports(String text) {
    int slash = text.indexOf('/');
    String[] ends = text.substring(0, slash).split("-", -1);
    return new ProtocolPorts(
        TransportProtocol.parse(text.substring(slash + 1)).orElseThrow(),
        new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
  }

  static Peers any() {
    return new Peers(List.of("any"), AddressSet.any());
  }

  static Peers peers(String... prefixes) {
    return new Peers(
        List.of(prefixes), AddressSet.ofPrefixes(Stream.of(prefixes).map(IpPrefix::of).toList()));
  }
}
