package dev.fwctl.core.proof;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Routing;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the rules that a backend made of an intent let through exactly what the intent says: of
 * all that arrives on an external interface, for the host, for containers' own addresses, and for
 * others, which is left alone; and of all that the host and containers send, but for broadcast and
 * multicast.
 *
 * <p>That is proved of rules of ours alone. Of them beside those of others it is proved that these
 * let nothing past ours; where they keep out more, it is no mistake. Replies are let through, and
 * every other packet of a connection is judged as the one that opened it.
 */
final class EquivalenceProof {
  private final PredictedHost host;
  private final HostIntent intent;

  /**
   * Creates a proof.
   *
   * @param host the host with everybody's rules, ours made of the intent
   */
  EquivalenceProof(PredictedHost host, HostIntent intent) {
    this.host = host;
    this.intent = intent;
  }

  Findings prove() {
    for (Family family : Family.values()) {
      if (family == Family.IPV6 && !host.facts().network().ipv6()) {
        continue;
      }
      Optional<Problem> problem = alone(family).or(() -> amongOthers(family));
      if (problem.isPresent()) {
        return Findings.refusal(problem.get());
      }
    }
    return Findings.none();
  }

  /**
   * Packets of one origin.
   *
   * @param packets all of them
   * @param wanted those that the policy lets through
   * @param keeping what is wrong when another one is kept out
   * @param letting what is wrong when another one is let through
   */
  private record Lane(PacketSet packets, PacketSet wanted, String keeping, String letting) {
    static Lane inbound(PacketSet packets, PacketSet wanted) {
      return new Lane(
          packets, wanted, "keep out what the policy lets in", "let in what the policy keeps out");
    }

    static Lane outbound(PacketSet packets, PacketSet wanted) {
      return new Lane(
          packets, wanted, "keep in what the policy lets out", "let out what the policy keeps in");
    }
  }

  private Optional<Problem> alone(Family family) {
    Run run = new Run(host.withoutOthers(), family);
    for (Lane lane : run.lanes) {
      Answer kept = run.judge(run.asked(lane).and(run.wanted(lane)).and(run.stopped()));
      if (kept instanceof Answer.Refuted refuted) {
        return Optional.of(run.mistake(refuted, lane.keeping()));
      }
      Answer let = run.judge(run.letThrough(lane));
      if (let instanceof Answer.Refuted refuted) {
        return Optional.of(run.mistake(refuted, lane.letting()));
      }
    }
    return Optional.empty();
  }

  private Optional<Problem> amongOthers(Family family) {
    if (host.others().stream().noneMatch(ruleset -> ruleset.family() == family)) {
      return Optional.empty();
    }
    Run run = new Run(host, family);
    for (Lane lane : run.lanes) {
      Answer let = run.judge(run.letThrough(lane));
      if (let instanceof Answer.Refuted refuted) {
        return Optional.of(run.gap(refuted, lane.letting()));
      }
    }
    return Optional.empty();
  }

  /** The packets of all lanes, taken through a host. */
  private final class Run {
    private final PredictedHost through;
    private final List<Lane> lanes;
    private final PacketSet first;
    private final PacketSet replies;
    private final PacketSet known;
    private final Journeys ways;

    Run(PredictedHost through, Family family) {
      this.through = through;
      SymbolicTraversal traversal = through.symbolic(family);
      PacketSpace space = traversal.space();
      this.lanes = lanes(space);
      this.first = space.opening().or(space.established(false));
      this.replies = space.established(true);
      this.known = replies.or(first.and(known(space)));
      PacketSet all = lanes.stream().map(Lane::packets).reduce(space.none(), PacketSet::or);
      this.ways = traversal.of(all.and(first.or(replies)));
    }

    Answer judge(PacketSet wrong) {
      return ways.judge(wrong, wrong.space().none());
    }

    PacketSet asked(Lane lane) {
      return lane.packets().and(known);
    }

    PacketSet wanted(Lane lane) {
      return replies.or(first.and(lane.wanted()));
    }

    PacketSet stopped() {
      return ways.mustEnd(Ending.KEPT_OUT);
    }

    /** Returns what is let through for sure and is not to be. */
    PacketSet letThrough(Lane lane) {
      return asked(lane).minus(wanted(lane)).minus(ways.mayEnd(Ending.KEPT_OUT));
    }

    private Problem mistake(Answer.Refuted refuted, String what) {
      return problem(
          refuted,
          "fwctl's rules would " + what,
          "this is a mistake in fwctl, or in the plugin that writes the rules; report it with the"
              + " policy and what 'fwctl facts --json' prints");
    }

    private Problem gap(Answer.Refuted refuted, String what) {
      return problem(
          refuted,
          "rules of others would " + what,
          "take the rule away that leads past fwctl's, or leave the host out with --exclude");
    }

    private Problem problem(Answer.Refuted refuted, String what, String hint) {
      Journey way = through.ways(refuted.witness()).getFirst().journey();
      boolean kept = Ending.KEPT_OUT.contains(way.ending());
      return Problem.of(
              ErrorCode.NOT_EQUIVALENT,
              "%s: %s, %s"
                  .formatted(
                      what,
                      Words.of(refuted.witness()),
                      kept ? Words.keptOut(way) : Words.letIn(way)),
              hint)
          .shownBy(
              Counterexample.of(refuted.witness(), kept ? way.decisive() : Words.lettingIn(way)));
    }
  }

  private List<Lane> lanes(PacketSpace space) {
    List<Lane> lanes = new ArrayList<>();
    lanes.add(Lane.inbound(space.arrivingByAny(intent.external()), wanted(space)));
    if (intent.outbound().isPresent()) {
      Emission emission = new Emission(space, intent.outbound().get());
      PacketSet inside = here(space).or(toContainers(space));
      // What is sent to groups leaves by several interfaces.
      PacketSet single = space.any().minus(space.to(routing().groups(space.family())));
      lanes.add(
          Lane.outbound(
              single.and(space.arrivingBy(Optional.empty())), inside.or(emission.ofHost())));
      lanes.add(
          Lane.outbound(
              single.and(space.arrivingByAny(host.facts().docker().bridges())),
              inside.or(emission.ofContainers())));
    }
    return lanes;
  }

  private PacketSet wanted(PacketSpace space) {
    if (intent.inbound().isEmpty()) {
      return space.any();
    }
    Inbound inbound = intent.inbound().get();
    Admission admission = new Admission(space, intent);
    PacketSet here = here(space);
    PacketSet containers = toContainers(space);
    return here.and(admission.toHost(inbound))
        .or(containers.and(admission.direct(inbound)))
        .or(space.any().minus(here).minus(containers));
  }

  private PacketSet here(PacketSpace space) {
    Routing routing = routing();
    return space.to(routing.ending(space.family()));
  }

  /** Returns the packets of which it is known where they are bound for. */
  private PacketSet known(PacketSpace space) {
    AddressSet onward =
        intent.external().stream()
            .map(name -> routing().answeredBy(name, space.family()))
            .reduce(AddressSet.none(), AddressSet::union);
    return here(space).or(toContainers(space)).or(space.to(onward).minus(toContainers(space)));
  }

  private PacketSet toContainers(PacketSpace space) {
    return host.facts().docker().bridges().stream()
        .map(name -> space.to(routing().answeredBy(name, space.family())))
        .reduce(space.none(), PacketSet::or)
        .minus(here(space));
  }

  private Routing routing() {
    return new Routing(host.facts().network());
  }
}
