package dev.fwctl.core.intent;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Glob;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Small hosts, containers and policies for tests. */
final class Samples {
  static final SshFacts.OwnConnection OWN =
      new SshFacts.OwnConnection(IpAddress.of("192.0.2.9"), IpAddress.of("192.0.2.1"), 22);

  private Samples() {}

  static Place line(int line) {
    return new Place("policies/test.yml", line, 3);
  }

  static ProtocolPorts ports(String text) {
    String[] parts = text.split("/");
    String[] range = parts[0].split("-");
    int first = Integer.parseInt(range[0]);
    int last = range.length > 1 ? Integer.parseInt(range[1]) : first;
    return new ProtocolPorts(
        TransportProtocol.parse(parts[1]).orElseThrow(), new PortRange(first, last));
  }

  /** Reads {@code [ADDRESS:]HOSTPORTS:CONTAINERPORTS/PROTOCOL}. */
  static PublishedPort publish(String text) {
    String protocol = text.substring(text.indexOf('/'));
    String[] parts = text.substring(0, text.indexOf('/')).split(":");
    Optional<IpAddress> address =
        parts.length > 2 ? Optional.of(IpAddress.of(parts[0])) : Optional.empty();
    return new PublishedPort(
        ports(parts[parts.length - 2] + protocol),
        address,
        ports(parts[parts.length - 1] + protocol).ports(),
        false);
  }

  static Container container(String name, String... published) {
    return container(name, Networking.NETWORKS, List.of("bridge"), published);
  }

  static Container container(
      String name, Networking networking, List<String> networks, String... published) {
    List<PublishedPort> ports = new ArrayList<>();
    for (String port : published) {
      ports.add(publish(port));
    }
    return new Container(
        "id-of-" + name,
        name,
        name + ":1",
        true,
        networking,
        new TreeMap<>(),
        ports,
        List.of(),
        networks.stream()
            .map(network -> new Container.Attachment(network, List.of(), List.of()))
            .toList());
  }

  static Container onHostNetwork(String name, String... exposed) {
    Container plain = container(name, Networking.HOST, List.of("host"));
    List<ProtocolPorts> ports = new ArrayList<>();
    for (String port : exposed) {
      ports.add(ports(port));
    }
    return new Container(
        plain.id(),
        name,
        plain.image(),
        false,
        plain.networking(),
        plain.labels(),
        List.of(),
        ports,
        plain.attachments());
  }

  static Container fixed(String name, String network, String... addresses) {
    Container plain = container(name);
    List<IpAddress> fixed = List.of(addresses).stream().map(IpAddress::of).toList();
    return new Container(
        plain.id(),
        name,
        plain.image(),
        true,
        plain.networking(),
        plain.labels(),
        List.of(),
        List.of(),
        List.of(new Container.Attachment(network, fixed, fixed)));
  }

  static DockerFacts docker(Container... containers) {
    return new DockerFacts(
        DockerFacts.State.RUNNING,
        "28.5.2",
        List.of(containers),
        List.of(
            network("bridge", "bridge", "docker0", "172.17.0.0/16"),
            network("backend", "bridge", "br-0a1b2c3d4e5f", "172.20.0.0/16"),
            network("dual", "bridge", "br-ffffffffffff", "172.21.0.0/16", "fd00:21::/64"),
            network("host", "host", ""),
            network("lan", "macvlan", "", "198.51.100.0/24"),
            new ContainerNetwork(
                "open", "bridge", Optional.of("br-111111111111"), List.of(), List.of("routed"))),
        new DockerFacts.Settings(false, false, Optional.empty()));
  }

  private static ContainerNetwork network(
      String name, String driver, String bridge, String... subnets) {
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String subnet : subnets) {
      prefixes.add(prefix(subnet));
    }
    return new ContainerNetwork(
        name,
        driver,
        bridge.isEmpty() ? Optional.empty() : Optional.of(bridge),
        prefixes,
        List.of());
  }

  static IpPrefix prefix(String text) {
    String[] parts = text.split("/");
    return new IpPrefix(IpAddress.of(parts[0]), Integer.parseInt(parts[1]));
  }

  static HostFacts facts(DockerFacts docker) {
    NetworkFacts network =
        new NetworkFacts(
            "test",
            List.of(face("lo", "loopback"), face("eth0", ""), face("docker0", "bridge")),
            List.of(
                new NetworkFacts.Route(
                    prefix("0.0.0.0/0"), Optional.of(IpAddress.of("192.0.2.254")), "eth0")),
            true);
    return facts(docker, network);
  }

  static HostFacts facts(DockerFacts docker, NetworkFacts network) {
    TreeMap<String, Fact> facts = new TreeMap<>();
    facts.put("docker", docker);
    facts.put("network", network);
    facts.put("ssh", new SshFacts(List.of(), Optional.of(OWN)));
    return new HostFacts(facts);
  }

  static NetworkFacts.NetworkInterface face(String name, String kind) {
    return new NetworkFacts.NetworkInterface(name, kind, true, List.of());
  }

  static Peers anyone() {
    return new Peers(List.of("any"), AddressSet.any());
  }

  static Peers from(String prefix) {
    return new Peers(List.of(prefix), AddressSet.of(prefix(prefix)));
  }

  static Traffic dialled(String... ports) {
    return new Traffic.Ports(List.of(ports).stream().map(Samples::ports).toList());
  }

  static Traffic inside(String... ports) {
    return new Traffic.ContainerPorts(List.of(ports).stream().map(Samples::ports).toList());
  }

  static LocalEnd named(String glob) {
    return new LocalEnd.Containers(
        new ContainerSelector(
            Optional.of(new Glob(glob)), Optional.empty(), Optional.empty(), Optional.empty()));
  }

  static Policy.Rule rule(int line, LocalEnd local, Traffic traffic, Peers peers) {
    return new Policy.Rule(local, traffic, peers, false, line(line));
  }

  static Policy.Rule optional(Policy.Rule rule) {
    return new Policy.Rule(rule.local(), rule.traffic(), rule.peers(), true, rule.place());
  }

  static Policy.Rules rules(
      int line, Optional<DefaultAction> fallback, List<Policy.Rule> allow, List<Policy.Rule> deny) {
    return new Policy.Rules(
        fallback.map(action -> new Policy.Fallback(action, line(line + 1))),
        allow,
        deny,
        line(line));
  }

  static Policy.Rules dropping(Policy.Rule... allow) {
    return rules(100, Optional.of(DefaultAction.DROP), List.of(allow), List.of());
  }

  static Policy.Rules denying(Policy.Rule... deny) {
    return rules(200, Optional.empty(), List.of(), List.of(deny));
  }

  static Policy inbound(String name, String hosts, Policy.Rules rules) {
    return new Policy(
        name, hosts, line(1), List.of(), Optional.of(rules), Optional.empty(), line(1));
  }

  static Policy outbound(String name, String hosts, Policy.Rules rules) {
    return new Policy(
        name, hosts, line(1), List.of(), Optional.empty(), Optional.of(rules), line(1));
  }

  static PolicyRepository repository(Policy... policies) {
    return new PolicyRepository(
        new TreeMap<>(), List.of(policies), List.of(), List.of("policies/test.yml"));
  }

  /** Returns a selection that knows {@code all} and hosts by their names, comma-separated. */
  static HostSelection among(String... names) {
    return (pattern, place) -> {
      List<String> found = new ArrayList<>();
      for (String name : names) {
        if (pattern.equals("all") || List.of(pattern.split(",")).contains(name)) {
          found.add(name);
        }
      }
      return found;
    };
  }
}
