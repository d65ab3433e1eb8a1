package dev.fwctl.core.proof;

import static dev.fwctl.core.proof.Shop.DOCKER;
import static dev.fwctl.core.proof.Shop.facts;
import static dev.fwctl.core.proof.Shop.refusals;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.core.report.Events;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AssertionProofTest {
  private static final String OFFICE = "203.0.113.0/24";

  /** What keeps everybody but the office out of everything, before NAT. */
  private static final String GUARDED =
      """
      *mangle
      :PREROUTING ACCEPT [0:0]
      :FWCTL-INBOUND - [0:0]
      -A PREROUTING -i eth0 -j FWCTL-INBOUND
      -A FWCTL-INBOUND -s 203.0.113.0/24 -p tcp -m tcp --dport 8081 -m comment --comment "policies/shop.yml:14 shop" -j RETURN
      -A FWCTL-INBOUND -s 203.0.113.0/24 -p tcp -m tcp --dport 22 -m comment --comment "policies/shop.yml:15 shop" -j RETURN
      -A FWCTL-INBOUND -m comment --comment "policies/shop.yml:9 default" -j DROP
      COMMIT
      """
          + DOCKER;

  /** IPv6 is closed where there is Docker's proxy alone. */
  private static HostFacts guarded() {
    return facts(GUARDED);
  }

  private static String refusal(HostFacts facts, String assertion) {
    List<String> refusals = refusals(facts, assertion);
    assertThat(refusals).as(assertion).hasSize(1);
    return refusals.getFirst();
  }

  private static String with(String more) {
    return DOCKER.replace("COMMIT\n*filter", more + "COMMIT\n*filter");
  }

  @Test
  void whatNobodyPublishesIsPrivateUntilANeighbourIsRoutedThere() {
    assertThat(refusals(facts(DOCKER), "a: {never: {from: any, to: {container: db}}}")).isEmpty();
    String open = DOCKER.replace(":FORWARD DROP", ":FORWARD ACCEPT");
    assertThat(refusal(facts(open), "a: {never: {from: any, to: {container: db}}}"))
        .isEqualTo(
            "assertion 'a' does not hold: 203.0.113.5:40000 -> 172.17.0.3:80/tcp, in by eth0,"
                + " reaches container db, let in as no rule keeps it out");
  }

  @Test
  void tellsOfTheDirectRouteToContainersApart() {
    String nobody = "a: {never: {from: any, to: direct}}";
    assertThat(refusals(guarded(), nobody)).isEmpty();
    assertThat(refusal(facts(DOCKER), nobody))
        .startsWith("assertion 'a' does not hold: 203.0.113.5:40000 -> 172.17.0.2:80/tcp,")
        .contains("reaches a container directly, let in by Docker's rule 1 of DOCKER in filter");
    assertThat(refusals(facts(DOCKER), "a: {only: {from: 203.0.113.0/24, to: direct}}")).hasSize(1);
  }

  @Test
  void namesThePacketTheRuleAndThePolicyLine() {
    assertThat(refusal(guarded(), "a: {never: {from: 203.0.113.5, to: {container: web}}}"))
        .isEqualTo(
            "assertion 'a' does not hold: 203.0.113.5:40000 -> 192.0.2.10:8081/tcp, in by eth0,"
                + " reaches container web, let in by rule 1 of FWCTL-INBOUND in mangle:"
                + " -s 203.0.113.0/24 -p tcp -m tcp --dport 8081 -j RETURN"
                + "  # policy shop, policies/shop.yml:14");
  }

  @Test
  void programsReadThePacketAndTheRulesAsKeysOfTheirOwn() throws IOException {
    JsonNode broken =
        event(guarded(), "a: {never: {from: 203.0.113.5, to: {container: web}}}").path("problem");
    assertThat(broken.path("packet"))
        .isEqualTo(
            new JsonMapper()
                .readTree(
                    """
                    {"in": "eth0", "source": "203.0.113.5", "destination": "192.0.2.10",
                     "protocol": "tcp", "source_port": 40000, "destination_port": 8081, "mark": 0}
                    """));
    assertThat(broken.path("rule"))
        .isEqualTo(
            new JsonMapper()
                .readTree(
                    """
                    {"table": "mangle", "chain": "FWCTL-INBOUND", "position": 1,
                     "rule": "-s 203.0.113.0/24 -p tcp -m tcp --dport 8081 -m comment --comment \\"policies/shop.yml:14 shop\\" -j RETURN",
                     "owner": "fwctl",
                     "policy": {"name": "shop", "file": "policies/shop.yml", "line": 14}}
                    """));
    assertThat(broken.has("depends_on")).isFalse();

    String unknown = "-A DOCKER-USER -m recent --name guests -j DROP\n";
    JsonNode doubtful =
        event(
                facts(DOCKER.replace("-A DOCKER -d", unknown + "-A DOCKER -d")),
                "a: {always: {from: 203.0.113.5, to: {container: web}, port: 8081/tcp}}")
            .path("problem");
    assertThat(doubtful.at("/packet/source").asText()).isEqualTo("203.0.113.5");
    assertThat(doubtful.has("rule")).isFalse();
    assertThat(doubtful.at("/depends_on/0/chain").asText()).isEqualTo("DOCKER-USER");

    // Here no rule decides.
    String open = DOCKER.replace(":FORWARD DROP", ":FORWARD ACCEPT");
    JsonNode bare = event(facts(open), "a: {never: {from: any, to: {container: db}}}");
    assertThat(bare.at("/problem/packet").isObject()).isTrue();
    assertThat(bare.path("problem").has("rule")).isFalse();
  }

  /** Returns the event that a refusal is told by. */
  private static JsonNode event(HostFacts facts, String assertion) throws IOException {
    List<String> lines = new ArrayList<>();
    Events events = new Events(lines::add, () -> Instant.EPOCH);
    Shop.prove(Shop.proofs(assertion), facts)
        .refusals()
        .forEach(refusal -> events.error(refusal, Optional.of("shop")));
    assertThat(lines).hasSize(1);
    return new JsonMapper().readTree(lines.getFirst());
  }

  @Test
  void onlyHoldsOfWhomTheRulesLetIn() {
    String ipv4 = "from: [203.0.113.0/24, \"::/0\"]";
    assertThat(
            refusals(
                guarded(),
                "a: {only: {%s, to: {container: web}}}".formatted(ipv4),
                "b: {only: {%s, to: {container: web}, port: 8081/tcp}}".formatted(ipv4),
                "c: {only: {%s, to: {container: web}, container-port: 80/tcp}}".formatted(ipv4),
                "d: {only: {%s, to: published}}".formatted(ipv4),
                "e: {only: {%s, to: any}}".formatted(ipv4),
                "f: {only: {%s, to: host, port: 22/tcp}}".formatted(ipv4)))
        .isEmpty();
    assertThat(refusal(guarded(), "a: {only: {from: [203.0.113.0/25, \"::/0\"], to: host}}"))
        .contains("203.0.113.133:40000 -> 192.0.2.10:22/tcp");
  }

  /** Docker's proxy answers on IPv6 past every rule for forwarded packets. */
  @Test
  void aPublishedPortIsReachedByIpv6WithoutAnyRule() {
    assertThat(refusal(guarded(), "a: {only: {from: 203.0.113.0/24, to: {container: web}}}"))
        .contains("2001:db8:7::5", "-> [2001:db8::10]:8081/tcp", "as no rule keeps it out");
  }

  @Test
  void aPortIsTheOneThatIsDialled() {
    assertThat(
            refusals(facts(DOCKER), "a: {never: {from: any, to: {container: web}, port: 82/tcp}}"))
        .isEmpty();
    assertThat(
            refusal(
                facts(DOCKER),
                "a: {never: {from: any, to: {container: web}, container-port: 80/tcp}}"))
        .contains("-> 192.0.2.10:8081/tcp");
  }

  @Test
  void alwaysHoldsWherePacketsGetThere() {
    assertThat(
            refusals(
                guarded(),
                "a: {always: {from: 203.0.113.0/24, to: {container: web}, port: 8081/tcp}}",
                "b: {always: {from: 203.0.113.0/24, to: host, port: 22/tcp}}",
                "c: {always: {from: \"2001:db8:7::/48\", to: host, icmp: echo-request}}"))
        .isEmpty();
  }

  @Test
  void alwaysNamesWhatKeepsPacketsOut() {
    String assertion = "a: {always: {from: 203.0.113.0/24, to: {container: web}, port: 8081/tcp}}";
    String dropping =
        GUARDED.replace("-A FORWARD -j DOCKER-USER", "-A FORWARD -s 203.0.113.7/32 -j DROP");
    assertThat(refusal(facts(dropping), assertion))
        .isEqualTo(
            "assertion 'a' does not hold: 203.0.113.7:40000 -> 192.0.2.10:8081/tcp, in by eth0,"
                + " does not reach container web, but is dropped by rule 1 of FORWARD in filter:"
                + " -s 203.0.113.7/32 -j DROP");
    assertThat(refusal(guarded(), "a: {always: {from: 198.51.100.7, to: host, port: 22/tcp}}"))
        .contains("dropped by rule 3 of FWCTL-INBOUND", "policies/shop.yml:9");
  }

  @Test
  void refusesWhatDependsOnARuleThatIsNotUnderstood() {
    String unknown = "-A DOCKER-USER -m recent --name guests -j DROP\n";
    String facts = DOCKER.replace("-A DOCKER -d", unknown + "-A DOCKER -d");
    String web = "to: {container: web}, port: 8081/tcp";
    for (String kind : List.of("never", "always")) {
      assertThat(refusal(facts(facts), "a: {%s: {from: %s, %s}}".formatted(kind, OFFICE, web)))
          .startsWith("whether assertion 'a' holds (203.0.113.5:40000 -> 192.0.2.10:8081/tcp")
          .endsWith(
              "depends on what fwctl does not understand: rule 1 of DOCKER-USER in filter:"
                  + " -m recent --name guests -j DROP");
    }
  }

  @Test
  void refusesWhatDependsOnRulesThatCanNotBeLookedAt() {
    NftablesFacts others = new NftablesFacts(true, List.of(new NftTable("inet", "guard")));
    String assertion = "a: {never: {from: any, to: {container: db}}}";
    assertThat(refusal(facts(DOCKER, others), assertion))
        .endsWith("depends on what fwctl can't look at: the nftables table inet guard");
    assertThat(refusal(facts(DOCKER, Shop.docker(true)), assertion)).contains("the swarm");
    assertThat(refusal(facts(DOCKER, silent()), assertion)).contains("Docker does not answer");
  }

  private static DockerFacts silent() {
    DockerFacts docker = DockerFacts.absent();
    return new DockerFacts(
        DockerFacts.State.NOT_ANSWERING,
        "",
        docker.containers(),
        docker.networks(),
        docker.settings());
  }

  @Test
  void followsARedirectionOfOthers() {
    String redirecting =
        with("-A PREROUTING -p tcp -m tcp --dport 2222 -j REDIRECT --to-ports 22\n");
    assertThat(
            refusal(
                facts(
                    "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n"
                        + redirecting),
                "a: {never: {from: 0.0.0.0/0, to: host, port: 22/tcp}}"))
        .contains("-> 192.0.2.10:2222/tcp");
  }

  @Test
  void whatAHostNeedsToLiveIsNotAsserted() {
    String closed =
        """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        -A INPUT -p icmp -m icmp --icmp-type 3 -j ACCEPT
        -A INPUT -p igmp -j ACCEPT
        -A INPUT -p udp -m udp --sport 67 --dport 68 -j ACCEPT
        COMMIT
        """;
    String assertion = "a: {never: {from: 0.0.0.0/0, to: any}}";
    assertThat(refusals(facts(closed), assertion)).isEmpty();
    assertThat(refusal(facts(closed.replace("--sport 67 ", "")), assertion)).contains(":68/udp");
    assertThat(refusal(facts(closed.replace("icmp-type 3", "icmp-type 8")), assertion))
        .contains("192.0.2.10/icmp type 8");
  }

  @Test
  void aPublishedPortIsNotTheHosts() {
    List<Problem> refusals =
        Shop.prove(Shop.proofs("a: {never: {from: any, to: host, port: 8081/tcp}}"), facts(DOCKER))
            .refusals();
    assertThat(refusals).singleElement().asString().contains("write 'to: {container: web}'");
  }

  @Test
  void whatIsNotThereBreaksAlwaysOnly() {
    assertThat(refusals(facts(DOCKER), "a: {never: {from: any, to: {container: cache}}}"))
        .isEmpty();
    assertThat(refusals(facts(DOCKER), "a: {always: {from: any, to: {container: cache}}}"))
        .isEmpty();
    assertThat(refusal(facts(DOCKER), "a: {always: {from: any, to: {container: db}}}"))
        .contains("nothing here answers to that");
  }

  @Test
  void containersThatNoHostHasAreAnError() {
    Proofs proofs = Shop.proofs("a: {never: {from: any, to: {container: cache}}}");
    Shop.prove(proofs, facts(DOCKER));
    assertThat(proofs.finish().errors())
        .singleElement()
        .asString()
        .contains("no container is selected by 'container cache' on any host of assertion 'a'");
    assertThat(
            Shop.proofs("a: {never: {from: any, to: {container: cache}, optional: true}}")
                .finish()
                .errors())
        .isEmpty();
  }
}
