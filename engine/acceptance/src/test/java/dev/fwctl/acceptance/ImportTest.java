package dev.fwctl.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.analysis.InboundEndpoint;
import dev.fwctl.analysis.InboundReach;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.importing.HostDraft;
import dev.fwctl.core.importing.Review;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.HostSelection;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.core.report.DraftText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.plugin.iptables.IptablesBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A policy that was imported says what a host lets in: no more, no less. */
class ImportTest {
  private static final HostSelection SHOP = (pattern, place) -> List.of("shop");

  /** What Docker writes for the containers of the host. */
  private static final String DOCKER =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      :DOCKER - [0:0]
      -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
      -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80
      -A DOCKER -d 192.0.2.11/32 ! -i docker0 -p tcp -m tcp --dport 22 -j DNAT --to-destination 172.17.0.3:22
      COMMIT
      *filter
      :INPUT %s [0:0]
      :FORWARD DROP [0:0]
      :DOCKER - [0:0]
      :DOCKER-USER - [0:0]
      %s
      -A FORWARD -j DOCKER-USER
      -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o docker0 -j DOCKER
      -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      -A DOCKER -d 172.17.0.3/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 22 -j ACCEPT
      COMMIT
      """;

  private final IptablesBackend backend = new IptablesBackend();

  private static HostFacts host(String policy, String... rules) {
    String ipv4 = DOCKER.formatted(policy, String.join("\n", rules));
    String ipv6 = "*filter\n:INPUT %s [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n".formatted(policy);
    return SampleHost.facts(
        List.of(
            new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(ipv4)),
            new Ruleset(Family.IPV6, Variant.NFT, RulesetText.parse(ipv6))));
  }

  private String imported(HostFacts facts) {
    SortedMap<String, HostDraft> drafts = new TreeMap<>();
    drafts.put("shop", HostDraft.of(facts, List.of(backend)));
    return DraftText.document(List.of("What it lets in."), drafts);
  }

  private Review review(HostFacts facts, String document) {
    Planner planner =
        new Planner(List.of(backend), new ReachDifference()::compare, Proofs.withoutAssertions());
    return requireNonNull(
        Review.of(document, Map.of(SampleHost.host(), facts), SHOP, planner).get("shop"));
  }

  private void assertNothingChanges(HostFacts facts) {
    String document = imported(facts);
    Review review = review(facts, document);
    assertThat(review.changes()).as(document).isEmpty();
    // Who is here on an old connection is told that a new one would not come in.
    assertThat(review.problems())
        .as(document)
        .allMatch(problem -> problem.code() == ErrorCode.LOCK_OUT);
  }

  @Test
  void tellsWhatAGuardedHostLetsIn() {
    HostFacts facts =
        host(
            "DROP",
            "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT",
            "-A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT",
            "-A INPUT -s 203.0.113.0/24 -p tcp -m multiport --dports 3306,9100 -j ACCEPT",
            "-A DOCKER-USER ! -s 203.0.113.0/24 -i eth0 -p tcp -m tcp --dport 80 -j DROP");
    assertThat(imported(facts))
        .isEqualTo(
            """
            # What it lets in.
            fwctl: 1

            policies:
              shop:
                hosts: shop
                inbound:
                  default: drop
                  allow:
                    - {to: host, icmp: echo-request, from: 0.0.0.0/0}
                    - {to: host, port: 22/tcp, from: 0.0.0.0/0}
                    - {to: host, port: [3306/tcp, 9100/tcp], from: 203.0.113.0/24}
                    - {to: {container: admin}, port: 22/tcp, from: 0.0.0.0/0}
                    - {to: {container: web}, port: 8081/tcp, from: 203.0.113.0/24}
                    # for neighbours who route to containers' own addresses, as far as rules
                    # of others let them
                    - {to: direct, from: 0.0.0.0/0}
            """);
    assertNothingChanges(facts);
  }

  @Test
  void tellsApartWhatAnOpenHostKeepsOut() {
    HostFacts facts =
        host(
            "ACCEPT",
            "-A INPUT -s 203.0.113.0/24 -p tcp -m tcp --dport 3306 -j ACCEPT",
            "-A INPUT -p tcp -m tcp --dport 3306 -j DROP",
            "-A INPUT -s 198.51.100.66/32 -j DROP");
    String document = imported(facts);
    assertThat(document)
        .contains("- {to: host, from: any}", "- {to: host, from: 198.51.100.66}")
        .contains("  shop-peers-1:  # everyone on IPv4 (but not 203.0.113.0/24)\n    - 0.0.0.0/1\n")
        .contains("- {to: host, port: 3306/tcp, from: shop-peers-1}");
    assertNothingChanges(facts);
  }

  @Test
  void leavesHostsAloneThatArePoliced() throws IOException {
    OwnedRules ours = lowered(host("ACCEPT"), imported(host("ACCEPT")));
    HostFacts guarded =
        SampleHost.facts(
            ours.tables().stream()
                .map(
                    table ->
                        new Ruleset(
                            table.family(),
                            Variant.NFT,
                            List.of(new Table(table.name(), table.chains()))))
                .toList());
    assertThatThrownBy(() -> HostDraft.of(guarded, List.of(backend)))
        .isInstanceOfSatisfying(
            FwctlException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(problem -> problem.code())
                    .containsExactly(ErrorCode.HOST_UNSUITABLE));
  }

  private OwnedRules lowered(HostFacts facts, String document) throws IOException {
    return backend.lower(intent(facts, document), facts);
  }

  private static HostIntent intent(HostFacts facts, String document) throws IOException {
    Path file = Files.createTempFile("imported", ".yml");
    try {
      Files.writeString(file, document);
      HostOutcome outcome =
          new IntentResolver(
                  new PolicyReader(Map.of()).read(file, requireNonNull(file.getParent())), SHOP)
              .resolve("shop", facts);
      assertThat(outcome).as(document).isInstanceOf(HostOutcome.Resolved.class);
      return ((HostOutcome.Resolved) outcome).intent();
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  Arbitrary<HostFacts> hosts() {
    Arbitrary<String> from =
        Arbitraries.of(
            "",
            "",
            "-s 203.0.113.0/24",
            "-s 198.51.100.66/32",
            "! -s 203.0.113.0/24",
            "-s 10.0.0.0/8");
    Arbitrary<String> what =
        Arbitraries.of(
            "",
            "-p tcp",
            "-p udp",
            "-p icmp -m icmp --icmp-type 8",
            "-p tcp -m tcp --dport 22",
            "-p tcp -m tcp --dport 80",
            "-p tcp -m tcp --dport 1:1023",
            "-p udp -m udp --dport 53",
            "-p tcp -m multiport --dports 80,443");
    Arbitrary<String> rule =
        Combinators.combine(
                Arbitraries.of("INPUT", "INPUT", "DOCKER-USER", "FORWARD"),
                from,
                what,
                Arbitraries.of("ACCEPT", "ACCEPT", "DROP"))
            .as(
                (chain, peer, traffic, verdict) ->
                    "-A %s %s -i eth0 %s -j %s"
                        .formatted(chain, peer, traffic, verdict)
                        .replaceAll(" +", " "));
    return Combinators.combine(Arbitraries.of("ACCEPT", "DROP"), rule.list().ofMaxSize(6))
        .as((policy, rules) -> host(policy, rules.toArray(String[]::new)));
  }

  /** The rules of others are there beside ours, and nobody's reach changes. */
  @Property(tries = 300)
  void aPlanByItChangesNothing(@ForAll("hosts") HostFacts facts) {
    assertNothingChanges(facts);
  }

  /** Were the rules of others gone, the policy would let in the same. */
  @Property(tries = 300)
  void aloneItLetsInTheSame(@ForAll("hosts") HostFacts facts) throws IOException {
    String document = imported(facts);
    HostIntent intent = intent(facts, document);
    HostFacts bare = host("ACCEPT");
    Map<InboundEndpoint, InboundReach> now =
        InboundReach.of(
            PredictedHost.withoutOurs(facts, intent.external(), OwnedRules.none(), List.of()));
    Map<InboundEndpoint, InboundReach> alone =
        InboundReach.of(
            PredictedHost.withoutOurs(bare, intent.external(), OwnedRules.none(), List.of())
                .with(backend.lower(withoutOwn(intent), bare)));
    for (TransportProtocol protocol : List.of(TransportProtocol.TCP, TransportProtocol.UDP)) {
      for (int port : List.of(1, 22, 53, 80, 443, 1023, 1024, 8081, 40000)) {
        if (port != 8081 || protocol != TransportProtocol.TCP) {
          assertThat(host(alone, protocol, port))
              .as("%s/%s by %s", port, protocol, document)
              .isEqualTo(host(now, protocol, port));
        }
      }
    }
    for (InboundEndpoint endpoint : now.keySet()) {
      if (endpoint instanceof InboundEndpoint.Published
          || endpoint instanceof InboundEndpoint.HostIcmp) {
        assertThat(alone.get(endpoint))
            .as("%s by %s", endpoint, document)
            .isEqualTo(now.get(endpoint));
      }
    }
  }

  private static HostIntent withoutOwn(HostIntent intent) {
    return new HostIntent(intent.external(), intent.inbound(), intent.outbound(), Optional.empty());
  }

  private static InboundReach host(
      Map<InboundEndpoint, InboundReach> reach, TransportProtocol protocol, int port) {
    return reach.entrySet().stream()
        .filter(
            one ->
                one.getKey() instanceof InboundEndpoint.HostPorts it
                    && it.ports().protocol() == protocol
                    && it.ports().ports().contains(port))
        .map(Map.Entry::getValue)
        .findFirst()
        .or(() -> Optional.ofNullable(reach.get(new InboundEndpoint.OtherHostPorts(protocol))))
        .orElseGet(() -> requireNonNull(reach.get(new InboundEndpoint.RestOfHost())));
  }
}
