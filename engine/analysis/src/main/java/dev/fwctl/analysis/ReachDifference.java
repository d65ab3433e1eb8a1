package dev.fwctl.analysis;

import static java.util.stream.Collectors.joining;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.analysis.Surroundings.Bridge;
import dev.fwctl.analysis.Surroundings.Member;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.ReachChange.Direction;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * Tells who can reach what after a change of fwctl's rules, and could not before, and the reverse;
 * whom rules of others keep out all the same is not told.
 *
 * <p>Asked are the published ports of all containers, every port of the host that a rule names and
 * one that none names, ping, the direct route to containers' own addresses, and what containers and
 * the host can reach themselves. Safe for use by many threads; questions about the same rules, on
 * hosts that the rules do not tell apart, are answered once.
 */
public final class ReachDifference {
  /** How many answers are kept; more than a fleet has kinds of hosts. */
  private static final int KEPT_ANSWERS = 1_000;

  private final Map<Kind, List<ReachChange>> answers = new ConcurrentHashMap<>();
  private final Map<Same, MentionedAddresses> mentioned = new ConcurrentHashMap<>();

  /**
   * Compares what fwctl owns on a host with what it is to own.
   *
   * @param before what it owns now
   * @param after what it will own
   * @param intent what the policies come to; nothing when no policy speaks of the host
   * @param others the host without rules of ours
   * @param shape its shape
   */
  public List<ReachChange> compare(
      OwnedRules before,
      OwnedRules after,
      Optional<HostIntent> intent,
      PredictedHost others,
      Shape shape) {
    Surroundings surroundings =
        Surroundings.of(
            others.external(), intent, others.facts(), mentioned(before).and(mentioned(after)));
    Kind kind = new Kind(new Same(before), new Same(after), surroundings.published(), shape);
    List<ReachChange> known = answers.get(kind);
    if (known != null) {
      return known;
    }
    List<ReachChange> answer =
        new Comparison(before, after, surroundings, new Obstruction(others)).changes();
    if (answers.size() < KEPT_ANSWERS && isSame(answer, shape)) {
      answers.put(kind, answer);
    }
    return answer;
  }

  /** Tells whether hosts of one shape have this answer in common, with the addresses in it. */
  private static boolean isSame(List<ReachChange> answer, Shape shape) {
    return answer.stream()
        .allMatch(change -> shape.tells(change.opened()) && shape.tells(change.closed()));
  }

  private MentionedAddresses mentioned(OwnedRules rules) {
    Same same = new Same(rules);
    MentionedAddresses known = mentioned.get(same);
    if (known != null) {
      return known;
    }
    MentionedAddresses found = MentionedAddresses.by(rules);
    if (mentioned.size() < KEPT_ANSWERS) {
      mentioned.put(same, found);
    }
    return found;
  }

  /**
   * What is the same for hosts that have an answer in common.
   *
   * @param published what containers publish, of which an answer may name the address
   */
  private record Kind(Same before, Same after, List<PublishedEndpoint> published, Shape shape) {}

  /**
   * What changes for one endpoint.
   *
   * @param opened the peers that newly get through
   * @param closed the peers that no longer do
   * @param certain whether every rule was understood
   */
  private record Delta(AddressSet opened, AddressSet closed, boolean certain) {
    private static final Delta NOTHING = new Delta(AddressSet.none(), AddressSet.none(), true);

    boolean isEmpty() {
      return opened.isEmpty() && closed.isEmpty();
    }

    Delta and(Delta other) {
      return new Delta(
          opened.union(other.opened), closed.union(other.closed), certain && other.certain);
    }
  }

  /** Compares who could get through with who can. */
  private static final class DeltaInquiry extends Inquiry<Delta> {
    private final Side before;
    private final Side after;
    private final Obstruction others;

    DeltaInquiry(Set<Family> families, OwnedRules before, OwnedRules after, Obstruction others) {
      super(families);
      this.before = new Side(before);
      this.after = new Side(after);
      this.others = others;
    }

    @Override
    Delta of(Collection<PacketKind> kinds) {
      AddressSet could = AddressSet.none();
      AddressSet can = AddressSet.none();
      AddressSet doubtful = AddressSet.none();
      boolean certain = true;
      for (PacketKind kind : kinds) {
        Passage was = before.of(kind);
        Passage is = after.of(kind);
        AddressSet might = was.through().union(was.unsure());
        AddressSet may = is.through().union(is.unsure());
        if (might.equals(may)) {
          could = could.union(might);
          can = can.union(may);
        } else {
          Obstruction.Blocked blocked = others.of(kind);
          could = could.union(might.minus(blocked.surely()));
          can = can.union(may.minus(blocked.surely()));
          doubtful = doubtful.union(blocked.partly());
        }
        certain &= was.unsure().isEmpty() && is.unsure().isEmpty();
      }
      AddressSet opened = can.minus(could);
      AddressSet closed = could.minus(can);
      AddressSet changed = opened.union(closed);
      return new Delta(opened, closed, certain && changed.intersect(doubtful).isEmpty());
    }

    @Override
    Delta and(Delta one, Delta other) {
      return one.and(other);
    }

    @Override
    Delta nothing() {
      return Delta.NOTHING;
    }

    @Override
    Set<PortRange> ports(PacketKind kind) {
      Set<PortRange> ports = new HashSet<>(others.ports());
      ports.addAll(before.ports(kind));
      ports.addAll(after.ports(kind));
      return ports;
    }
  }

  private static final class Comparison {
    private final Surroundings surroundings;
    private final DeltaInquiry inquiry;
    private final List<ReachChange> changes = new ArrayList<>();

    Comparison(OwnedRules before, OwnedRules after, Surroundings surroundings, Obstruction others) {
      this.surroundings = surroundings;
      this.inquiry = new DeltaInquiry(surroundings.families(), before, after, others);
    }

    List<ReachChange> changes() {
      InboundEndpoints.ask(
          surroundings,
          inquiry,
          (endpoint, delta) -> add(Direction.INBOUND, endpoint.toString(), delta));
      fromHost();
      fromContainers();
      return List.copyOf(changes);
    }

    private void add(Direction direction, String endpoint, Delta delta) {
      if (!delta.isEmpty()) {
        changes.add(
            new ReachChange(direction, endpoint, delta.opened(), delta.closed(), delta.certain()));
      }
    }

    private void fromHost() {
      outbound(
          "host",
          (family, payload) ->
              surroundings.external().stream()
                  .map(
                      out ->
                          new PacketKind(
                              family,
                              Path.FROM_HOST,
                              Optional.empty(),
                              Optional.of(out),
                              payload,
                              surroundings.addresses(family)))
                  .toList());
    }

    private void fromContainers() {
      for (Bridge bridge : surroundings.bridges()) {
        // Where the whole network is treated alike there is no need to look at each container.
        List<Labelled> alike =
            outbound((family, payload) -> fromBridge(bridge, bridge.subnets(), family, payload));
        if (alike.stream().allMatch(one -> one.delta().certain())) {
          String subject =
              bridge.members().size() <= 3
                  ? bridge.members().stream().map(Member::container).collect(joining(", "))
                  : "all containers in " + bridge.network();
          alike.forEach(one -> add(Direction.OUTBOUND, one.label(subject), one.delta()));
          continue;
        }
        Map<Labelled, List<String>> containers = new LinkedHashMap<>();
        for (Member member : bridge.members()) {
          for (Labelled one :
              outbound(
                  (family, payload) -> fromBridge(bridge, member.addresses(), family, payload))) {
            containers.computeIfAbsent(one, unseen -> new ArrayList<>()).add(member.container());
          }
        }
        containers.forEach(
            (one, names) ->
                add(Direction.OUTBOUND, one.label(String.join(", ", names)), one.delta()));
      }
    }

    private List<PacketKind> fromBridge(
        Bridge bridge, AddressSet addresses, Family family, Payload payload) {
      if (bridge.subnets().of(family).isEmpty()) {
        return List.of();
      }
      return surroundings.external().stream()
          .map(
              out ->
                  new PacketKind(
                      family,
                      Path.FROM_CONTAINER,
                      Optional.of(bridge.name()),
                      Optional.of(out),
                      payload,
                      addresses.of(family)))
          .toList();
    }

    private void outbound(String subject, Sender sender) {
      outbound(sender).forEach(one -> add(Direction.OUTBOUND, one.label(subject), one.delta()));
    }

    private List<Labelled> outbound(Sender sender) {
      List<Labelled> found = new ArrayList<>();
      List<Labelled> others = new ArrayList<>();
      for (TransportProtocol protocol : TransportProtocol.values()) {
        Set<PortRange> named =
            inquiry.named(family -> sender.send(family, new Payload.Dialled(protocol, 0)));
        if (named.isEmpty() && !InboundEndpoints.COMMON_PROTOCOLS.contains(protocol)) {
          continue;
        }
        IntFunction<Delta> toPort =
            port ->
                inquiry.inEveryFamily(
                    family -> sender.send(family, new Payload.Dialled(protocol, port)));
        Delta other = PortPieces.outside(named).map(toPort::apply).orElse(Delta.NOTHING);
        others.add(new Labelled("other " + protocol.label() + " ports", other));
        PortPieces.tell(
            PortPieces.cut(PortRange.ALL, named).stream()
                .filter(range -> PortPieces.isIn(named, range))
                .toList(),
            toPort,
            (range, delta) -> {
              if (!delta.equals(other)) {
                found.add(new Labelled(new ProtocolPorts(protocol, range).toString(), delta));
              }
            });
      }
      others.add(
          new Labelled(
              "other protocols",
              inquiry.inEveryFamily(family -> sender.send(family, new Payload.Other()))));
      if (others.stream().map(Labelled::delta).distinct().count() == 1) {
        found.add(
            new Labelled(found.isEmpty() ? "" : "all other ports", others.getFirst().delta()));
      } else {
        found.addAll(others);
      }
      found.removeIf(one -> one.delta().isEmpty() && one.delta().certain());
      return found;
    }

    /** Makes the packets that something on the host sends. */
    @FunctionalInterface
    private interface Sender {
      List<PacketKind> send(Family family, Payload payload);
    }

    private record Labelled(String ports, Delta delta) {
      String label(String subject) {
        return ports.isEmpty() ? subject : "%s (to %s)".formatted(subject, ports);
      }
    }
  }

  /** One side of the comparison; each question about it is answered once. */
  private static final class Side {
    private final Optional<Reach> reach;
    private final Map<PacketKind, Passage> passages = new HashMap<>();

    Side(OwnedRules rules) {
      this.reach = rules.isEmpty() ? Optional.empty() : Optional.of(new Reach(rules));
    }

    Passage of(PacketKind kind) {
      if (reach.isEmpty()) {
        return new Passage(Reach.everyone(kind.family()), AddressSet.none(), List.of());
      }
      return passages.computeIfAbsent(kind, reach.get()::of);
    }

    Set<PortRange> ports(PacketKind kind) {
      return reach.map(it -> it.ports(kind)).orElse(Set.of());
    }
  }
}
