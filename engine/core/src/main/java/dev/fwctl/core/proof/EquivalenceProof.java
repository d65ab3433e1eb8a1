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
import java.util.Optional;
import java.util.Set;

/**
 * Whether the rules that a backend made of an intent let in exactly what the intent says, of all
 * that arrives on an external interface: for the host, for containers' own addresses, and for
 * others, which is left alone.
 *
 * <p>Looked at are rules of ours alone. Replies are let in, and every other packet of a connection
 * is judged as the one that opened it.
 */
final class EquivalenceProof {
  private final PredictedHost host;
  private final HostIntent intent;

  /**
   * Creates a proof.
   *
   * @param host the host with rules of ours and nobody else's
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
      Optional<Problem> problem = prove(family);
      if (problem.isPresent()) {
        return Findings.refusal(problem.get());
      }
    }
    return Findings.none();
  }

  private Optional<Problem> prove(Family family) {
    SymbolicTraversal traversal = host.symbolic(family);
    PacketSpace space = traversal.space();
    PacketSet arriving =
        intent.external().stream()
            .map(name -> space.arrivingBy(Optional.of(name)))
            .reduce(space.none(), PacketSet::or);
    PacketSet judged = arriving.and(space.opening().or(space.established(false)));
    PacketSet replies = arriving.and(space.established(true));
    Journeys ways = traversal.of(judged.or(replies));
    PacketSet stopped = ways.ending(Ending.KEPT_OUT);
    PacketSet wanted = replies.or(judged.and(wanted(space)));
    PacketSet known =
        replies.or(judged.and(known(space))).minus(ways.ending(Set.of(Ending.UNDECIDED)));
    Answer kept = ways.judge(stopped.and(wanted).and(known), space.none());
    if (kept instanceof Answer.Refuted refuted) {
      return Optional.of(problem(refuted, "keep out what the policy lets in"));
    }
    Answer let = ways.judge(known.minus(stopped).minus(wanted), space.none());
    return let instanceof Answer.Refuted refuted
        ? Optional.of(problem(refuted, "let in what the policy keeps out"))
        : Optional.empty();
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

  private Problem problem(Answer.Refuted refuted, String what) {
    Journey way = host.ways(refuted.witness()).getFirst().journey();
    boolean kept = Ending.KEPT_OUT.contains(way.ending());
    return Problem.of(
            ErrorCode.NOT_EQUIVALENT,
            "fwctl's rules would %s: %s, %s"
                .formatted(
                    what,
                    Words.of(refuted.witness()),
                    kept ? Words.keptOut(way) : Words.letIn(way)),
            "this is a mistake in fwctl, or in the plugin that writes the rules; report it with the"
                + " policy and what 'fwctl facts --json' prints")
        .shownBy(
            Counterexample.of(refuted.witness(), kept ? way.decisive() : Words.lettingIn(way)));
  }
}
