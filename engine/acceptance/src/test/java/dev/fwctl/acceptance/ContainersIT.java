package dev.fwctl.acceptance;

import static dev.fwctl.acceptance.Client.OFFICE;
import static dev.fwctl.acceptance.Client.STRANGER;
import static dev.fwctl.acceptance.Endpoint.direct;
import static dev.fwctl.acceptance.Endpoint.port;
import static dev.fwctl.acceptance.Endpoint.published;
import static dev.fwctl.acceptance.Endpoint.publishedOnOneAddress;
import static dev.fwctl.acceptance.Endpoint.publishedUdp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Family;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;

/** Containers come and go and talk; the rules stay right and are in nobody's way. */
@OnFleet
class ContainersIT {
  private static final String POLICY =
      """
      policies:
        shop:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: {container: shop}, port: 8081/tcp, from: office}
              - {to: {container: api}, container-port: 8080/tcp, from: office}
              - {to: {container: depot}, port: 5353/udp, from: office}
              - {to: {container: six}, from: office}
      """;

  private final Fleet fleet;

  ContainersIT(Fleet fleet) {
    this.fleet = fleet;
  }

  private void theRulesAreRight() {
    fleet.nothingIsLeftToDo();
    fleet
        .see()
        .open(OFFICE, published(8081), published(8082), publishedUdp(5353), port(8084))
        .closed(OFFICE, publishedOnOneAddress(8083), published(8100), port(8090), port(9000))
        .closed(
            STRANGER,
            published(8081),
            published(8082),
            publishedUdp(5353),
            port(8084),
            direct("shop", 8080),
            direct("api", 8080),
            direct("six", 8080))
        .verify();
  }

  @Test
  void dockerIsStartedAgain() {
    fleet.apply(POLICY);
    Map<String, String> others = fleet.chainsOfOthers();
    fleet.onEachHost(
        host -> {
          fleet.lab().restartDocker(host);
          for (String container : Fleet.CONTAINERS) {
            fleet.awaitService(host, container);
          }
        });
    theRulesAreRight();
    assertThat(fleet.chainsOfOthers()).isEqualTo(others);
  }

  @Test
  void aContainerIsStoppedAndStarted() {
    fleet.apply(POLICY);
    fleet.onEachHost(host -> fleet.lab().docker(host, "stop", "--time", "1", "shop", "api", "six"));
    fleet.nothingIsLeftToDo();
    fleet.see().closed(STRANGER, published(8081), published(8082), port(8084)).verify();
    fleet.onEachHost(
        host -> {
          // in another order, so that the addresses change hands
          for (String container : new String[] {"six", "api", "shop"}) {
            fleet.lab().docker(host, "start", container);
            fleet.awaitService(host, container);
          }
        });
    theRulesAreRight();
  }

  @Test
  void aContainerIsMadeAnewUnderItsNameWithAnotherAddress() {
    fleet.apply(POLICY);
    Map<String, Optional<String>> before =
        fleet.fromEachHost(host -> fleet.containerAddress(host, "shop", Family.IPV4));
    fleet.onEachHost(host -> fleet.lab().docker(host, "rm", "--force", "shop", "admin"));
    try {
      fleet.onEachHost(
          host -> {
            // takes the address that was the shop's, for a port that nobody may reach
            fleet.startContainer(host, "admin");
            fleet.startContainer(host, "shop");
          });
      assertThat(fleet.fromEachHost(host -> fleet.containerAddress(host, "shop", Family.IPV4)))
          .allSatisfy((host, address) -> assertThat(address).isNotEqualTo(before.get(host)));
      theRulesAreRight();
    } finally {
      fleet.moveBackIn();
    }
  }

  @Test
  void containersOwnConnectionsToTheSamePortNumbersGoOn() {
    fleet.apply(POLICY);
    Map<String, String> heard =
        fleet.fromEachHost(
            host ->
                fleet.probeFromContainer(
                        host,
                        "worker",
                        "tcp/198.18.0.80/8080",
                        "tcp/198.18.0.80/8081",
                        "tcp/198.18.0.80/8082",
                        "udp/198.18.0.80/53",
                        "udp/198.18.0.80/5353")
                    + fleet.probeFromContainer(
                        host,
                        "shop",
                        "tcp/198.18.0.80/8080",
                        "tcp/198.18.0.80/8081",
                        "udp/198.18.0.80/5353")
                    + fleet.probeFromContainer(
                        host,
                        "six",
                        "tcp/2001:db8:80::80/8080",
                        "tcp/2001:db8:80::80/8081",
                        "udp/2001:db8:80::80/5353"));
    assertThat(heard)
        .allSatisfy((host, answers) -> assertThat(answers.lines()).containsOnly("open"));
  }

  @Test
  void trafficBetweenContainersAndFromThemToTheirHostGoesOn() {
    fleet.apply("");
    Map<String, String> before = fleet.fromEachHost(this::within);
    assertThat(before)
        .allSatisfy(
            (host, answers) ->
                assertThat(answers.lines())
                    .as("the way from one network of Docker's to another is closed, no other")
                    .areExactly(1, new Condition<>("timeout"::equals, "closed"))
                    .areExactly(13, new Condition<>("open"::equals, "open")));
    fleet.apply(POLICY);
    assertThat(fleet.fromEachHost(this::within)).isEqualTo(before);
    fleet.apply(POLICY.replace("default: drop", "default: reject"));
    assertThat(fleet.fromEachHost(this::within)).isEqualTo(before);
  }

  /** Asks between containers of one network, and by roundabout ways that Docker may have closed. */
  private String within(String host) {
    String own = fleet.lab().host(host).ipv4().toString();
    String ownIpv6 = fleet.lab().host(host).ipv6().toString();
    String api = fleet.containerAddress(host, "api", Family.IPV4).orElseThrow();
    String shop = fleet.containerAddress(host, "shop", Family.IPV4).orElseThrow();
    String six = fleet.containerAddress(host, "six", Family.IPV6).orElseThrow();
    return fleet.probeFromContainer(
            host,
            "worker",
            "tcp/%s/8080".formatted(api),
            "tcp/%s/9000".formatted(own),
            "udp/172.28.0.1/9001")
        + fleet.probeFromContainer(
            host,
            "depot",
            "tcp/%s/8080".formatted(shop),
            "tcp/%s/8081".formatted(own),
            "tcp/%s/8082".formatted(own),
            "tcp/%s/8080".formatted(api))
        + fleet.probeFromContainer(host, "six", "tcp/%s/9000".formatted(ownIpv6))
        + fleet
            .lab()
            .run(
                host,
                "probe",
                "tcp/127.0.0.1/8081",
                "tcp/%s/8081".formatted(own),
                "tcp/%s/8080".formatted(shop),
                "tcp/%s/8080".formatted(six),
                "tcp/::1/9000",
                "udp/127.0.0.1/9001");
  }
}
