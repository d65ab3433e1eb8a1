package dev.fwctl.acceptance.speed;

import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A fleet that is only thought of: an inventory, a policy repository, and what its hosts answer.
 *
 * <p>There are as many services as policies; each policy is for all hosts and speaks of the
 * containers of one service. A host runs containers of some of the services, with identifiers,
 * addresses and Docker rules of its own. No text or list is shared between hosts, just as if each
 * had been asked.
 *
 * @param hosts how many hosts
 * @param containers how many containers a host runs
 * @param policies how many policies, and services
 * @param kinds how many kinds of hosts, which differ in the services that they run
 * @param variety in what two hosts of one kind differ
 */
record SyntheticFleet(int hosts, int containers, int policies, int kinds, Variety variety) {
  /** In what two hosts of one kind differ. */
  enum Variety {
    /** In their addresses, and in the addresses and identifiers of containers. */
    ADDRESSES,
    /** Besides, in images and in the bridges and subnets of their networks, as real hosts do. */
    NETWORKS,
    /** In names and ports of all containers too, so that no two hosts have equal rules. */
    RULES
  }

  String hostName(int host) {
    return "host-%05d.example".formatted(host);
  }

  /** Returns the number of the host of a name. */
  int number(String hostName) {
    return Integer.parseInt(hostName.substring("host-".length(), hostName.indexOf('.')));
  }

  String inventory() {
    StringBuilder text = new StringBuilder("[docker]\n");
    for (int host = 0; host < hosts; host++) {
      text.append(hostName(host)).append('\n');
    }
    return text.toString();
  }

  String sources() {
    return """
        fwctl: 1
        sources:
          office: [203.0.113.0/24, "2001:db8:7::/48"]
          monitors: [192.0.2.17, 192.0.2.18, "2001:db8:9::17"]
          banned: [198.51.100.66, 198.51.100.128/25]
        policies:
          baseline:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: host, port: 22/tcp, from: office}
                - {to: host, icmp: echo-request, from: any}
              deny:
                - {to: any, from: banned}
        """;
  }

  /** Returns the policy of a service; the baseline is the first of all policies. */
  String policy(int service) {
    return """
        fwctl: 1
        policies:
          service-%1$02d:
            hosts: all
            inbound:
              allow:
                - {to: {container: "service-%1$02d*"}, container-port: 8080/tcp, from: [office, 10.%1$d.0.0/16]}
                - {to: {container: "service-%1$02d*"}, container-port: 9100/tcp, from: monitors}
        """
        .formatted(service);
  }

  /** Returns what a host answers before fwctl has ever been there. */
  HostFacts facts(int host) {
    List<Container> running = new ArrayList<>();
    StringBuilder nat = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n");
    StringBuilder filter =
        new StringBuilder(
            "*filter\n:FORWARD DROP [0:0]\n:DOCKER - [0:0]\n:DOCKER-USER - [0:0]\n"
                + "-A FORWARD -j DOCKER-USER\n-A FORWARD -o %s -j DOCKER\n"
                    .formatted(network(host).bridge().orElseThrow()));
    nat.append("-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n");
    int kind = host % kinds;
    String bridge = network(host).bridge().orElseThrow();
    for (int i = 0; i < containers; i++) {
      int service = (kind * 7 + i * (policies / containers)) % (policies - 1);
      String address =
          variety == Variety.ADDRESSES
              ? "172.17.%d.%d".formatted(host / 250 % 250, i + 2)
              : "10.%d.%d.%d".formatted(128 + host / 250, host % 250, i + 2);
      int port =
          variety == Variety.RULES ? 1_024 + (host * 61 + i * 2) % 60_000 : 10_000 + service * 2;
      running.add(container(host, i, service, address, port));
      for (int offset = 0; offset < 2; offset++) {
        int inner = offset == 0 ? 8080 : 9100;
        nat.append(
            "-A DOCKER ! -i %s -p tcp -m tcp --dport %d -j DNAT --to-destination %s:%d\n"
                .formatted(bridge, port + offset, address, inner));
        filter.append(
            "-A DOCKER -d %1$s/32 ! -i %2$s -o %2$s -p tcp -m tcp --dport %3$d -j ACCEPT\n"
                .formatted(address, bridge, inner));
      }
    }
    List<Table> tables =
        new ArrayList<>(
            RulesetText.parse(nat.append("COMMIT\n").append(filter).append("COMMIT\n").toString()));
    return facts(host, running, tables, List.of());
  }

  private HostFacts facts(int host, List<Container> running, List<Table> ipv4, List<Table> ipv6) {
    SortedMap<String, Fact> facts = new TreeMap<>();
    facts.put("docker", docker(host, running));
    facts.put("network", interfaces(host));
    facts.put(
        "ssh",
        new SshFacts(
            List.of(),
            Optional.of(
                new SshFacts.OwnConnection(IpAddress.of("203.0.113.5"), address(host), 22))));
    List<Ruleset> rulesets = new ArrayList<>();
    rulesets.add(new Ruleset(Family.IPV4, Variant.NFT, ipv4));
    if (!ipv6.isEmpty()) {
      rulesets.add(new Ruleset(Family.IPV6, Variant.NFT, ipv6));
    }
    facts.put(
        "iptables",
        new FirewallFacts(
            List.of(new FirewallFacts.Tool(Variant.NFT, "1.8.9")),
            true,
            rulesets,
            List.of(),
            List.of(),
            true,
            "digest of " + host));
    return new HostFacts(facts);
  }

  private static IpAddress address(int host) {
    return new IpAddress(Family.IPV4, 0, 0xC633_0000L + host + 1);
  }

  private Container container(int host, int number, int service, String address, int port) {
    TreeMap<String, String> labels = new TreeMap<>();
    labels.put("com.docker.compose.project", "service-%02d".formatted(service));
    labels.put("com.docker.compose.service", "app");
    labels.put("com.docker.compose.config-hash", "%064x".formatted(host * 31L + number));
    labels.put("com.docker.compose.container-number", Integer.toString(number));
    List<PublishedPort> published = new ArrayList<>();
    List<ProtocolPorts> exposed = new ArrayList<>();
    for (int offset = 0; offset < 2; offset++) {
      PortRange inner = PortRange.single(offset == 0 ? 8080 : 9100);
      published.add(
          new PublishedPort(
              new ProtocolPorts(TransportProtocol.TCP, PortRange.single(port + offset)),
              Optional.empty(),
              inner,
              false));
      exposed.add(new ProtocolPorts(TransportProtocol.TCP, inner));
    }
    return new Container(
        "%064x".formatted(host * 1_000L + number),
        "service-%02d".formatted(service) + (variety == Variety.RULES ? "-" + host : ""),
        "registry.example/services/service-%02d:1.%d"
            .formatted(service, variety == Variety.ADDRESSES ? number : host),
        true,
        Networking.NETWORKS,
        labels,
        published,
        exposed,
        List.of(
            new Container.Attachment(
                network(host).name(), List.of(IpAddress.of(address)), List.of())));
  }

  private DockerFacts docker(int host, List<Container> running) {
    return new DockerFacts(
        DockerFacts.State.RUNNING,
        new StringBuilder("28.5.2").toString(),
        running,
        List.of(network(host)),
        new DockerFacts.Settings(false, false, Optional.empty()));
  }

  /** Returns the network of a host's containers. */
  private ContainerNetwork network(int host) {
    boolean own = variety != Variety.ADDRESSES;
    return new ContainerNetwork(
        new StringBuilder(own ? "services_default" : "bridge").toString(),
        new StringBuilder("bridge").toString(),
        Optional.of(own ? "br-%012x".formatted(host) : new StringBuilder("docker0").toString()),
        List.of(
            own
                ? new IpPrefix(
                    IpAddress.of("10.%d.%d.0".formatted(128 + host / 250, host % 250)), 24)
                : new IpPrefix(IpAddress.of("172.17.0.0"), 16)),
        List.of());
  }

  private NetworkFacts interfaces(int host) {
    ContainerNetwork network = network(host);
    List<NetworkInterface> interfaces = new ArrayList<>();
    interfaces.add(face("lo", "loopback", IpAddress.of("127.0.0.1"), 8));
    interfaces.add(face("eth0", "", address(host), 16));
    interfaces.add(
        face(
            network.bridge().orElseThrow(),
            "bridge",
            network.subnets().getFirst().address().next().orElseThrow(),
            network.subnets().getFirst().length()));
    return new NetworkFacts(
        "host-" + host,
        interfaces,
        List.of(
            new NetworkFacts.Route(
                IpPrefix.everything(Family.IPV4),
                Optional.of(IpAddress.of("198.51.0.1")),
                new StringBuilder("eth0").toString()),
            new NetworkFacts.Route(
                network.subnets().getFirst(),
                Optional.empty(),
                new StringBuilder(network.bridge().orElseThrow()).toString())),
        true);
  }

  private static NetworkInterface face(String name, String kind, IpAddress address, int length) {
    return new NetworkInterface(name, kind, true, List.of(new InterfaceAddress(address, length)));
  }

  /** Returns what a host answers once rules of ours are in force there. */
  static HostFacts withRules(HostFacts facts, OwnedRules owned) {
    FirewallFacts before = facts.firewall();
    List<Ruleset> rulesets = new ArrayList<>();
    List<String> applied = new ArrayList<>();
    for (Family family : Family.values()) {
      List<Table> tables = new ArrayList<>();
      before.ruleset(family, Variant.NFT).ifPresent(it -> tables.addAll(it.tables()));
      for (OwnedTable table : owned.tables()) {
        if (table.family() == family) {
          List<Chain> chains = new ArrayList<>();
          for (Hook hook : table.hooks()) {
            List<Rule> jump = List.of(hook.rule());
            chains.add(new Chain(hook.chain(), Optional.of("ACCEPT"), jump));
          }
          chains.addAll(table.chains());
          // Written and read again, so that hosts share no rule.
          String text = RulesetText.render(family, List.of(new Table(table.name(), chains)));
          tables.addAll(RulesetText.parse(text));
          text.lines().filter(line -> line.startsWith("-")).forEach(applied::add);
        }
      }
      if (!tables.isEmpty()) {
        rulesets.add(new Ruleset(family, Variant.NFT, tables));
      }
    }
    TreeMap<String, Fact> all = new TreeMap<>(facts.facts());
    all.put(
        "iptables",
        new FirewallFacts(
            before.tools(),
            before.ip6tables(),
            rulesets,
            List.of(),
            owned.sets(),
            true,
            before.ownDigest()));
    all.put(
        "receipt",
        new Receipt(
            Instant.EPOCH, "ann@desk", "run-1", Optional.empty(), false, "a".repeat(64), applied));
    return new HostFacts(all);
  }
}
