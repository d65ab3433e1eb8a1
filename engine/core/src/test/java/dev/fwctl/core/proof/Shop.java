package dev.fwctl.core.proof;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.analysis.Shapes;
import dev.fwctl.core.TestHosts;
import dev.fwctl.core.facts.UnseenRules;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A host of a shop: 192.0.2.10 and 2001:db8::10 by eth0, a web server in a container that publishes
 * 8081, and a database that publishes nothing.
 */
final class Shop {
  /** What Docker writes for it. */
  static final String DOCKER =
      """
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
      :OUTPUT ACCEPT [0:0]
      :DOCKER - [0:0]
      :DOCKER-USER - [0:0]
      -A FORWARD -j DOCKER-USER
      -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o docker0 -j DOCKER
      -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
      -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      COMMIT
      """;

  static final OwnConnection OWN =
      new OwnConnection(IpAddress.of("198.51.100.7"), IpAddress.of("192.0.2.10"), 22);

  private Shop() {}

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
        List.of(new Attachment("bridge", List.of(IpAddress.of(address)), List.of())));
  }

  static DockerFacts docker(boolean swarm) {
    return new DockerFacts(
        DockerFacts.State.RUNNING,
        "26.1.5",
        List.of(
            container(
                "web",
                "172.17.0.2",
                new PublishedPort(
                    new ProtocolPorts(TransportProtocol.TCP, PortRange.single(8081)),
                    Optional.empty(),
                    PortRange.single(80),
                    false)),
            container("db", "172.17.0.3")),
        List.of(
            new ContainerNetwork(
                "bridge",
                "bridge",
                Optional.of("docker0"),
                List.of(IpPrefix.of("172.17.0.0/16")),
                List.of())),
        new DockerFacts.Settings(swarm, false, Optional.empty()));
  }

  private static NetworkInterface link(String name, String... addresses) {
    List<InterfaceAddress> own = new ArrayList<>();
    for (String address : addresses) {
      String[] parts = address.split("/");
      own.add(new InterfaceAddress(IpAddress.of(parts[0]), Integer.parseInt(parts[1])));
    }
    return new NetworkInterface(name, "", true, own);
  }

  private static Route route(String to, String name) {
    return new Route(IpPrefix.of(to), Optional.empty(), name);
  }

  /**
   * Returns what is learnt of it.
   *
   * @param ipv4 what iptables-save prints
   * @param more facts in the place of those that it has
   */
  static HostFacts facts(String ipv4, Fact... more) {
    Map<String, Fact> facts = new TreeMap<>();
    facts.put("docker", docker(false));
    facts.put(
        "network",
        new NetworkFacts(
            "shop",
            List.of(
                link("lo", "127.0.0.1/8", "::1/128"),
                link("eth0", "192.0.2.10/24", "2001:db8::10/64", "fe80::10/64"),
                link("docker0", "172.17.0.1/16")),
            List.of(
                route("0.0.0.0/0", "eth0"),
                route("192.0.2.0/24", "eth0"),
                route("172.17.0.0/16", "docker0"),
                route("::/0", "eth0")),
            true));
    facts.put("ssh", new SshFacts(List.of(), Optional.of(OWN)));
    facts.put(
        "firewall",
        new FirewallFacts(
            List.of(new Tool(Variant.NFT, "1.8.9")),
            true,
            List.of(new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(ipv4))),
            List.of(),
            List.of(),
            true,
            "digest"));
    facts.put("nftables", new NftablesFacts(true, List.of()));
    for (Fact fact : more) {
      facts.entrySet().stream()
          .filter(entry -> entry.getValue().getClass() == fact.getClass())
          .findFirst()
          .orElseThrow()
          .setValue(fact);
    }
    return new HostFacts(new TreeMap<>(facts));
  }

  /** Returns assertions as a document has them, from its second line on. */
  static List<Assertion> assertions(String... lines) {
    if (lines.length == 0) {
      return List.of();
    }
    try {
      Path folder = Files.createTempDirectory("fwctl-proof");
      Path file = folder.resolve("a.yml");
      Files.writeString(file, "fwctl: 1\nassertions:\n  " + String.join("\n  ", lines) + "\n");
      try {
        return new PolicyReader(Map.of()).read(folder, folder).assertions();
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  static Proofs proofs(String... assertions) {
    return new Proofs(assertions(assertions), (String pattern, Place place) -> hosts());
  }

  private static Collection<String> hosts() {
    return List.of("shop");
  }

  /** Returns the shop with some rules of ours. */
  static PredictedHost predicted(HostFacts facts, OwnedRules ours) {
    return PredictedHost.withoutOurs(
            facts, facts.network().facingOutside(), OwnedRules.none(), UnseenRules.of(facts))
        .with(ours);
  }

  /** Proves what must hold of a plan that changes nothing of ours there. */
  static Findings prove(Proofs proofs, HostFacts facts) {
    return prove(proofs, facts, OwnedRules.none());
  }

  /** Proves what must hold of a plan that puts rules of ours there. */
  static Findings prove(Proofs proofs, HostFacts facts, OwnedRules wanted) {
    return prove(proofs, facts, wanted, Optional.empty());
  }

  /** Tells what of a policy has no effect there; no rules of ours are made of it. */
  static Findings judge(Proofs proofs, HostFacts facts, HostIntent intent) {
    return prove(proofs, facts, OwnedRules.none(), Optional.of(intent));
  }

  private static Findings prove(
      Proofs proofs, HostFacts facts, OwnedRules wanted, Optional<HostIntent> intent) {
    PredictedHost others = predicted(facts, OwnedRules.none());
    Shape shape = new Shapes(proofs.questions()).of(List.of(OwnedRules.none(), wanted), others);
    return proofs.of(
        TestHosts.named("shop", "ssh"), OwnedRules.none(), wanted, intent, others, shape);
  }

  /** Returns why a plan that changes nothing of ours there is refused. */
  static List<String> refusals(HostFacts facts, String... assertions) {
    return prove(proofs(assertions), facts).refusals().stream().map(Problem::message).toList();
  }
}
