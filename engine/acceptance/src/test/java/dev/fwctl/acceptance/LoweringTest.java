package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.analysis.Shapes;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.proof.Findings;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.Place;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.plugin.iptables.IptablesBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that are made of a policy let in what it says, and a proof finds where they do not. */
class LoweringTest {
  private static final String OFFICE = "[203.0.113.0/24, \"2001:db8:7::/48\"]";

  private final IptablesBackend backend = new IptablesBackend();

  @TempDir private Path folder;

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

  /** Returns what is learnt of a host with one network outside, one inside, and containers. */
  private static HostFacts facts() {
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
            List.of(),
            List.of(),
            List.of(),
            true,
            "digest");
    return new HostFacts(
        new TreeMap<>(
            Map.of("docker", docker, "network", network, "ssh", ssh, "firewall", firewall)));
  }

  private HostIntent intent(String inbound) throws IOException {
    Files.writeString(
        folder.resolve("a.yml"),
        "fwctl: 1\npolicies: {p: {hosts: all, inbound: %s}}\n"
            .formatted(inbound.replace("OFFICE", OFFICE)));
    PolicyRepository repository = new PolicyReader(Map.of()).read(folder, folder);
    HostOutcome outcome =
        new IntentResolver(repository, (pattern, place) -> List.of("shop"))
            .resolve("shop", facts());
    assertThat(outcome).isInstanceOf(HostOutcome.Resolved.class);
    return ((HostOutcome.Resolved) outcome).intent();
  }

  private static Findings prove(HostIntent intent, OwnedRules rules) {
    PredictedHost others =
        PredictedHost.withoutOurs(facts(), intent.external(), OwnedRules.none(), List.of());
    Shape shape = new Shapes(List.of()).of(List.of(OwnedRules.none(), rules), others);
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
    return Proofs.withoutAssertions()
        .of(
            new Host("shop", new TreeSet<>(), reached, new Place("hosts.yml", 1, 1)),
            OwnedRules.none(),
            rules,
            Optional.of(intent),
            others,
            shape);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{default: drop}",
        "{default: reject, allow: {to: host, port: [80/tcp, 8000-8010/udp], from: any}}",
        "{default: accept, deny: {to: any, from: 198.51.100.66}}",
        "{default: accept, deny: {to: {container: web}, from: 198.51.100.0/24}}",
        "{default: drop, allow: {to: any, from: OFFICE}, deny: {to: any, port: 23/tcp, from: any}}",
        "{default: drop, allow: [{to: host, from: OFFICE}, {to: host, icmp: any, from: any}]}",
        "{default: drop, allow: [{to: {container: web}, port: 8081/tcp, from: OFFICE},"
            + " {to: {container: admin}, from: 203.0.113.9},"
            + " {to: host, port: 22/tcp, from: OFFICE}]}",
        "{default: drop, allow: {to: published, from: any}, deny: {to: host, from: any}}",
        "{default: drop, allow: {to: any, from: any}, deny: {to: published, from: OFFICE}}",
        "{deny: {to: host, icmp: echo-request, from: OFFICE}}"
      })
  void whatAPolicySaysIsWhatItsRulesDo(String inbound) throws IOException {
    HostIntent intent = intent(inbound);
    assertThat(prove(intent, backend.lower(intent, facts())))
        .isEqualTo(new Findings(List.of(), List.of()));
  }

  @Test
  void aRuleThatIsMissingIsFound() throws IOException {
    HostIntent intent =
        intent(
            "{default: drop, allow: [{to: {container: web}, port: 8081/tcp, from: OFFICE},"
                + " {to: host, port: 9000/tcp, from: any}], deny: {to: any, from: 203.0.113.66}}");
    OwnedRules rules = backend.lower(intent, facts());
    assertThat(refusal(prove(intent, without(rules, "--dport 8081 -j RETURN"))))
        .contains("would keep out what the policy lets in", ":8081/tcp");
    assertThat(refusal(prove(intent, without(rules, "-s 203.0.113.66/32 -j DROP"))))
        .contains("would let in what the policy keeps out", "203.0.113.66:");
    assertThat(refusal(prove(intent, without(rules, "--ctdir REPLY -j RETURN"))))
        .contains("would keep out what the policy lets in");
    assertThat(refusal(prove(intent, without(rules, "-o docker0 -g FWCTL-UNPUBLISHED"))))
        .contains("would let in what the policy keeps out", "-> 172.17.");
  }

  private static String refusal(Findings findings) {
    assertThat(findings.refusals()).isNotEmpty();
    Problem problem = findings.refusals().getLast();
    assertThat(problem.code()).isEqualTo(ErrorCode.NOT_EQUIVALENT);
    return problem.message();
  }

  /** Returns rules without those of IPv4 that end so. */
  private OwnedRules without(OwnedRules rules, String ending) {
    List<OwnedTable> tables = new ArrayList<>();
    int removed = 0;
    for (OwnedTable table : rules.tables()) {
      List<Chain> chains = new ArrayList<>();
      for (Chain chain : table.chains()) {
        List<Rule> kept =
            chain.rules().stream()
                .filter(
                    rule ->
                        table.family() == Family.IPV6
                            || !backend.show(table.family(), rule).endsWith(ending))
                .toList();
        removed += chain.rules().size() - kept.size();
        chains.add(new Chain(chain.name(), chain.policy(), kept));
      }
      tables.add(
          new OwnedTable(table.family(), table.variant(), table.name(), chains, table.hooks()));
    }
    assertThat(removed).as("rules that end with '%s'", ending).isPositive();
    return new OwnedRules(tables, rules.sets());
  }
}
