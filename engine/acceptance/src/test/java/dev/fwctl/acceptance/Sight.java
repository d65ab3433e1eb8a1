package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.Family;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What clients are to find open or closed on every host of the fleet, in both families.
 *
 * <p>The probes go out when {@link #verify} is called: first all that are to be answered, then all
 * others.
 */
final class Sight {
  /** How long to wait for what is to come: a machine may be busy. What comes is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long to wait for what is not to come; a packet of the lab takes a fraction of this. */
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private final Fleet fleet;
  private final List<Expectation> expectations = new ArrayList<>();

  private record Expectation(
      String host, Client client, Endpoint endpoint, Probe probe, Set<Outcome> outcomes) {}

  /** How a client is to fare. */
  private enum Fare {
    OPEN,
    CLOSED,
    REJECTED
  }

  Sight(Fleet fleet) {
    this.fleet = fleet;
  }

  /** The client is to get through and be answered. */
  Sight open(Client client, Endpoint... endpoints) {
    return expect(Fare.OPEN, client, endpoints);
  }

  /** The client is to hear nothing at all. */
  Sight closed(Client client, Endpoint... endpoints) {
    return expect(Fare.CLOSED, client, endpoints);
  }

  /** The client is to be told that it may not. */
  Sight rejected(Client client, Endpoint... endpoints) {
    return expect(Fare.REJECTED, client, endpoints);
  }

  private Sight expect(Fare fare, Client client, Endpoint... endpoints) {
    for (String host : fleet.hosts()) {
      for (Endpoint endpoint : endpoints) {
        for (Family family : Family.values()) {
          Optional<Probe> probe = fleet.probe(host, client, endpoint, family);
          Set<Outcome> outcomes =
              switch (fare) {
                case OPEN -> Set.of(fleet.answer(host, endpoint, family));
                case CLOSED -> Set.of(Outcome.TIMEOUT);
                case REJECTED -> Set.of(Outcome.REFUSED, Outcome.UNREACHABLE);
              };
          probe.ifPresent(
              sent -> expectations.add(new Expectation(host, client, endpoint, sent, outcomes)));
        }
      }
    }
    return this;
  }

  /** Sends all probes and fails, naming each that did not fare as expected. */
  void verify() {
    List<String> surprises = new ArrayList<>();
    look(false, PATIENCE, surprises);
    look(true, SILENCE, surprises);
    assertThat(surprises).as("surprises among %d probes", expectations.size()).isEmpty();
  }

  private void look(boolean silent, Duration limit, List<String> surprises) {
    List<Expectation> chosen =
        expectations.stream()
            .filter(it -> it.outcomes().contains(Outcome.TIMEOUT) == silent)
            .toList();
    List<Outcome> outcomes =
        fleet.lab().probe(chosen.stream().map(Expectation::probe).toList(), limit);
    for (int index = 0; index < outcomes.size(); index++) {
      Expectation expectation = chosen.get(index);
      Outcome outcome = outcomes.get(index);
      if (!expectation.outcomes().contains(outcome)) {
        surprises.add(
            "%s: %s from %s to %s: %s instead of %s"
                .formatted(
                    expectation.host(),
                    expectation.client().name(),
                    expectation.probe().from(),
                    expectation.endpoint(),
                    outcome,
                    expectation.outcomes()));
      }
    }
  }
}
