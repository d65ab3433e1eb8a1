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
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.plugin.iptables.IptablesBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules that are made of a policy let in what it says, and a proof finds where they do not. */
class LoweringTest {
  private static final String OFFICE = "[203.0.113.0/24, \"2001:db8:7::/48\"]";

  private final IptablesBackend backend = new IptablesBackend();

  @TempDir private Path folder;

  private HostIntent intent(String inbound) throws IOException {
    Files.writeString(
        folder.resolve("a.yml"),
        "fwctl: 1\npolicies: {p: {hosts: all, inbound: %s}}\n"
            .formatted(inbound.replace("OFFICE", OFFICE)));
    PolicyRepository repository = new PolicyReader(Map.of()).read(folder, folder);
    HostOutcome outcome =
        new IntentResolver(repository, (pattern, place) -> List.of("shop"))
            .resolve("shop", SampleHost.facts());
    assertThat(outcome).isInstanceOf(HostOutcome.Resolved.class);
    return ((HostOutcome.Resolved) outcome).intent();
  }

  private static Findings prove(HostIntent intent, OwnedRules rules) {
    return prove(intent, rules, SampleHost.facts());
  }

  private static Findings prove(HostIntent intent, OwnedRules rules, HostFacts facts) {
    PredictedHost others =
        PredictedHost.withoutOurs(facts, intent.external(), OwnedRules.none(), List.of());
    Shape shape = new Shapes(List.of()).of(List.of(OwnedRules.none(), rules), others);
    return Proofs.withoutAssertions()
        .of(SampleHost.host(), OwnedRules.none(), rules, Optional.of(intent), others, shape);
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
        "{deny: {to: host, icmp: echo-request, from: OFFICE}}",
        "{default: drop, allow: {to: direct, from: OFFICE}}",
        "{default: drop, allow: [{to: direct, from: any}, {to: host, from: any}],"
            + " deny: {to: {container: web}, from: 203.0.113.9}}",
        "{default: accept, deny: {to: direct, from: OFFICE}}"
      })
  void whatAPolicySaysIsWhatItsRulesDo(String inbound) throws IOException {
    HostIntent intent = intent(inbound);
    assertThat(prove(intent, backend.lower(intent, SampleHost.facts())))
        .isEqualTo(new Findings(List.of(), List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{default: drop}",
        "{default: reject, allow: [{from: any, to: any, port: 53/udp},"
            + " {from: host, to: OFFICE}]}",
        "{default: accept, deny: {from: any, to: any, port: 25/tcp}}",
        "{default: accept, deny: {from: host, to: OFFICE, icmp: echo-request}}",
        "{default: drop, allow: {from: {container: \"*\"}, to: OFFICE, port: 443/tcp},"
            + " deny: {from: any, to: 203.0.113.66}}",
        "{deny: {from: {container: \"*\"}, to: 198.51.100.0/24}}"
      })
  void whatMayLeaveIsWhatItsRulesLetLeave(String outbound) throws IOException {
    HostIntent intent = leaving(outbound);
    assertThat(prove(intent, backend.lower(intent, SampleHost.facts())))
        .isEqualTo(new Findings(List.of(), List.of()));
  }

  private HostIntent leaving(String outbound) throws IOException {
    return intent("{default: accept}, outbound: " + outbound);
  }

  @Test
  void aRuleThatIsMissingForWhatLeavesIsFound() throws IOException {
    HostIntent intent =
        leaving(
            "{default: drop, allow: [{from: {container: \"*\"}, to: OFFICE, port: 443/tcp},"
                + " {from: host, to: any, port: 123/udp}], deny: {from: any, to: 203.0.113.66}}");
    OwnedRules rules = backend.lower(intent, SampleHost.facts());
    assertThat(refusal(prove(intent, without(rules, "--dport 443 -j RETURN"))))
        .contains("would keep in what the policy lets out", ":443/tcp");
    assertThat(refusal(prove(intent, without(rules, "--dport 123 -j RETURN"))))
        .contains("would keep in what the policy lets out", ":123/udp");
    assertThat(refusal(prove(intent, without(rules, "-d 203.0.113.66/32 -j DROP"))))
        .contains("would let out what the policy keeps in", "-> 203.0.113.66:");
    assertThat(refusal(prove(intent, without(rules, "-i docker0 -g FWCTL-EGRESS"))))
        .contains("would let out what the policy keeps in", "in by docker0");
    assertThat(refusal(prove(intent, without(rules, "--ctdir REPLY -j RETURN"))))
        .contains("would keep in what the policy lets out");
  }

  @Test
  void aRuleThatIsMissingIsFound() throws IOException {
    HostIntent intent =
        intent(
            "{default: drop, allow: [{to: {container: web}, port: 8081/tcp, from: OFFICE},"
                + " {to: host, port: 9000/tcp, from: any}], deny: {to: any, from: 203.0.113.66}}");
    OwnedRules rules = backend.lower(intent, SampleHost.facts());
    assertThat(refusal(prove(intent, without(rules, "--dport 8081 -j RETURN"))))
        .contains("would keep out what the policy lets in", ":8081/tcp");
    assertThat(refusal(prove(intent, without(rules, "-s 203.0.113.66/32 -j DROP"))))
        .contains("would let in what the policy keeps out", "203.0.113.66:");
    assertThat(refusal(prove(intent, without(rules, "--ctdir REPLY -j RETURN"))))
        .contains("would keep out what the policy lets in");
    assertThat(refusal(prove(intent, without(rules, "-o docker0 -g FWCTL-UNPUBLISHED"))))
        .contains("would let in what the policy keeps out", "-> 172.17.");
  }

  /**
   * What is rejected bears a mark of ours; whoever sets all marks anew lets it in. A backend that
   * knew of that would not write such rules.
   */
  @Test
  void aRuleOfOthersThatLeadsPastOursIsFound() throws IOException {
    HostFacts marking =
        SampleHost.facts(
            List.of(
                new Ruleset(
                    Family.IPV4,
                    Variant.NFT,
                    RulesetText.parse(
                        """
                        *mangle
                        :PREROUTING ACCEPT [0:0]
                        -A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff
                        COMMIT
                        """))));
    HostIntent reject = intent("{default: reject}");
    assertThat(refusal(prove(reject, backend.lower(reject, SampleHost.facts()), marking)))
        .startsWith("rules of others would let in what the policy keeps out: ")
        .contains(":80/tcp, in by eth0");
    HostIntent drop = intent("{default: drop}");
    assertThat(prove(drop, backend.lower(drop, marking), marking))
        .isEqualTo(new Findings(List.of(), List.of()));
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
