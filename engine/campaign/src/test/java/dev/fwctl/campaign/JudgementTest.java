package dev.fwctl.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.campaign.Way.Client;
import dev.fwctl.campaign.Way.Service;
import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.HeldConnection.Pulse;
import dev.fwctl.lab.Outcome;
import dev.fwctl.model.Family;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final Grants OLD =
      new Grants(
          Map.of(Service.HOST, Set.of(Client.OFFICE), Service.SHOP, Set.of(Client.OFFICE)), false);
  private static final Grants NEW =
      new Grants(
          Map.of(
              Service.HOST,
              Set.of(Client.OFFICE),
              Service.SHOP,
              Set.of(Client.OFFICE, Client.PARTNER)),
          false);
  private static final Grants OTHER = new Grants(Map.of(), true);
  private static final Rules OLD_RULES = rules("old 4", "old 6");
  private static final Rules NEW_RULES = rules("new 4", "new 6");
  private static final Rules OTHER_RULES = rules("other 4", "other 6");
  private static final Rules DOCKERS = rules("-N DOCKER", "-N DOCKER");
  private static final Rules NONE = new Rules(Map.of());
  private static final Instant BEGUN = Instant.parse("2026-11-20T10:00:00Z");
  private static final Report APPLIED =
      new Report(0, Optional.of(BEGUN), Optional.of("applied"), "");
  private static final Report ROLLED_BACK =
      new Report(7, Optional.empty(), Optional.of("rolled_back"), "");
  private static final Report UNCHANGED =
      new Report(6, Optional.empty(), Optional.of("unchanged"), "");
  private static final Report LOST = new Report(9, Optional.empty(), Optional.of("lost"), "");
  private static final Report KILLED = new Report(137, Optional.empty(), Optional.empty(), "");

  private final List<Evidence.Sighting> sightings = new ArrayList<>();
  private final Map<Way, Outcome> answers = new HashMap<>();
  private final Map<Way, HeldConnection.Pulse> connections = new HashMap<>();
  private Rules others = DOCKERS;
  private Optional<Instant> flushed = Optional.empty();

  private static Rules rules(String ipv4, String ipv6) {
    return new Rules(Map.of(Family.IPV4, List.of(ipv4), Family.IPV6, List.of(ipv6)));
  }

  private List<String> violations(Fault fault, Rules held, Report report) {
    return violations(fault, held, report, Optional.empty());
  }

  private List<String> violations(Fault fault, Rules held, Report report, Optional<Report> other) {
    return new Judgement(
            new Evidence(
                fault,
                new Fault.Traces(other, flushed),
                new Evidence.Asked(OLD, NEW, other.map(it -> OTHER)),
                Map.of(OLD, OLD_RULES, NEW, NEW_RULES, OTHER, OTHER_RULES),
                held,
                new Evidence.Others(DOCKERS, others),
                answers,
                connections,
                report,
                1_000_000_000L,
                2_000_000_000L,
                sightings))
        .violations();
  }

  private void sees(Client client, Service service, Outcome outcome, double from, double until) {
    sightings.add(
        new Evidence.Sighting(
            new Way(client, service, Family.IPV4),
            outcome,
            (long) (from * 1e9),
            (long) (until * 1e9)));
  }

  @Test
  void aHostHoldsTheOldOrTheNewAsItWasSaid() {
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.NETWORK_DOWN, OLD_RULES, ROLLED_BACK)).isEmpty();
    assertThat(violations(Fault.NETWORK_DOWN, OLD_RULES, LOST)).isEmpty();
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, LOST)).isEmpty();
    assertThat(violations(Fault.CONTROLLER_KILLED, NEW_RULES, KILLED)).isEmpty();
    assertThat(violations(Fault.CONTROLLER_KILLED, OLD_RULES, KILLED)).isEmpty();
  }

  @Test
  void nothingBetween() {
    for (Rules held : List.of(rules("old 4", "new 6"), rules("half", "half"), NONE, OTHER_RULES)) {
      assertThat(violations(Fault.CONTROLLER_KILLED, held, KILLED))
          .containsExactly("the rules are neither the old nor the new");
    }
  }

  @Test
  void whatIsSaidIs() {
    assertThat(violations(Fault.NETWORK_DOWN, OLD_RULES, APPLIED))
        .containsExactly("it said applied, and the host does not hold it");
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, ROLLED_BACK))
        .containsExactly("it said rolled_back, and the host holds what was wanted");
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, KILLED))
        .containsExactly("it said exit 137, and the host holds what was wanted");
    assertThat(
            violations(
                Fault.NETWORK_DOWN,
                OLD_RULES,
                new Report(0, Optional.empty(), Optional.of("unchanged"), "")))
        .containsExactly("it ended with 0, and did not say applied");
  }

  @Test
  void afterAFlushAFamilyIsWholeOrEmpty() {
    flushed = Optional.of(BEGUN);
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED)).isEmpty();
    Rules half = new Rules(Map.of(Family.IPV6, List.of("new 6")));
    assertThat(violations(Fault.RULES_FLUSHED, half, ROLLED_BACK)).isEmpty();
    assertThat(violations(Fault.RULES_FLUSHED, rules("bits", "new 6"), ROLLED_BACK))
        .containsExactly("the rules of IPV4 are neither the old nor the new nor none");
  }

  @Test
  void whatIsAppliedAfterAFlushIsThere() {
    flushed = Optional.of(BEGUN.plusMillis(1));
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED)).isEmpty();
    flushed = Optional.of(BEGUN.minusMillis(1));
    assertThat(violations(Fault.RULES_FLUSHED, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED))
        .containsExactly("it said applied, and the host does not hold it");
  }

  @Test
  void aHeldConnectionLivesUnlessTheFaultEndsIt() {
    connections.put(new Way(Client.OFFICE, Service.SHOP, Family.IPV4), Pulse.CLOSED);
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED)).isEmpty();
    connections.put(new Way(Client.OFFICE, Service.HOST, Family.IPV4), Pulse.SILENT);
    assertThat(violations(Fault.HOST_REBOOTED, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED))
        .containsExactly("a held connection is silent: OFFICE to HOST on IPV4");
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED)).hasSize(2);
    connections.replaceAll((way, pulse) -> Pulse.ALIVE);
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED)).isEmpty();
  }

  @Test
  void rulesOfOthersStay() {
    others = rules("-N DOCKER", "-N OTHER");
    assertThat(violations(Fault.POWER_CUT, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED))
        .singleElement()
        .asString()
        .startsWith("the rules of others are not as they were: ")
        .contains("-N OTHER");
  }

  @Test
  void ofTwoOperatorsTheHostHoldsWhatOneWasToldIsApplied() {
    Fault two = Fault.SECOND_CONTROLLER;
    assertThat(violations(two, NEW_RULES, APPLIED, Optional.of(UNCHANGED))).isEmpty();
    assertThat(violations(two, OTHER_RULES, APPLIED, Optional.of(APPLIED))).isEmpty();
    assertThat(violations(two, OTHER_RULES, UNCHANGED, Optional.of(APPLIED))).isEmpty();
    assertThat(violations(two, OLD_RULES, UNCHANGED, Optional.of(UNCHANGED))).isEmpty();
    assertThat(violations(two, OTHER_RULES, APPLIED, Optional.of(UNCHANGED)))
        .containsExactly("they said applied and unchanged, and the host holds another");
    assertThat(violations(two, NEW_RULES, UNCHANGED, Optional.of(UNCHANGED)))
        .containsExactly("they said unchanged and unchanged, and the host holds another");
  }

  @Test
  void nobodyGetsInWhomNoPolicyLetsIn() {
    sees(Client.PARTNER, Service.SHOP, Outcome.OPEN, 0, 0.1);
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED)).isEmpty();
    sees(Client.PARTNER, Service.HOST, Outcome.OPEN, 1.2, 1.3);
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED))
        .containsExactly("let in: PARTNER to HOST on IPV4");
    flushed = Optional.of(BEGUN);
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED)).isEmpty();
    sees(Client.PARTNER, Service.HOST, Outcome.OPEN, 0.2, 0.3);
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED))
        .containsExactly("let in: PARTNER to HOST on IPV4");
  }

  @Test
  void nobodyIsCutOffWhomAllLetIn() {
    sees(Client.PARTNER, Service.SHOP, Outcome.TIMEOUT, 0, 0.8);
    sees(Client.OFFICE, Service.SHOP, Outcome.REFUSED, 1.2, 1.3);
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED)).isEmpty();
    assertThat(violations(Fault.DISK_FULL, NEW_RULES, APPLIED))
        .containsExactly("cut off (REFUSED): OFFICE to SHOP on IPV4");
    sees(Client.OFFICE, Service.HOST, Outcome.TIMEOUT, 1.2, 2.0);
    assertThat(violations(Fault.DOCKER_RESTARTED, NEW_RULES, APPLIED))
        .containsExactly("cut off (TIMEOUT): OFFICE to HOST on IPV4");
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED)).isEmpty();
    sees(Client.OFFICE, Service.HOST, Outcome.TIMEOUT, 4, 4.8);
    assertThat(violations(Fault.NETWORK_DOWN, NEW_RULES, APPLIED))
        .containsExactly("cut off (TIMEOUT): OFFICE to HOST on IPV4");
  }

  @Test
  void atRestAHostAnswersAsThePolicySaysThatItHolds() {
    for (Family family : Family.values()) {
      answers.put(new Way(Client.OFFICE, Service.SHOP, family), Outcome.OPEN);
      answers.put(new Way(Client.PARTNER, Service.SHOP, family), Outcome.OPEN);
      answers.put(new Way(Client.PARTNER, Service.HOST, family), Outcome.TIMEOUT);
    }
    assertThat(violations(Fault.CONTROLLER_KILLED, NEW_RULES, KILLED)).isEmpty();

    answers.put(new Way(Client.PARTNER, Service.SHOP, Family.IPV6), Outcome.TIMEOUT);
    answers.put(new Way(Client.PARTNER, Service.HOST, Family.IPV4), Outcome.OPEN);
    assertThat(violations(Fault.CONTROLLER_KILLED, NEW_RULES, KILLED))
        .containsExactly(
            "at rest with [host:o shop:op], PARTNER to HOST on IPV4 is open",
            "at rest with [host:o shop:op], PARTNER to SHOP on IPV6 is timeout");
    flushed = Optional.of(BEGUN);
    assertThat(violations(Fault.RULES_FLUSHED, NONE, APPLIED)).isEmpty();
  }
}
