package dev.fwctl.core.proof;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.Possibility;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Assertion;
import dev.fwctl.model.Assertion.Kind;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Proves assertions on a host, for every packet that arrives on an external interface and opens a
 * connection.
 *
 * <p>What is not proved is refused, also where it depends on rules that are not understood or can't
 * be looked at. That the kernel takes no packet from or to a loopback address on another interface
 * is taken as given.
 */
final class AssertionProof {
  private final PredictedHost host;
  private final Arrivals arrivals;
  private final Map<Family, Journeys> journeys = new EnumMap<>(Family.class);

  AssertionProof(PredictedHost host) {
    this.host = host;
    this.arrivals = new Arrivals(host);
  }

  /** Proves an assertion; returns why not, if so. */
  Optional<Problem> prove(Assertion assertion) {
    if (host.facts().docker().state() == DockerFacts.State.NOT_ANSWERING
        && !(assertion.rule().local() instanceof LocalEnd.HostItself)) {
      return Optional.of(
          problem(
              assertion,
              "assertion '%s' can't be proved: Docker does not answer, so its containers are not known"
                  .formatted(assertion.name()),
              "start Docker on the host, or take it off"));
    }
    try {
      Endpoints endpoints = new Endpoints(assertion, host.facts().docker());
      Optional<Goal> goal = endpoints.goal();
      boolean missing = goal.isEmpty();
      if (missing && (assertion.kind() != Kind.ALWAYS || isAbsent(assertion, endpoints))) {
        return Optional.empty();
      }
      Optional<Problem> problem =
          assertion.kind() == Kind.ALWAYS
              ? always(assertion, goal.orElse(new Goal(List.of())), endpoints)
              : never(assertion, goal.orElseThrow());
      return problem.or(() -> unseen(assertion));
    } catch (FwctlException unproved) {
      Problem why = unproved.problems().getFirst();
      return Optional.of(
          why.code() == ErrorCode.ASSERTION
              ? why
              : problem(
                  assertion,
                  "assertion '%s' can't be proved: %s".formatted(assertion.name(), why.message()),
                  why.hint().orElse("change the assertion, or leave the host out with 'hosts'")));
    }
  }

  private static boolean isAbsent(Assertion assertion, Endpoints endpoints) {
    return assertion.rule().local() instanceof LocalEnd.Containers
        && endpoints.containers().isEmpty();
  }

  private Optional<Problem> never(Assertion assertion, Goal goal) {
    AddressSet peers = assertion.rule().peers().addresses();
    AddressSet kept = assertion.kind() == Kind.NEVER ? peers : peers.complement();
    for (Family family : arrivals.families()) {
      Journeys ways = journeys(family);
      PacketSpace space = ways.space();
      PacketSet asked = arrivals.all(space).and(space.from(kept)).minus(Essentials.inbound(space));
      PacketSet reached = goal.reached(ways).and(asked);
      PacketSet wrong = reached.certain();
      PacketSet doubtful = reached.or(goal.perhaps(ways).and(asked)).possible();
      PacketSet plain = wrong.and(space.to(arrivals.addresses(family)));
      Answer answer = ways.judge(plain.isEmpty() ? wrong : plain, doubtful);
      if (answer instanceof Answer.Refuted refuted) {
        Journey way = way(refuted.witness(), true);
        return Optional.of(
            broken(
                assertion,
                Counterexample.of(refuted.witness(), Words.lettingIn(way)),
                "reaches " + reached(assertion) + ", let in " + Words.letIn(way)));
      }
      if (answer instanceof Answer.Depends depends) {
        return Optional.of(doubt(assertion, depends));
      }
    }
    return Optional.empty();
  }

  private static String reached(Assertion assertion) {
    LocalEnd local = assertion.rule().local();
    return local instanceof LocalEnd.Direct ? "a container directly" : local.toString();
  }

  private Optional<Problem> always(Assertion assertion, Goal goal, Endpoints endpoints) {
    boolean asked = false;
    for (Family family : arrivals.families()) {
      Journeys ways = journeys(family);
      PacketSpace space = ways.space();
      PacketSet wanted = wanted(assertion, endpoints, space);
      asked |= !wanted.isEmpty();
      PacketSet reached = goal.reached(ways);
      PacketSet perhaps = reached.or(goal.perhaps(ways)).possible();
      Answer answer = ways.judge(wanted.minus(perhaps), wanted.minus(reached.certain()));
      if (answer instanceof Answer.Refuted refuted) {
        Journey way = way(refuted.witness(), false);
        return Optional.of(
            broken(
                assertion,
                Counterexample.of(refuted.witness(), way.decisive()),
                "does not reach " + assertion.rule().local() + ", but is " + Words.keptOut(way)));
      }
      if (answer instanceof Answer.Depends depends) {
        return Optional.of(doubt(assertion, depends));
      }
    }
    return asked
        ? Optional.empty()
        : Optional.of(
            problem(
                assertion,
                "assertion '%s' can't be proved: nothing here answers to that from outside"
                    .formatted(assertion.name()),
                "name a port that the host or its containers publish, and peers of a family that"
                    + " the host has an address of"));
  }

  /** Returns the packets that must get there: what clients send, and can be answered. */
  private PacketSet wanted(Assertion assertion, Endpoints endpoints, PacketSpace space) {
    PacketSet peers = space.from(assertion.rule().peers().addresses());
    return arrivals.ofClients(space, here -> peers.and(dialled(assertion, endpoints, space, here)));
  }

  private static PacketSet dialled(
      Assertion assertion, Endpoints endpoints, PacketSpace space, AddressSet here) {
    Traffic traffic = assertion.rule().traffic();
    if (traffic instanceof Traffic.Icmp icmp) {
      return Goal.messages(space, icmp.kind());
    }
    return switch (assertion.rule().local()) {
      case LocalEnd.HostItself _ ->
          traffic instanceof Traffic.Ports ports
              ? Goal.toPorts(space, ports.ports())
              : space.any().minus(Goal.toPorts(space, endpoints.taken()));
      case LocalEnd.Direct _ -> throw new IllegalStateException("the parser refuses it");
      case LocalEnd.Anything _ ->
          traffic instanceof Traffic.Ports ports ? Goal.toPorts(space, ports.ports()) : space.any();
      case LocalEnd.Published _, LocalEnd.Containers _ -> {
        PacketSet all = space.none();
        for (PublishedPort port : endpoints.dialled()) {
          PacketSet some = Goal.toPorts(space, List.<ProtocolPorts>of(port.ports()));
          Optional<IpAddress> bound =
              port.hostAddress().filter(address -> !address.isUnspecified());
          all =
              all.or(
                  bound
                      .map(address -> AddressSet.of(IpPrefix.single(address)).intersect(here))
                      .map(address -> some.and(space.to(address)))
                      .orElse(some));
        }
        yield all;
      }
    };
  }

  private Journeys journeys(Family family) {
    return journeys.computeIfAbsent(
        family,
        unseen -> {
          SymbolicTraversal traversal = host.symbolic(family);
          return traversal.of(arrivals.all(traversal.space()));
        });
  }

  /** Returns the way that a packet goes, one on which it gets through or one on which not. */
  private Journey way(Packet packet, boolean through) {
    List<Journey> ways = host.ways(packet).stream().map(Possibility::journey).toList();
    return ways.stream()
        .filter(way -> Ending.THROUGH.contains(way.ending()) == through)
        .findFirst()
        .orElse(ways.getFirst());
  }

  private static Problem broken(Assertion assertion, Counterexample shown, String what) {
    return problem(
            assertion,
            "assertion '%s' does not hold: %s, %s"
                .formatted(assertion.name(), Words.of(shown.packet()), what),
            assertion.kind() == Kind.ALWAYS
                ? "let it through by that rule, or change the assertion"
                : "deny it in a policy, or change the assertion")
        .shownBy(shown);
  }

  private static Problem doubt(Assertion assertion, Answer.Depends depends) {
    return problem(
            assertion,
            "whether assertion '%s' holds (%s) depends on what fwctl does not understand: %s"
                .formatted(assertion.name(), Words.of(depends.witness()), Words.of(depends)),
            "take those rules away, or change the assertion")
        .shownBy(Counterexample.of(depends));
  }

  private Optional<Problem> unseen(Assertion assertion) {
    List<String> unseen = new ArrayList<>(host.unseen());
    if (host.facts().docker().settings().swarm()
        && !(assertion.rule().local() instanceof LocalEnd.HostItself)) {
      unseen.add("the swarm, which takes ports to containers by ways of its own");
    }
    return unseen.isEmpty()
        ? Optional.empty()
        : Optional.of(
            problem(
                assertion,
                "whether assertion '%s' holds depends on what fwctl can't look at: %s"
                    .formatted(assertion.name(), String.join("; ", unseen)),
                "take that away, or leave the host out of the assertion with 'hosts'"));
  }

  private static Problem problem(Assertion assertion, String message, String hint) {
    return Problem.at(assertion.rule().place(), ErrorCode.ASSERTION, message, hint);
  }
}
