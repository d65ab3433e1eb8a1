package dev.fwctl.core.proof;

import dev.fwctl.analysis.Answer;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.Possibility;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Routing;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether a host will let us in again: a new TCP connection from where it sees us to where sshd
 * listens, and its replies.
 *
 * <p>Where that depends on rules that are not understood, these are others' and stay as they are:
 * they let us in a moment ago, so that is a warning, unless nothing depended on them before.
 */
final class LockOutProof {
  private final OwnConnection own;
  private final int dialled;

  /**
   * Creates a proof.
   *
   * @param own our connection, as the host sees it
   * @param dialled the port that we dialled, which the host may have redirected
   */
  LockOutProof(OwnConnection own, int dialled) {
    this.own = own;
    this.dialled = dialled;
  }

  /** What one kind of packet of the connection is, and how it must end. */
  private record Part(String what, PacketSet packets, Set<Ending> endings) {}

  /**
   * Proves it.
   *
   * @param before the host as it is
   * @param after the host as it will be
   */
  Findings prove(PredictedHost before, PredictedHost after) {
    int port = port(before);
    SymbolicTraversal traversal = after.symbolic(own.client().family());
    List<Part> parts = parts(traversal.space(), after, port);
    Journeys journeys =
        traversal.of(
            parts.stream().map(Part::packets).reduce(traversal.space().none(), PacketSet::or));
    for (Part part : parts) {
      Answer answer = journeys.always(part.packets(), part.endings());
      switch (answer) {
        case Answer.Proved _ -> {}
        case Answer.Refuted refuted -> {
          return Findings.refusal(refusal(part, refuted, after, port));
        }
        case Answer.Depends depends -> {
          return dependedBefore(before, part, port)
              ? Findings.warning(doubt(part, depends))
              : Findings.refusal(doubt(part, depends).shownBy(Counterexample.of(depends)));
        }
      }
    }
    return Findings.none();
  }

  /** Returns the port by which we came: the one we dialled, if the host redirects it to sshd's. */
  private int port(PredictedHost before) {
    if (dialled == own.serverPort()) {
      return dialled;
    }
    SymbolicTraversal traversal = before.symbolic(own.client().family());
    PacketSpace space = traversal.space();
    Journeys journeys = traversal.of(opening(space, before, dialled));
    boolean redirected =
        journeys.ends().stream()
            .filter(end -> end.ending() == Ending.DELIVERED)
            .anyMatch(
                end ->
                    end.translation()
                        .flatMap(to -> to.port())
                        .equals(Optional.of(own.serverPort())));
    return redirected ? dialled : own.serverPort();
  }

  private List<Part> parts(PacketSpace space, PredictedHost host, int port) {
    PacketSet ours = towards(space, host, port);
    PacketSet replies =
        space
            .established(true)
            .and(space.arrivingBy(Optional.empty()))
            .and(space.from(single(own.server())))
            .and(space.to(single(own.client())))
            .and(space.fromPorts(PortRange.single(own.serverPort())))
            .and(space.toPorts(PortRange.OF_CLIENTS))
            .and(
                space
                    .withFlags(Set.of(TcpFlag.SYN, TcpFlag.ACK))
                    .or(space.withFlags(Set.of(TcpFlag.ACK))));
    boolean looped = routing(host).isLocal(own.client());
    Set<Ending> arrived = Set.of(Ending.DELIVERED);
    return List.of(
        new Part("a new connection", opening(space, host, port), arrived),
        new Part(
            "a packet of a connection",
            ours.and(space.established(false)).and(space.withFlags(Set.of(TcpFlag.ACK))),
            arrived),
        new Part("a reply", replies, looped ? arrived : Set.of(Ending.SENT)));
  }

  private PacketSet opening(PacketSpace space, PredictedHost host, int port) {
    return towards(space, host, port)
        .and(space.opening())
        .and(space.withFlags(Set.of(TcpFlag.SYN)));
  }

  private PacketSet towards(PacketSpace space, PredictedHost host, int port) {
    PacketSet arriving = arrivals(host).map(space::arrivingBy).reduce(space.none(), PacketSet::or);
    return arriving
        .and(space.from(single(own.client())))
        .and(space.to(single(own.server())))
        .and(space.fromPorts(PortRange.OF_CLIENTS))
        .and(space.toPorts(PortRange.single(port)));
  }

  /** Returns the interfaces that we may come in by; none for a host that comes to itself. */
  private Stream<Optional<String>> arrivals(PredictedHost host) {
    Routing routing = routing(host);
    if (routing.isLocal(own.client())) {
      return Stream.of(Optional.empty());
    }
    Set<String> back = new TreeSet<>(routing.interfacesTowards(own.client()));
    if (back.isEmpty()) {
      host.facts().network().interfaces().stream()
          .filter(one -> one.addresses().stream().anyMatch(it -> it.address().equals(own.server())))
          .map(NetworkInterface::name)
          .forEach(back::add);
    }
    return back.stream().map(Optional::of);
  }

  private static Routing routing(PredictedHost host) {
    return new Routing(host.facts().network());
  }

  private static AddressSet single(IpAddress address) {
    return AddressSet.of(IpPrefix.single(address));
  }

  /** Tells whether what was not understood had a say before, too. */
  private boolean dependedBefore(PredictedHost before, Part part, int port) {
    SymbolicTraversal traversal = before.symbolic(own.client().family());
    Part same =
        parts(traversal.space(), before, port).stream()
            .filter(one -> one.what().equals(part.what()))
            .findFirst()
            .orElseThrow();
    return traversal.of(same.packets()).always(same.packets(), same.endings())
        instanceof Answer.Depends;
  }

  private Problem refusal(Part part, Answer.Refuted answer, PredictedHost host, int port) {
    Optional<Journey> way =
        host.ways(answer.witness()).stream()
            .map(Possibility::journey)
            .filter(it -> !part.endings().contains(it.ending()))
            .findFirst();
    String by = way.map(Words::keptOut).orElse("kept out");
    return Problem.of(
            ErrorCode.LOCK_OUT,
            "fwctl would be locked out: %s (%s) would be %s"
                .formatted(part.what(), Words.of(answer.witness()), by),
            "let %s reach port %d by every rule on the way, in the policy or where that rule comes from"
                .formatted(own.client(), port))
        .shownBy(Counterexample.of(answer.witness(), way.flatMap(Journey::decisive)));
  }

  private Problem doubt(Part part, Answer.Depends answer) {
    return Problem.of(
        ErrorCode.LOCK_OUT,
        "whether %s (%s) gets through depends on what fwctl does not understand: %s"
            .formatted(part.what(), Words.of(answer.witness()), Words.of(answer)),
        "see to it that it lets %s in".formatted(own.client()));
  }
}
