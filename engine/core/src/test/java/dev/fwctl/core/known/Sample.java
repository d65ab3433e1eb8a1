package dev.fwctl.core.known;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.ListeningSocket;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A host with Docker and a policy of ours. */
public final class Sample {
  /** What iptables-save prints there. */
  public static final String RULES =
      """
      *mangle
      :PREROUTING ACCEPT [0:0]
      :FWCTL-INBOUND - [0:0]
      -A PREROUTING -i eth0 -m comment --comment "fwctl hook" -j FWCTL-INBOUND
      -A FWCTL-INBOUND -m set --match-set fwctl-office src -p tcp -m tcp --dport 8081 -m comment --comment "policies/shop.yml:14 shop" -j RETURN
      -A FWCTL-INBOUND -p tcp -m tcp --dport 22 -m comment --comment "policies/shop.yml:15 shop" -j RETURN
      -A FWCTL-INBOUND -p tcp -m tcp --dport 25 -m recent --name spam -j RETURN
      -A FWCTL-INBOUND -p tcp -m tcp --dport 8090 -j RETURN
      -A FWCTL-INBOUND -m comment --comment "policies/shop.yml:9 default" -j DROP
      COMMIT
      *nat
      :PREROUTING ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      :DOCKER - [0:0]
      -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
      -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
      -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80
      COMMIT
      *filter
      :INPUT ACCEPT [0:0]
      :FORWARD DROP [0:0]
      :DOCKER - [0:0]
      -A FORWARD -o docker0 -j DOCKER
      -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      COMMIT
      """;

  private static final NetworkFacts NETWORK =
      new NetworkFacts(
          "web-01",
          List.of(
              link("lo", "127.0.0.1/8"),
              link("eth0", "192.0.2.10/24", "198.51.100.10/24", "2001:db8::10/64", "fe80::10/64"),
              link("docker0", "172.17.0.1/16")),
          List.of(
              new Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("192.0.2.1")), "eth0"),
              new Route(IpPrefix.of("2000::/3"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "docker0"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("172.17.0.0/16"), Optional.empty(), "docker0")),
          true);

  private static final DockerFacts DOCKER =
      new DockerFacts(
          DockerFacts.State.RUNNING,
          "20.10.24",
          List.of(
              container(
                  "shop",
                  Networking.NETWORKS,
                  List.of(
                      new PublishedPort(
                          ports(8081), Optional.empty(), PortRange.single(80), false)),
                  List.of(
                      new Attachment("bridge", List.of(IpAddress.of("172.17.0.2")), List.of()))),
              container("monitor", Networking.HOST, List.of(), List.of())),
          List.of(
              new ContainerNetwork(
                  "bridge",
                  "bridge",
                  Optional.of("docker0"),
                  List.of(IpPrefix.of("172.17.0.0/16")),
                  List.of())),
          new DockerFacts.Settings(false, false, Optional.of("iptables")));

  private Sample() {}

  private static ProtocolPorts ports(int port) {
    return new ProtocolPorts(TransportProtocol.TCP, PortRange.single(port));
  }

  private static Container container(
      String name,
      Networking networking,
      List<PublishedPort> published,
      List<Attachment> attachments) {
    return new Container(
        "0123456789ab",
        name,
        "web:1",
        true,
        networking,
        new TreeMap<>(Map.of("tier", "front")),
        published,
        List.of(ports(8090)),
        attachments);
  }

  private static NetworkInterface link(String name, String... addresses) {
    List<InterfaceAddress> own = new ArrayList<>();
    for (String address : addresses) {
      String[] parts = address.split("/");
      own.add(new InterfaceAddress(IpAddress.of(parts[0]), Integer.parseInt(parts[1])));
    }
    return new NetworkInterface(name, "", true, own);
  }

  /** Returns the facts of the host. */
  public static HostFacts facts() {
    return facts(RULES, List.of());
  }

  public static HostFacts facts(String rules, List<FirewallFacts.HiddenTable> hidden) {
    FirewallFacts firewall =
        new FirewallFacts(
            List.of(new Tool(Variant.NFT, "1.8.9")),
            true,
            List.of(new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(rules))),
            hidden,
            List.of(
                new NamedSet(
                    "fwctl-office",
                    Family.IPV4,
                    AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("192.0.2.7/32")))),
            true,
            "digest");
    return new HostFacts(
        new TreeMap<>(
            Map.of(
                "network",
                NETWORK,
                "docker",
                DOCKER,
                "ssh",
                new SshFacts(
                    List.of(new ListeningSocket(IpAddress.of("::"), 22)), Optional.empty()),
                "firewall",
                firewall,
                "nftables",
                new NftablesFacts(true, List.of(new NftTable("ip", "filter"))))));
  }

  /** Returns what is known of it. */
  public static KnownHost host() {
    return KnownHost.of("web-01", facts()).with(facts().firewall());
  }
}
