package dev.fwctl.acceptance;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Ruleset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A host for tests that need none on the lab. */
final class SampleHost {
  private SampleHost() {}

  private static NetworkInterface link(String name, String... addresses) {
    List<InterfaceAddress> own = new ArrayList<>();
    for (String address : addresses) {
      String[] parts = address.split("/");
      own.add(new InterfaceAddress(IpAddress.of(parts[0]), Integer.parseInt(parts[1])));
    }
    return new NetworkInterface(name, "", true, own);
  }

  private static Route route(String to, String by) {
    return new Route(IpPrefix.of(to), Optional.empty(), by);
  }

  private static PublishedPort publish(int port, int inside, String... address) {
    return new PublishedPort(
        new ProtocolPorts(TransportProtocol.TCP, PortRange.single(port)),
        List.of(address).stream().findFirst().map(IpAddress::of),
        PortRange.single(inside),
        false);
  }

  private static Container container(String name, String address, PublishedPort... published) {
    return new Container(
        "0123456789ab",
        name,
        name + ":1",
        true,
        Networking.NETWORKS,
        new TreeMap<>(),
        List.of(published),
        List.of(),
        List.of(new Container.Attachment("bridge", List.of(IpAddress.of(address)), List.of())));
  }

  static Host host() {
    ConnectionSettings reached =
        new ConnectionSettings(
            "ssh",
            "shop",
            22,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Duration.ofSeconds(10),
            0,
            Optional.empty(),
            Map.of());
    return new Host("shop", new TreeSet<>(), reached, new Place("hosts.yml", 1, 1));
  }

  /** Returns what is learnt of a host with one network outside, one inside, and containers. */
  static HostFacts facts() {
    return facts(List.of());
  }

  /** Returns the same, with rules. */
  static HostFacts facts(List<Ruleset> rules) {
    DockerFacts docker =
        new DockerFacts(
            DockerFacts.State.RUNNING,
            "26.1.5",
            List.of(
                container("web", "172.17.0.2", publish(8081, 80)),
                container("admin", "172.17.0.3", publish(22, 22, "192.0.2.11")),
                container("db", "172.17.0.4")),
            List.of(
                new ContainerNetwork(
                    "bridge",
                    "bridge",
                    Optional.of("docker0"),
                    List.of(IpPrefix.of("172.17.0.0/16")),
                    List.of())),
            new DockerFacts.Settings(false, false, Optional.empty()));
    NetworkFacts network =
        new NetworkFacts(
            "shop",
            List.of(
                link("lo", "127.0.0.1/8", "::1/128"),
                link("eth0", "192.0.2.10/24", "192.0.2.11/24", "2001:db8::10/64", "fe80::1/64"),
                link("eth1", "10.1.0.1/24", "fe80::2/64"),
                link("docker0", "172.17.0.1/16", "fe80::3/64")),
            List.of(
                route("0.0.0.0/0", "eth0"),
                route("192.0.2.0/24", "eth0"),
                route("10.1.0.0/24", "eth1"),
                route("172.17.0.0/16", "docker0"),
                route("::/0", "eth0"),
                route("fe80::/64", "eth0"),
                route("fe80::/64", "docker0")),
            true);
    SshFacts ssh =
        new SshFacts(
            List.of(),
            Optional.of(
                new SshFacts.OwnConnection(
                    IpAddress.of("198.51.100.7"), IpAddress.of("192.0.2.10"), 22)));
    FirewallFacts firewall =
        new FirewallFacts(
            List.of(new FirewallFacts.Tool(Variant.NFT, "1.8.9")),
            true,
            rules,
            List.of(),
            List.of(),
            true,
            "digest");
    return new HostFacts(
        new TreeMap<>(
            Map.of("docker", docker, "network", network, "ssh", ssh, "firewall", firewall)));
  }
}
