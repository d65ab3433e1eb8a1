package dev.fwctl.acceptance;

import static dev.fwctl.acceptance.Client.FARAWAY;
import static dev.fwctl.acceptance.Client.NEIGHBOUR;
import static dev.fwctl.acceptance.Client.OFFICE;
import static dev.fwctl.acceptance.Client.STRANGER;
import static dev.fwctl.acceptance.Endpoint.port;
import static dev.fwctl.acceptance.Endpoint.published;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.Outcome;
import dev.fwctl.model.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From the first plan to the removal: what changes on hosts and connections, and what does not. */
@OnFleet
class LifeIT {
  private static final Duration SOON = Duration.ofSeconds(5);

  /** Bytes, many times what one packet holds. */
  private static final long LARGE = 300_000;

  private static final Duration SILENCE = Duration.ofSeconds(1);

  private static final String OFFICE_ALONE =
      """
      policies:
        shop:
          hosts: all
          inbound:
            default: drop
            allow:
              - {to: {container: api}, port: 8082/tcp, from: office}
              - {to: {container: six}, from: office}
              - {to: host, port: 9000/tcp, from: office}
      """;

  private final Fleet fleet;

  LifeIT(Fleet fleet) {
    this.fleet = fleet;
  }

  @Test
  void whatIsOthersIsAsItWasAfterPlanApplyChangeAndRemoval() {
    fleet.apply("");
    Map<String, String> untouched = fleet.allRules();
    Map<String, String> chains = fleet.chainsOfOthers();
    assertThat(chains).allSatisfy((_, text) -> assertThat(text).contains("OTHER-IN", "OTHER-FWD"));
    Map<String, String> rest = fleet.rulesOfOthers();

    fleet.policy(OFFICE_ALONE);
    Program.Run plan = fleet.fwctl("plan", "--detailed-exitcode");
    assertThat(plan.exitCode()).as("%s", plan).isEqualTo(2);
    assertThat(fleet.allRules()).as("after a plan").isEqualTo(untouched);
    assertThat(fleet.leftovers()).as("after a plan").allSatisfy((_, text) -> nothing(text));

    for (String policy :
        List.of(
            OFFICE_ALONE,
            OFFICE_ALONE.replace("office", "monitors"),
            OFFICE_ALONE.replace("default: drop", "default: reject"))) {
      fleet.apply(policy);
      assertThat(fleet.chainsOfOthers()).as("after %s", policy).isEqualTo(chains);
      assertThat(fleet.rulesOfOthers()).as("after %s", policy).isEqualTo(rest);
    }

    fleet.apply("");
    assertThat(fleet.allRules()).as("after the removal").isEqualTo(untouched);
    assertThat(fleet.leftovers()).as("after the removal").allSatisfy((_, text) -> nothing(text));
    fleet.see().open(STRANGER, published(8081), port(9000)).verify();
  }

  @Test
  void theRemovalTakesSourceListsAndReceiptsAlong() {
    StringBuilder list = new StringBuilder();
    for (int number = 0; number < 100; number++) {
      list.append("198.51.100.%d\n2001:db8:%x::/64\n".formatted(number * 2, number * 2));
    }
    fleet.apply("");
    Map<String, String> untouched = fleet.allRules();
    fleet.script("ipset create somebodys-own hash:ip");
    try {
      fleet.write("policies/crowd.txt", list.toString());
      fleet.apply(
          """
          sources:
            crowd: {file: crowd.txt}
          policies:
            shop:
              hosts: all
              inbound:
                default: reject
                allow:
                  - {to: {container: api}, port: 8082/tcp, from: crowd}
              outbound:
                deny:
                  - {from: any, to: crowd, port: 25/tcp}
          """);
      assertThat(fleet.leftovers())
          .allSatisfy((_, text) -> assertThat(text).contains("/var/lib/fwctl", "fwctl-"));
      fleet.apply("");
      assertThat(fleet.allRules()).isEqualTo(untouched);
      assertThat(fleet.leftovers()).allSatisfy((_, text) -> nothing(text));
      assertThat(fleet.script("ipset list -name"))
          .allSatisfy((_, text) -> assertThat(text.strip()).isEqualTo("somebodys-own"));
    } finally {
      fleet.script("ipset destroy somebodys-own");
    }
  }

  private static void nothing(String text) {
    assertThat(text).isEmpty();
  }

  @Test
  void anAllowTakenAwayEndsTheRunningConnection() {
    String both = OFFICE_ALONE.replace("office", "[office, monitors]");
    fleet.apply(both);
    Map<String, HeldConnection> staying = new HashMap<>();
    Map<String, HeldConnection> going = new HashMap<>();
    try {
      for (String host : fleet.hosts()) {
        for (Family family : Family.values()) {
          for (int port : List.of(8082, 9000)) {
            if (fleet.answer(host, published(port), family) == Outcome.OPEN || port == 9000) {
              String name = "%s %s %d".formatted(host, family, port);
              staying.put(name, hold(Client.OFFICE, host, family, port));
              going.put(name, hold(Client.MONITOR, host, family, port));
            }
          }
        }
      }
      assertThat(pulses(staying, SOON))
          .containsOnlyKeys(staying.keySet())
          .allSatisfy(LifeIT::alive);
      assertThat(pulses(going, SOON)).allSatisfy(LifeIT::alive);
      fleet.apply(OFFICE_ALONE);
      assertThat(pulses(staying, SOON)).allSatisfy(LifeIT::alive);
      assertThat(pulses(going, SILENCE))
          .allSatisfy((_, pulse) -> assertThat(pulse).isNotEqualTo(HeldConnection.Pulse.ALIVE));
    } finally {
      staying.values().forEach(HeldConnection::close);
      going.values().forEach(HeldConnection::close);
    }
  }

  private HeldConnection hold(Client client, String host, Family family, int port) {
    return fleet.lab().hold(client.address(family), host + ":" + port);
  }

  private static void alive(String name, HeldConnection.Pulse pulse) {
    assertThat(pulse).as(name).isEqualTo(HeldConnection.Pulse.ALIVE);
  }

  private static Map<String, HeldConnection.Pulse> pulses(
      Map<String, HeldConnection> connections, Duration limit) {
    return Parallel.each(
        connections.keySet(), name -> requireNonNull(connections.get(name), name).pulse(limit));
  }

  @Test
  void largeAnswersArriveOverANarrowPath() {
    fleet.apply(
        """
        policies:
          pages:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: shop}, port: 8081/tcp, from: faraway}
                - {to: {container: monitor}, port: 8090/tcp, from: faraway}
                - {to: {container: six}, port: 8084/tcp, from: faraway}
        """);
    assertThat(fetch(FARAWAY, Duration.ofSeconds(30)))
        .allSatisfy((way, count) -> assertThat(count).as(way).isEqualTo(LARGE));
    // it was the routers' messages that did it: without them nothing large arrives elsewhere
    String deaf =
        """
        iptables -t raw -I PREROUTING -p icmp --icmp-type fragmentation-needed -j DROP
        ip6tables -t raw -I PREROUTING -p ipv6-icmp --icmpv6-type packet-too-big -j DROP
        """;
    fleet.script(deaf);
    try {
      Client elsewhere = new Client("elsewhere", "192.0.2.99", "2001:db8:ffff::99");
      assertThat(fetch(elsewhere, Duration.ofSeconds(2)))
          .allSatisfy((way, count) -> assertThat(count).as(way).isLessThan(LARGE));
    } finally {
      fleet.script(deaf.replace("-I", "-D"));
    }
  }

  /**
   * Fetches large answers by Docker's NAT, docker-proxy and host networking; returns their sizes.
   */
  private Map<String, Long> fetch(Client client, Duration limit) {
    List<String> ways = new ArrayList<>();
    for (String host : fleet.hosts()) {
      for (Family family : Family.values()) {
        for (int port : List.of(8081, 8084, 8090)) {
          if (port != 8081 || fleet.answer(host, published(port), family) == Outcome.OPEN) {
            ways.add(client.address(family) + " " + host + ":" + port);
          }
        }
      }
    }
    return Parallel.each(
        ways,
        way ->
            fleet
                .lab()
                .fetch(
                    way.substring(0, way.indexOf(' ')),
                    way.substring(way.indexOf(' ') + 1),
                    LARGE,
                    limit));
  }

  @Test
  void neighboursAreFoundUnderADefaultDrop() {
    fleet.apply(OFFICE_ALONE.replace("office", "[office, neighbour]"));
    // who lives where is to be asked anew, in both directions
    String forget = "ip -4 neigh flush dev eth0; ip -6 neigh flush dev eth0";
    fleet.lab().script("clients", forget);
    fleet.lab().script("controller", forget);
    fleet.lab().script("router", forget.replace("eth0", "br0"));
    fleet.script(forget);
    fleet
        .see()
        .open(NEIGHBOUR, port(9000), published(8082))
        .open(OFFICE, port(9000), published(8082))
        .verify();
    fleet.nothingIsLeftToDo();
  }

  @Test
  void ourOwnConnectionLivesThoughNoPolicyAllowsIt() {
    fleet.apply(
        """
        policies:
          shut:
            hosts: all
            inbound:
              default: drop
              deny:
                - {to: any, from: 10.90.0.0/16}
                - {to: host, port: 22/tcp, from: any}
            outbound:
              default: drop
              deny:
                - {from: any, to: 10.90.0.0/16}
        """);
    fleet
        .see()
        .closed(OFFICE, port(22), port(9000))
        .closed(NEIGHBOUR, port(22), port(9000))
        .verify();
    // and from there everything can be opened again
    fleet.apply("");
    fleet.see().open(OFFICE, port(22)).open(NEIGHBOUR, port(22)).verify();
  }

  @Test
  void whatIsChangedByHandIsShownAndRepaired() {
    fleet.apply(OFFICE_ALONE);
    Map<String, String> applied = fleet.allRules();
    assertNoDrift();
    for (String hand :
        List.of(
            // the whole world let in; the refusal at the end gone; all of it gone; no longer first
            "iptables -t mangle -I FWCTL-INBOUND -s 0.0.0.0/0 -j RETURN",
            "ip6tables -t mangle -D FWCTL-INBOUND $(ip6tables -t mangle -S FWCTL-INBOUND | grep -c ^-A)",
            "iptables -t mangle -F FWCTL-PREROUTING",
            "ip6tables -t mangle -I PREROUTING -p tcp --dport 4712 -j ACCEPT")) {
      fleet.script(hand);
      Program.Run plan = fleet.fwctl("plan", "--detailed-exitcode");
      assertThat(plan.exitCode()).as("after %s: %s", hand, plan).isEqualTo(2);
      if (!hand.contains("4712")) {
        Program.Run drift = fleet.fwctl("drift", "--detailed-exitcode");
        assertThat(drift.exitCode()).as("after %s: %s", hand, drift).isEqualTo(2);
        assertThat(drift.output()).contains(fleet.hosts()).contains("FWCTL-");
        assertThat(plan.words()).contains("5 drifted");
      }
      fleet.apply();
      if (hand.contains("4712")) {
        fleet.script(hand.replace("-I", "-D"));
      }
      assertThat(fleet.allRules()).as("repaired after %s", hand).isEqualTo(applied);
      assertNoDrift();
    }
    fleet.see().open(OFFICE, port(9000)).closed(STRANGER, port(9000), published(8081)).verify();
  }

  private void assertNoDrift() {
    Program.Run drift = fleet.fwctl("drift", "--detailed-exitcode");
    assertThat(drift.exitCode()).as("%s", drift).isZero();
  }
}
