package dev.fwctl.core.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.core.known.Sample;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import dev.fwctl.model.Problem;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainerTest {
  private static Explanation explain(String from, String to) {
    return explain(from, to, Optional.empty());
  }

  private static Explanation explain(String from, String to, Optional<String> in) {
    return Explainer.explain(Sample.host(), Question.parse(from, to, in));
  }

  private static String receivers(Explanation explanation) {
    return String.join("; ", explanation.ways().getFirst().receivers());
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, :8081/tcp, SENT, container 'shop' in network 'bridge'",
    "192.0.2.7, :8081/tcp, SENT, container 'shop'",
    "192.0.2.8, :8081/tcp, DROPPED, ''",
    "203.0.113.7, :22/tcp, DELIVERED, sshd listens there",
    "203.0.113.7, :8090/tcp, DELIVERED, container 'monitor' has the host's network",
    "172.17.0.9, 172.17.0.1:99/tcp, DELIVERED, do not tell whether anybody listens",
    "2001:db8:7::7, :8081/tcp, DELIVERED, docker-proxy takes it to port 80",
    "192.0.2.8, container/shop:80/tcp, DROPPED, ''",
    "127.0.0.1, 127.0.0.1:22/tcp, DELIVERED, sshd listens there",
    "192.0.2.10, 203.0.113.7:80/tcp, SENT, ''"
  })
  void endsAsTheRulesSay(String from, String to, Ending ending, String who) {
    Explanation explanation = explain(from, to);
    assertThat(explanation.ending()).contains(ending);
    assertThat(receivers(explanation)).contains(who);
  }

  @Test
  void saysWhichAddressWasTaken() {
    Explanation explanation = explain("203.0.113.7", ":22/tcp");
    assertThat(explanation.packet().destination()).isEqualTo(IpAddress.of("192.0.2.10"));
    assertThat(explanation.remarks())
        .contains(
            "of the addresses that face outside 192.0.2.10 was taken; the others are"
                + " 198.51.100.10");
    assertThat(explain("2001:db8:7::7", ":22/tcp").packet().destination())
        .isEqualTo(IpAddress.of("2001:db8::10"));
  }

  @Test
  void namesThePolicyBehindARule() {
    Explanation explanation = explain("192.0.2.8", ":8081/tcp");
    assertThat(explanation.journey().decisive().flatMap(PolicyLine::of))
        .contains(new PolicyLine("policies/shop.yml", 9, "default"));
  }

  @Test
  void guessesNothingOfRulesThatAreNotUnderstood() {
    Explanation explanation = explain("203.0.113.7", ":25/tcp");
    assertThat(explanation.ending()).isEmpty();
    assertThat(explanation.ways())
        .extracting(way -> way.journey().ending())
        .containsExactly(Ending.DELIVERED, Ending.DROPPED);
  }

  @Test
  void saysWhatItCouldNotLookAt() {
    KnownHost host =
        Sample.host()
            .with(
                Sample.facts(
                        Sample.RULES, List.of(new FirewallFacts.HiddenTable(Family.IPV4, "raw")))
                    .firewall());
    assertThat(
            Explainer.explain(host, Question.parse("192.0.2.8", ":25/tcp", Optional.empty()))
                .unseen())
        .containsExactly("IPv4 table raw, whose rules iptables can't show");
  }

  @ParameterizedTest
  @CsvSource({
    "10.9.0.1, :22/tcp, '', may come in to web-01 by each of docker0; eth0, --in docker0",
    "fe80::7, :22/tcp, '', no route of web-01 leads to fe80::7, --in",
    "203.0.113.7, :22/tcp, eth00, --in: web-01 has no interface 'eth00', did you mean 'eth0'?",
    "203.0.113.7, container/shap:80/tcp, '', has no container 'shap', did you mean 'shop'?",
    "203.0.113.7, container/monitor:80/tcp, '', has no address of its own, --to :80/tcp",
    "2001:db8:7::7, container/shop:80/tcp, '', has no IPv6 address, a port that it publishes"
  })
  void saysWhatDoesNotFitTheHost(String from, String to, String in, String what, String hint) {
    assertThatExceptionOfType(FwctlException.class)
        .isThrownBy(() -> explain(from, to, Optional.of(in).filter(it -> !it.isEmpty())))
        .satisfies(
            failure -> {
              Problem problem = failure.problems().getFirst();
              assertThat(problem.message()).contains(what.replace(';', ','));
              assertThat(problem.hint().orElseThrow()).contains(hint);
            });
  }

  @Test
  void takesTheInterfaceThatIsNamed() {
    assertThat(explain("10.9.0.1", ":22/tcp", Optional.of("eth0")).ending())
        .contains(Ending.DELIVERED);
  }

  @Test
  void namesTablesThatIptablesDoesNotShow() {
    SortedMap<String, Fact> facts = new TreeMap<>(Sample.facts().facts());
    facts.put(
        "nftables",
        new NftablesFacts(
            true,
            List.of(
                new NftTable("ip", "nat"),
                new NftTable("ip", "docker-bridges"),
                new NftTable("inet", "filter"))));
    assertThat(KnownHost.of("web-01", new HostFacts(facts)).unseen())
        .containsExactly("the nftables table ip docker-bridges", "the nftables table inet filter");
    facts.put("nftables", new NftablesFacts(false, List.of()));
    KnownHost untold = KnownHost.of("web-01", new HostFacts(facts));
    assertThat(untold.unseen()).isEmpty();
    assertThat(untold.remarks()).anyMatch(remark -> remark.contains("rules of nftables"));
    facts.remove("nftables");
    assertThat(KnownHost.of("web-01", new HostFacts(facts)).remarks()).hasSize(1);
  }
}
