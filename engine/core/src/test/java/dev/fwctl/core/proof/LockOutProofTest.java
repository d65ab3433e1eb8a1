package dev.fwctl.core.proof;

import static dev.fwctl.core.proof.Shop.DOCKER;
import static dev.fwctl.core.proof.Shop.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LockOutProofTest {
  private static final String IN =
      "-A FWCTL-INBOUND -s 198.51.100.7/32 -p tcp -m tcp --dport 22 -j RETURN\n";
  private static final String REST =
      "-A FWCTL-INBOUND -m comment --comment \"policies/a.yml:5 default\" -j DROP\n";

  /** Returns rules of ours that judge what comes from outside and is no reply. */
  private static OwnedRules ours(String rules) {
    Table table =
        RulesetText.parse(
                """
                *mangle
                :PREROUTING ACCEPT [0:0]
                :FWCTL-INBOUND - [0:0]
                -A PREROUTING -j FWCTL-INBOUND
                -A FWCTL-INBOUND -m conntrack --ctdir REPLY -j RETURN
                -A FWCTL-INBOUND ! -i eth0 -j RETURN
                """
                    + rules
                    + "COMMIT\n")
            .getFirst();
    Rule jump = table.chain("PREROUTING").orElseThrow().rules().getFirst();
    Chain own = table.chain("FWCTL-INBOUND").orElseThrow();
    return new OwnedRules(
        List.of(
            new OwnedTable(
                Family.IPV4,
                Variant.NFT,
                "mangle",
                List.of(own),
                List.of(new Hook("PREROUTING", 1, jump)))),
        List.of());
  }

  private static Findings prove(String others, OwnedRules wanted) {
    return Shop.prove(Proofs.withoutAssertions(), facts(others), wanted);
  }

  private static String refusal(Findings findings) {
    assertThat(findings.refusals()).hasSize(1);
    Problem problem = findings.refusals().getFirst();
    assertThat(problem.code()).isEqualTo(ErrorCode.LOCK_OUT);
    return problem.message();
  }

  private static String raw(String rule) {
    return "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n" + rule + "\nCOMMIT\n" + DOCKER;
  }

  @Test
  void holdsWhereWeGetInAndAnswersGetOut() {
    assertThat(prove(DOCKER, ours(IN + REST))).isEqualTo(Findings.none());
  }

  @Test
  void namesTheRuleOfOursThatKeepsUsOut() {
    assertThat(refusal(prove(DOCKER, ours(REST))))
        .isEqualTo(
            "fwctl would be locked out: a new connection (198.51.100.7:40000 -> 192.0.2.10:22/tcp,"
                + " in by eth0) would be dropped by rule 3 of FWCTL-INBOUND in mangle: -j DROP"
                + "  # policy default, policies/a.yml:5");
  }

  @Test
  void looksAtEveryHookAndAtReplies() {
    assertThat(
            refusal(prove(raw("-A PREROUTING -p tcp -m tcp --dport 22 -j DROP"), ours(IN + REST))))
        .contains("dropped by rule 1 of PREROUTING in raw: -p tcp -m tcp --dport 22 -j DROP");
    assertThat(refusal(prove(raw("-A OUTPUT -p tcp -m tcp --sport 22 -j DROP"), ours(IN + REST))))
        .contains("a reply (192.0.2.10:22 -> 198.51.100.7:", "rule 1 of OUTPUT in raw");
    String filter = DOCKER.replace(":INPUT ACCEPT", ":INPUT DROP");
    assertThat(refusal(prove(filter, ours(IN + REST)))).contains("the policy of INPUT in filter");
    String onlyNew =
        filter.replace(
            "-A FORWARD -j DOCKER-USER",
            "-A INPUT -m conntrack --ctstate NEW -j ACCEPT\n-A FORWARD -j DOCKER-USER");
    assertThat(refusal(prove(onlyNew, ours(IN + REST)))).contains("a packet of a connection (");
  }

  @Test
  void looksAtNothingWhereNothingChanges() {
    assertThat(prove(raw("-A PREROUTING -j DROP"), OwnedRules.none())).isEqualTo(Findings.none());
  }

  /** What was there before and is not understood let us in a moment ago. */
  @Test
  void warnsOfWhatWasNotUnderstoodBefore() {
    String limited =
        DOCKER.replace(
            "-A FORWARD -j DOCKER-USER",
            "-A INPUT -p tcp -m tcp --dport 22 -m recent --name ssh -j DROP\n-A FORWARD -j DOCKER-USER");
    Findings findings = prove(limited, ours(IN + REST));
    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings())
        .singleElement()
        .asString()
        .contains("depends on what fwctl does not understand: rule 1 of INPUT in filter");
  }

  @Test
  void refusesWhatIsNotUnderstoodAndNew() {
    String unknown = IN.replace("-j RETURN", "-m recent --name ssh -j RETURN");
    assertThat(refusal(prove(DOCKER, ours(unknown + REST))))
        .contains("depends on what fwctl does not understand: rule 3 of FWCTL-INBOUND");
  }

  /** Our rules stand before NAT: what counts there is the port that we dialled. */
  @Test
  void findsThatThePortWeDialledIsRedirected() {
    String redirecting =
        DOCKER.replace(
            "-A POSTROUTING",
            "-A PREROUTING -p tcp -m tcp --dport 2222 -j REDIRECT --to-ports 22\n-A POSTROUTING");
    LockOutProof proof = new LockOutProof(Shop.OWN, 2222);
    PredictedHost before = predicted(redirecting, OwnedRules.none());
    assertThat(refusal(proof.prove(before, predicted(redirecting, ours(IN + REST)))))
        .contains("192.0.2.10:2222/tcp", "rule 4 of FWCTL-INBOUND");
    assertThat(
            proof.prove(
                before, predicted(redirecting, ours(IN.replace("22 -j", "2222 -j") + REST))))
        .isEqualTo(Findings.none());
  }

  private static PredictedHost predicted(String others, OwnedRules wanted) {
    return Shop.predicted(facts(others), wanted);
  }

  @Test
  void aHostThatComesToItselfComesByLoopback() {
    OwnConnection own = new OwnConnection(IpAddress.of("127.0.0.1"), IpAddress.of("127.0.0.1"), 22);
    SshFacts ssh = new SshFacts(List.of(), Optional.of(own));
    assertThat(Shop.prove(Proofs.withoutAssertions(), facts(DOCKER, ssh), ours(REST)))
        .isEqualTo(Findings.none());
    String closed =
        DOCKER.replace(
            "-A FORWARD -j DOCKER-USER", "-A INPUT -i lo -j DROP\n-A FORWARD -j DOCKER-USER");
    assertThat(refusal(Shop.prove(Proofs.withoutAssertions(), facts(closed, ssh), ours(REST))))
        .contains("-i lo -j DROP");
  }
}
