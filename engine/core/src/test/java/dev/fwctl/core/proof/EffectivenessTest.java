package dev.fwctl.core.proof;

import static dev.fwctl.core.proof.Shop.DOCKER;
import static dev.fwctl.core.proof.Shop.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules of others leave of a policy, on the host of a shop. */
class EffectivenessTest {
  private static final String OFFICE = "[203.0.113.0/24, \"2001:db8:7::/48\"]";
  private static final String WEB =
      "allow: {to: {container: web}, port: 8081/tcp, from: 203.0.113.0/24}";
  private static final String SSH = "allow: {to: host, port: 22/tcp, from: 203.0.113.0/24}";
  private static final String UFW =
      """
      *filter
      :INPUT DROP [0:0]
      :FORWARD DROP [0:0]
      :ufw-user-input - [0:0]
      -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A INPUT -p icmp -m icmp --icmp-type 8 -j ACCEPT
      -A INPUT -j ufw-user-input
      -A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
      -A ufw-user-input -s 203.0.113.128/25 -p tcp -m tcp --dport 80 -j DROP
      -A ufw-user-input -p tcp -m tcp --dport 80 -j ACCEPT
      COMMIT
      """;

  @TempDir private Path folder;

  private HostIntent intent(HostFacts facts, String inbound) throws IOException {
    Files.writeString(
        folder.resolve("a.yml"),
        "fwctl: 1\npolicies: {p: {hosts: all, inbound: {default: drop, %s}}}\n".formatted(inbound));
    HostOutcome outcome =
        new IntentResolver(
                new PolicyReader(Map.of()).read(folder, folder),
                (pattern, place) -> List.of("shop"))
            .resolve("shop", facts);
    assertThat(outcome).isInstanceOf(HostOutcome.Resolved.class);
    return ((HostOutcome.Resolved) outcome).intent();
  }

  private List<String> told(HostFacts facts, String inbound) throws IOException {
    Findings findings = Shop.judge(Proofs.withoutAssertions(), facts, intent(facts, inbound));
    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings())
        .allMatch(it -> it.code() == ErrorCode.INEFFECTIVE && it.place().isPresent());
    return findings.warnings().stream().map(Problem::message).toList();
  }

  private static String user(String... rules) {
    StringBuilder text = new StringBuilder();
    for (String rule : rules) {
      text.append("-A DOCKER-USER ").append(rule).append('\n');
    }
    return DOCKER.replace("-A DOCKER -d", text + "-A DOCKER -d");
  }

  /** Returns the shop with rules of both families. */
  private static HostFacts both(String ipv4, String ipv6) {
    return facts(
        ipv4,
        new FirewallFacts(
            List.of(new Tool(Variant.NFT, "1.8.9")),
            true,
            List.of(
                new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(ipv4)),
                new Ruleset(Family.IPV6, Variant.NFT, RulesetText.parse(ipv6))),
            List.of(),
            List.of(),
            true,
            "digest"));
  }

  /** Returns rules of the raw table, and what Docker writes elsewhere. */
  private static String raw(String rules) {
    return "*raw\n:PREROUTING ACCEPT [0:0]\n" + rules + "COMMIT\n" + DOCKER;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        WEB,
        SSH,
        "allow: {to: any, from: any}",
        "allow: {to: published, from: any}",
        "allow: {to: host, icmp: echo-request, from: any}",
        "deny: {to: any, from: 203.0.113.0/24}",
        "deny: {to: host, port: 23/tcp, from: any}",
        "deny: {to: {container: web}, from: any}"
      })
  void whereThereIsDockerAloneNothingIsToBeTold(String inbound) throws IOException {
    assertThat(told(facts(DOCKER), inbound)).isEmpty();
    assertThat(told(facts(raw(isolated("172.17.0.2"))), inbound)).isEmpty();
  }

  private static String isolated(String... addresses) {
    StringBuilder text = new StringBuilder();
    for (String address : addresses) {
      text.append("-A PREROUTING -d %s/32 ! -i docker0 -j DROP\n".formatted(address));
    }
    return text.toString();
  }

  @Test
  void aRuleInDockersChainKeepsEverybodyOut() throws IOException {
    assertThat(told(facts(user("-s 203.0.113.0/24 -i eth0 -j DROP")), WEB))
        .containsExactly(
            "this allow has no effect here: dropped by rule 1 of DOCKER-USER in filter:"
                + " -s 203.0.113.0/24 -i eth0 -j DROP");
  }

  @Test
  void aRuleInDockersChainKeepsSomeOut() throws IOException {
    assertThat(
            told(
                facts(user("-s 203.0.113.5/32 -j REJECT --reject-with icmp-port-unreachable")),
                WEB))
        .containsExactly(
            "this allow has no effect here for 203.0.113.5: rejected by rule 1 of DOCKER-USER in"
                + " filter: -s 203.0.113.5/32 -j REJECT --reject-with icmp-port-unreachable");
    assertThat(told(facts(user("-s 203.0.113.5/32 -j RETURN", "-j DROP")), WEB))
        .containsExactly(
            "this allow has no effect here for 203.0.113.0/24 (but not 203.0.113.5): dropped by"
                + " rule 2 of DOCKER-USER in filter: -j DROP");
  }

  /** Behind NAT rules see the container's port, so this one is for nobody who dials 8081. */
  @Test
  void aRuleForThePublishedPortBehindNatKeepsNobodyOut() throws IOException {
    assertThat(told(facts(user("-p tcp -m tcp --dport 8081 -j DROP")), WEB)).isEmpty();
    assertThat(told(facts(user("-p tcp -m tcp --dport 80 -j DROP")), WEB)).hasSize(1);
  }

  @Test
  void whoIsDeniedOrNotAllowedIsNotToldOf() throws IOException {
    String drop = user("-s 203.0.113.5/32 -j DROP", "-s 198.51.100.0/24 -j DROP");
    assertThat(told(facts(drop), WEB + ", deny: {to: any, from: 203.0.113.5}")).isEmpty();
  }

  @Test
  void otherRulesThanDockersOnTheSameHostDoNotMakeDockersCount() throws IOException {
    String rules = user("-s 198.51.100.66/32 -j DROP");
    assertThat(told(facts(rules), WEB)).isEmpty();
    assertThat(told(facts(rules), "allow: {to: any, from: 203.0.113.0/24}")).isEmpty();
  }

  @Test
  void whatUfwKeepsOutOfTheHostIsToldByPortAndSource() throws IOException {
    HostFacts host = facts(UFW);
    assertThat(told(host, SSH)).isEmpty();
    assertThat(told(host, "allow: {to: host, icmp: echo-request, from: 203.0.113.0/24}")).isEmpty();
    assertThat(told(host, "allow: {to: host, port: 443/tcp, from: 203.0.113.0/24}"))
        .containsExactly("this allow has no effect here: dropped by the policy of INPUT in filter");
    assertThat(told(host, "allow: {to: host, port: [80/tcp, 443/tcp], from: 203.0.113.0/24}"))
        .containsExactly(
            "this allow has no effect here for 203.0.113.128/25 to 80/tcp, and for 203.0.113.0/24"
                + " to 443/tcp: dropped by ufw's rule 2 of ufw-user-input in filter:"
                + " -s 203.0.113.128/25 -p tcp -m tcp --dport 80 -j DROP; dropped by the policy of"
                + " INPUT in filter");
    assertThat(told(host, "allow: {to: host, from: 203.0.113.0/24}")).isEmpty();
  }

  @Test
  void aFamilyThatIsKeptOutAsAWholeIsTold() throws IOException {
    String closed = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
    String allow = "allow: {to: {container: web}, from: %s}";
    assertThat(told(both(DOCKER, closed), allow.formatted(OFFICE)))
        .containsExactly(
            "this allow has no effect here for 2001:db8:7::/48: dropped by the policy of INPUT in"
                + " filter");
    assertThat(told(both(DOCKER, closed), allow.formatted("any")))
        .containsExactly(
            "this allow has no effect here for everyone on IPv6: dropped by the policy of INPUT in"
                + " filter");
    assertThat(told(both(user("-j DROP"), closed), allow.formatted("any")))
        .containsExactly(
            "this allow has no effect here: dropped by rule 1 of DOCKER-USER in filter: -j DROP;"
                + " dropped by the policy of INPUT in filter");
    String one = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 2001:db8:7::7/128 -j DROP\nCOMMIT\n";
    assertThat(told(both(DOCKER, one), "allow: {to: host, from: %s}".formatted(OFFICE)))
        .containsExactly(
            "this allow has no effect here for 2001:db8:7::7: dropped by rule 1 of INPUT in"
                + " filter: -s 2001:db8:7::7/128 -j DROP");
  }

  @Test
  void aRuleInTheRawTableKeepsOutBeforeAllElse() throws IOException {
    assertThat(told(facts(raw("-A PREROUTING -i eth0 -p tcp -j DROP\n")), WEB))
        .singleElement()
        .asString()
        .endsWith("dropped by rule 1 of PREROUTING in raw: -i eth0 -p tcp -j DROP");
  }

  @Test
  void whatFirewalldKeepsOutIsToldWithItsName() throws IOException {
    String firewalld =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :INPUT_ZONES - [0:0]
        :IN_public - [0:0]
        :IN_public_allow - [0:0]
        -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT
        -A INPUT -i lo -j ACCEPT
        -A INPUT -j INPUT_ZONES
        -A INPUT -m conntrack --ctstate INVALID -j DROP
        -A INPUT -j REJECT --reject-with icmp-host-prohibited
        -A INPUT_ZONES -i eth0 -g IN_public
        -A IN_public -j IN_public_allow
        -A IN_public -p icmp -j ACCEPT
        -A IN_public -j REJECT --reject-with icmp-host-prohibited
        -A IN_public_allow -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW,UNTRACKED -j ACCEPT
        COMMIT
        """;
    assertThat(told(facts(firewalld), SSH)).isEmpty();
    assertThat(told(facts(firewalld), "allow: {to: host, port: 443/tcp, from: 203.0.113.0/24}"))
        .containsExactly(
            "this allow has no effect here: rejected by firewalld's rule 3 of IN_public in filter:"
                + " -j REJECT --reject-with icmp-host-prohibited");
    assertThat(told(facts(firewalld), "deny: {to: host, port: 23/tcp, from: 203.0.113.66}"))
        .containsExactly(
            "this deny is needless here: without it the same is rejected by firewalld's rule 3 of"
                + " IN_public in filter: -j REJECT --reject-with icmp-host-prohibited");
  }

  @Test
  void whatHangsOnARuleThatIsNotUnderstoodIsNotTold() throws IOException {
    String recent = "-m recent --name guests --rcheck";
    assertThat(told(facts(user(recent + " -j DROP")), WEB)).isEmpty();
    assertThat(told(facts(user(recent + " -j RETURN", "-j DROP")), WEB)).isEmpty();
    assertThat(told(facts(user(recent + " -j RETURN", "-j DROP")), "deny: {to: host, from: any}"))
        .isEmpty();
    // Whatever that rule means, the next one drops.
    assertThat(told(facts(user(recent + " -j LOG", "-j DROP")), WEB)).hasSize(1);
  }

  @Test
  void bansOfFail2banPass() throws IOException {
    String banned =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :f2b-sshd - [0:0]
        -A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
        -A f2b-sshd -s 203.0.113.9/32 -j REJECT --reject-with icmp-port-unreachable
        -A f2b-sshd -j RETURN
        %sCOMMIT
        """;
    assertThat(told(facts(banned.formatted("")), SSH)).isEmpty();
    String more = "-A INPUT -s 203.0.113.10/32 -j DROP\n";
    assertThat(told(facts(banned.formatted(more)), SSH))
        .singleElement()
        .asString()
        .startsWith("this allow has no effect here for 203.0.113.10:");
  }

  /** Past its ports packets go to the host until it runs again. */
  @Test
  void aContainerThatDoesNotRunIsNotKeptFromAnybody() throws IOException {
    String deny = "deny: {to: {container: web}, from: 203.0.113.0/24}";
    assertThat(told(facts(UFW), WEB)).hasSize(1);
    assertThat(told(facts(UFW), deny)).hasSize(1);
    DockerFacts docker = Shop.docker(false);
    List<Container> stopped = new ArrayList<>();
    for (Container one : docker.containers()) {
      stopped.add(
          new Container(
              one.id(),
              one.name(),
              one.image(),
              false,
              one.networking(),
              one.labels(),
              one.published(),
              one.exposed(),
              List.of()));
    }
    DockerFacts still =
        new DockerFacts(
            docker.state(), docker.version(), stopped, docker.networks(), docker.settings());
    assertThat(told(facts(UFW, still), WEB)).isEmpty();
    assertThat(told(facts(UFW, still), deny)).isEmpty();
  }

  @Test
  void aDenyIsNeedlessWhereEveryWayIsClosed() throws IOException {
    assertThat(told(facts(UFW), "deny: {to: host, port: 23/tcp, from: 203.0.113.66}"))
        .containsExactly(
            "this deny is needless here: without it the same is dropped by the policy of INPUT in"
                + " filter");
    assertThat(told(facts(UFW), "deny: {to: host, port: 22/tcp, from: 203.0.113.66}")).isEmpty();
    assertThat(told(facts(UFW), "deny: {to: host, from: 203.0.113.66}")).isEmpty();
    assertThat(told(facts(UFW), "deny: {to: any, from: 203.0.113.66}")).isEmpty();
    // The same on IPv6 is open.
    assertThat(told(facts(UFW), "deny: {to: host, port: 23/tcp, from: any}")).isEmpty();
    String six = "*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
    assertThat(told(both(UFW, six), "deny: {to: host, port: 23/tcp, from: any}")).hasSize(1);
  }

  /** To deny a container that publishes nothing closes the direct route to it alone. */
  @Test
  void aDenyOfADirectRouteIsNeedlessWhereDockerClosesAll() throws IOException {
    String deny = "deny: {to: {container: db}, from: 203.0.113.0/24}";
    assertThat(told(facts(raw(isolated("172.17.0.2", "172.17.0.3"))), deny))
        .singleElement()
        .asString()
        .startsWith("this deny is needless here: without it the same is dropped by Docker's rule ")
        .contains(
            "Docker's rule 1 of PREROUTING in raw: -d 172.17.0.2/32 ! -i docker0 -j DROP",
            "Docker's rule 2 of PREROUTING in raw: -d 172.17.0.3/32 ! -i docker0 -j DROP");
    assertThat(told(facts(raw(isolated("172.17.0.3"))), deny)).isEmpty();
  }

  @Test
  void theDirectRouteByItselfIsWeighedToo() throws IOException {
    HostFacts closed = facts(raw(isolated("172.17.0.2", "172.17.0.3")));
    assertThat(told(closed, "allow: {to: direct, from: 203.0.113.0/24}"))
        .singleElement()
        .asString()
        .startsWith("this allow has no effect here: dropped by Docker's rule ")
        .contains("of PREROUTING in raw: -d 172.17.0.2/32 ! -i docker0 -j DROP");
    assertThat(told(closed, "deny: {to: direct, from: 203.0.113.0/24}"))
        .singleElement()
        .asString()
        .startsWith("this deny is needless here: without it the same is dropped by Docker's rule ");
    // What web publishes takes packets there.
    assertThat(told(facts(DOCKER), "allow: {to: direct, from: 203.0.113.0/24}")).isEmpty();
    assertThat(told(facts(DOCKER), "deny: {to: direct, from: 203.0.113.0/24}")).isEmpty();
  }

  @Test
  void alikeHostsAreToldOfTheSameAndOthersAreNot() throws IOException {
    Proofs proofs = Proofs.withoutAssertions();
    HostFacts open = facts(user("-s 198.51.100.66/32 -j DROP"));
    HostFacts closed = facts(user("-s 203.0.113.0/24 -j DROP"));
    HostIntent intent = intent(open, WEB);
    for (int round = 0; round < 2; round++) {
      assertThat(Shop.judge(proofs, open, intent).warnings()).isEmpty();
      assertThat(Shop.judge(proofs, closed, intent).warnings()).hasSize(1);
    }
  }
}
