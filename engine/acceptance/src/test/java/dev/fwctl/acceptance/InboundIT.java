package dev.fwctl.acceptance;

import static dev.fwctl.acceptance.Client.BANNED;
import static dev.fwctl.acceptance.Client.MONITOR;
import static dev.fwctl.acceptance.Client.NEIGHBOUR;
import static dev.fwctl.acceptance.Client.OFFICE;
import static dev.fwctl.acceptance.Client.STRANGER;
import static dev.fwctl.acceptance.Endpoint.atSecondAddress;
import static dev.fwctl.acceptance.Endpoint.direct;
import static dev.fwctl.acceptance.Endpoint.directPing;
import static dev.fwctl.acceptance.Endpoint.ping;
import static dev.fwctl.acceptance.Endpoint.port;
import static dev.fwctl.acceptance.Endpoint.published;
import static dev.fwctl.acceptance.Endpoint.publishedOnOneAddress;
import static dev.fwctl.acceptance.Endpoint.publishedUdp;
import static dev.fwctl.acceptance.Endpoint.udp;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who gets in from outside, on every release and in both families. */
@OnFleet
class InboundIT {
  private final Fleet fleet;

  InboundIT(Fleet fleet) {
    this.fleet = fleet;
  }

  @Test
  void withoutAPolicyEverythingIsOpen() {
    fleet.apply("");
    Sight sight = fleet.see();
    for (Client client : new Client[] {OFFICE, STRANGER}) {
      sight.open(
          client,
          published(8081),
          published(8082),
          publishedOnOneAddress(8083),
          published(8100),
          published(8102),
          publishedUdp(5353),
          port(8084),
          port(8090),
          port(9000),
          udp(9001),
          port(22),
          ping(),
          atSecondAddress(8083),
          direct("shop", 8080),
          direct("api", 8080),
          direct("six", 8080));
    }
    sight.verify();
  }

  @Test
  void aPublishedPortThatDiffersFromTheContainers() {
    fleet.apply(
        """
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: shop}, port: 8081/tcp, from: office}
        """);
    fleet
        .see()
        .open(OFFICE, published(8081))
        .closed(STRANGER, published(8081))
        // neither another container with the same inner port nor that port of the host
        .closed(OFFICE, published(8082), port(8084), port(8080))
        .verify();
  }

  @Test
  void twoContainersWithTheSameInnerPort() {
    fleet.apply(
        """
        policies:
          api:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: api}, container-port: 8080/tcp, from: office}
                - {to: {container: shop}, container-port: 8080/tcp, from: monitors}
        """);
    fleet
        .see()
        .open(OFFICE, published(8082))
        .open(MONITOR, published(8081))
        .closed(OFFICE, published(8081), publishedOnOneAddress(8083), port(8084))
        .closed(MONITOR, published(8082), publishedOnOneAddress(8083), port(8084))
        .closed(STRANGER, published(8081), published(8082))
        .verify();
  }

  @Test
  void aPortPublishedOnOneHostAddressOnly() {
    fleet.apply(
        """
        policies:
          admin:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: admin}, port: 8083/tcp, from: office}
        """);
    fleet
        .see()
        .open(OFFICE, publishedOnOneAddress(8083))
        .closed(STRANGER, publishedOnOneAddress(8083))
        // there it is the host's own
        .closed(OFFICE, atSecondAddress(8083))
        .verify();
    fleet.apply(
        """
        policies:
          own:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: host, port: 8083/tcp, from: office}
        """);
    fleet
        .see()
        .open(OFFICE, atSecondAddress(8083))
        .closed(STRANGER, atSecondAddress(8083))
        .closed(OFFICE, publishedOnOneAddress(8083))
        .verify();
  }

  @Test
  void aPublishedRange() {
    fleet.apply(
        """
        policies:
          depot:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: depot}, port: 8100-8101/tcp, from: office}
                - {to: {container: depot}, container-port: 9102/tcp, from: monitors}
        """);
    fleet
        .see()
        .open(OFFICE, published(8100), published(8101))
        .closed(OFFICE, published(8102))
        .open(MONITOR, published(8102))
        .closed(MONITOR, published(8100), published(8101))
        .closed(STRANGER, published(8100), published(8101), published(8102))
        .verify();
  }

  @Test
  void datagrams() {
    fleet.apply(
        """
        policies:
          names:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: depot}, port: 5353/udp, from: office}
                - {to: host, port: 9001/udp, from: monitors}
        """);
    fleet
        .see()
        .open(OFFICE, publishedUdp(5353))
        .closed(OFFICE, udp(9001), published(8100))
        .open(MONITOR, udp(9001))
        .closed(MONITOR, publishedUdp(5353), port(9000))
        .closed(STRANGER, publishedUdp(5353), udp(9001))
        .verify();
  }

  @Test
  void containersOnTheDefaultBridgeOnANetworkOfTheirOwnAndWithHostNetworking() {
    fleet.apply(
        """
        policies:
          kinds:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: shop}, from: office}
                - {to: {container: api}, from: office}
                - {to: {container: monitor}, port: 8090/tcp, from: office}
                - {to: {container: six}, from: monitors}
        """);
    fleet
        .see()
        .open(OFFICE, published(8081), published(8082), port(8090))
        .closed(OFFICE, port(8084), port(9000), ping())
        .open(MONITOR, port(8084))
        .closed(MONITOR, published(8081), published(8082), port(8090))
        .closed(STRANGER, published(8081), published(8082), port(8084), port(8090))
        .verify();
  }

  @Test
  void aDirectRouteToAContainersAddress() {
    fleet.apply(
        """
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: published, from: office}
                - {to: any, port: 8080/tcp, from: neighbour}
        """);
    Endpoint[] ways = {
      direct("shop", 8080),
      direct("api", 8080),
      direct("six", 8080),
      direct("worker", 7000),
      directPing("shop"),
      directPing("six")
    };
    fleet
        .see()
        .open(OFFICE, published(8081), published(8082), port(8084))
        .closed(OFFICE, ways)
        .closed(STRANGER, ways)
        .closed(NEIGHBOUR, ways)
        .verify();
    fleet.apply(
        """
        policies:
          everything:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: any, from: office}
        """);
    // as Docker lets it; what Docker 28 has closed stays closed
    fleet
        .see()
        .open(OFFICE, direct("shop", 8080), direct("api", 8080), direct("six", 8080))
        .open(OFFICE, published(8081), port(8084), port(9000), ping())
        .closed(STRANGER, ways)
        .verify();
  }

  @Test
  void theHostsOwnPortsAreDroppedButSsh() {
    fleet.apply(
        """
        policies:
          baseline:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: host, port: 22/tcp, from: [office, neighbour]}
                - {to: host, icmp: echo-request, from: any}
        """);
    fleet
        .see()
        .open(OFFICE, port(22), ping())
        .open(NEIGHBOUR, port(22), ping())
        .open(STRANGER, ping())
        .closed(STRANGER, port(22), port(9000), udp(9001), published(8081), port(8090))
        .closed(OFFICE, port(9000), udp(9001), published(8081), port(8090))
        .closed(NEIGHBOUR, port(9000), published(8081), atSecondAddress(8083))
        .verify();
  }

  @Test
  void everyPortOfTheHostIsNotThoseOfContainers() {
    fleet.apply(
        """
        policies:
          baseline:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: host, from: office}
        """);
    fleet
        .see()
        .open(OFFICE, port(22), port(9000), udp(9001), atSecondAddress(8083), ping())
        .closed(
            OFFICE,
            published(8081),
            published(8082),
            publishedOnOneAddress(8083),
            publishedUdp(5353))
        .closed(OFFICE, direct("shop", 8080), direct("six", 8080))
        .closed(STRANGER, port(22), port(9000), atSecondAddress(8083), published(8081))
        .verify();
  }

  @Test
  void aDenyOverAnAllow() {
    fleet.apply(
        """
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: published, from: office}
                - {to: host, port: 9000/tcp, from: any}
          bans:
            hosts: all
            inbound:
              deny:
                - {to: any, from: banned}
                - {to: {container: api}, from: monitors}
        """);
    fleet
        .see()
        .open(OFFICE, published(8081), published(8082), port(9000))
        .closed(BANNED, published(8081), published(8082), publishedUdp(5353), port(9000), ping())
        .closed(BANNED, direct("shop", 8080), direct("six", 8080))
        .open(MONITOR, port(9000))
        .closed(MONITOR, published(8082))
        .open(STRANGER, port(9000))
        .verify();
  }

  @Test
  void deniesAloneLeaveTheRestOpen() {
    fleet.apply(
        """
        policies:
          bans:
            hosts: all
            inbound:
              deny:
                - {to: {container: shop}, port: 8081/tcp, from: office}
                - {to: host, port: 9000/tcp, from: any}
        """);
    fleet
        .see()
        .closed(OFFICE, published(8081), port(9000), direct("shop", 8080))
        .open(OFFICE, published(8082), port(8084), port(8090), port(22), ping())
        .open(STRANGER, published(8081), published(8082))
        .closed(STRANGER, port(9000))
        .verify();
  }

  @Test
  void rejectTellsThoseWhoMayNot() {
    fleet.apply(
        """
        policies:
          polite:
            hosts: all
            inbound:
              default: reject
              allow:
                - {to: {container: shop}, port: 8081/tcp, from: office}
                - {to: host, port: 9000/tcp, from: office}
              deny:
                - {to: any, from: banned}
        """);
    fleet
        .see()
        .open(OFFICE, published(8081), port(9000))
        .rejected(
            STRANGER,
            published(8081),
            published(8082),
            publishedOnOneAddress(8083),
            publishedUdp(5353),
            port(8084),
            port(8090),
            port(9000),
            udp(9001),
            atSecondAddress(8083))
        .rejected(OFFICE, published(8082), udp(9001))
        .closed(BANNED, published(8081), port(9000))
        .verify();
  }

  @Test
  void aLargeSourceList() {
    String list =
        IntStream.range(0, 2_000)
            .mapToObj(
                number ->
                    number % 2 == 0
                        ? "203.0.%d.%d".formatted(96 + number / 250, number % 250)
                        : "2001:db8:7:%x::/64".formatted(number))
            .collect(Collectors.joining("\n"));
    fleet.write("policies/partners.txt", list + "\n203.0.113.5\n2001:db8:7::5\n");
    fleet.apply(
        """
        sources:
          partners: {file: partners.txt}
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: shop}, port: 8081/tcp, from: partners}
              deny:
                - {to: host, from: partners}
        """);
    fleet
        .see()
        .open(OFFICE, published(8081))
        .closed(OFFICE, port(9000))
        .closed(BANNED, published(8081))
        .closed(STRANGER, published(8081))
        .verify();
    assertThat(fleet.script("ipset list -name; iptables-save -t mangle | wc -l"))
        .allSatisfy(
            (host, said) -> {
              assertThat(said).contains("fwctl");
              assertThat(said.lines().reduce((one, last) -> last).orElseThrow().strip().length())
                  .as("digits of how many rules there are")
                  .isLessThan(3);
            });
  }
}
