package dev.fwctl.core.proof;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.PacketSpace;
import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Routing;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.core.known.AddressWords;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Match;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells which allows of a policy let nobody in, or not everybody, as rules of others keep them out
 * all the same, and which denies keep out only whom those keep out anyway.
 *
 * <p>Only what is certain is told. A source is kept out where it gets through to none of the host's
 * addresses and ports that are meant. Whom fail2ban bans is let be: that passes.
 */
final class Effectiveness {
  /** How many rules are named; more would hide the others. */
  private static final int TOLD = 3;

  private final PredictedHost others;
  private final Inbound inbound;
  private final List<Side> sides = new ArrayList<>();

  /**
   * Creates it.
   *
   * @param others the host without rules of ours
   * @param inbound what the policy says
   */
  Effectiveness(PredictedHost others, HostIntent intent, Inbound inbound) {
    this.others = others;
    this.inbound = inbound;
    for (Family family : new Arrivals(others).families()) {
      sides.add(side(family, intent));
    }
  }

  /**
   * The packets of one family.
   *
   * @param keptOut those that rules of others certainly keep out
   * @param clients those by which clients dial the host, none of which is denied
   * @param lost those of clients that are kept out
   * @param all those that open a connection
   * @param idle those to ports of containers that do not run, past which packets go to the host
   * @param direct those to containers' own addresses, none of which is denied
   */
  private record Side(
      Admission admission,
      PacketSet keptOut,
      PacketSet clients,
      PacketSet lost,
      PacketSet all,
      PacketSet idle,
      PacketSet direct) {
    boolean leaves(InboundEntry entry) {
      if (entry.target() instanceof Target.DirectRoute) {
        return dialled(entry).and(keptOut).isEmpty();
      }
      return lost.isEmpty() || lost.and(admission.of(entry)).isEmpty();
    }

    PacketSet dialled(InboundEntry entry) {
      PacketSet meant = clients.and(admission.of(entry));
      return switch (entry.target()) {
        // Pings and the like that get through are not what is meant.
        case Target.Everything _, Target.HostEverything _ -> meant.and(space().attempts());
        case Target.AnyPorts _,
            Target.HostPorts _,
            Target.PublishedPorts _,
            Target.IcmpMessages _ ->
            meant;
        case Target.DirectRoute _ -> direct.and(space().from(entry.from().addresses()));
      };
    }

    PacketSpace space() {
      return all.space();
    }
  }

  private Side side(Family family, HostIntent intent) {
    SymbolicTraversal traversal = others.symbolic(family);
    PacketSpace space = traversal.space();
    Arrivals arrivals = new Arrivals(others);
    PacketSet all =
        Arrivals.withoutStrayTcp(arrivals.all(space).and(space.in(Set.of(State.NEW))))
            .minus(
                space.from(RulesOfOthers.banned(others.tables().getOrDefault(family, List.of()))));
    Journeys journeys = traversal.of(all);
    Admission admission = new Admission(space, intent);
    PacketSet idle =
        admission.published(
            inbound.published().stream().filter(endpoint -> !runs(endpoint)).toList());
    PacketSet usual =
        space.fromPorts(PortRange.OF_CLIENTS).or(space.toPorts(PortRange.ALL).complement());
    PacketSet clients =
        arrivals
            .ofClients(space, here -> all.and(usual))
            .minus(admission.all(inbound.denies()))
            .minus(idle);
    PacketSet keptOut = journeys.mustEnd(Ending.KEPT_OUT);
    return new Side(
        admission,
        keptOut,
        clients,
        clients.and(keptOut),
        all.minus(Essentials.inbound(space)),
        idle,
        all.and(usual).and(space.to(containers(family))).and(admission.direct(inbound)));
  }

  private boolean runs(PublishedEndpoint endpoint) {
    return others.facts().docker().containers().stream()
        .anyMatch(it -> it.running() && it.name().equals(endpoint.container()));
  }

  /** Returns a warning for each entry of the policy that changes nothing, or not all it says. */
  Findings findings() {
    List<Problem> warnings = new ArrayList<>();
    inbound.allows().forEach(allow -> ineffective(allow).ifPresent(warnings::add));
    inbound.denies().forEach(deny -> needless(deny).ifPresent(warnings::add));
    return new Findings(List.of(), warnings);
  }

  /**
   * What becomes of clients of a part of what an entry is about.
   *
   * @param label the part, in words
   * @param keptOut the clients that are kept out
   * @param whole whether these are all
   * @param reasons what keeps them out
   */
  private record Loss(String label, AddressSet keptOut, boolean whole, Set<String> reasons) {}

  private Optional<Problem> ineffective(InboundEntry allow) {
    if (sides.stream().allMatch(side -> side.leaves(allow))) {
      return Optional.empty();
    }
    List<Loss> asked =
        parts(allow.target()).stream().flatMap(part -> loss(allow, part).stream()).toList();
    Map<AddressSet, List<String>> losses = new LinkedHashMap<>();
    Set<String> reasons = new LinkedHashSet<>();
    for (Loss loss : asked) {
      if (!loss.keptOut().isEmpty()) {
        losses.computeIfAbsent(loss.keptOut(), unseen -> new ArrayList<>()).add(loss.label());
        reasons.addAll(loss.reasons());
      }
    }
    if (losses.isEmpty()) {
      return Optional.empty();
    }
    boolean alike = losses.values().iterator().next().size() == asked.size();
    String whom =
        asked.stream().allMatch(Loss::whole)
            ? ""
            : losses.entrySet().stream()
                .map(
                    one ->
                        " for "
                            + AddressWords.brief(one.getKey())
                            + (alike ? "" : " to " + String.join(", ", one.getValue())))
                .collect(Collectors.joining(", and"));
    return Optional.of(
        problem(
            allow,
            "this allow has no effect here%s: %s".formatted(whom, told(reasons)),
            "let them in where that rule comes from, or take this one out"));
  }

  private Optional<Loss> loss(InboundEntry entry, Target part) {
    InboundEntry one = new InboundEntry(part, entry.from(), entry.policy(), entry.place());
    AddressSet keptOut = AddressSet.none();
    boolean asked = false;
    boolean whole = true;
    Set<String> reasons = new LinkedHashSet<>();
    for (Side side : sides) {
      PacketSet dialled = side.dialled(one);
      if (dialled.isEmpty()) {
        continue;
      }
      asked = true;
      AddressSet through = dialled.minus(side.keptOut()).sources();
      AddressSet clients = entry.from().addresses().of(side.space().family());
      whole &= through.isEmpty();
      AddressSet sources =
          through.isEmpty() ? clients : brief(dialled.sources().minus(through), through, clients);
      keptOut = keptOut.union(sources);
      reasons.addAll(reasons(dialled.and(side.space().from(sources))));
    }
    return asked ? Optional.of(new Loss(label(part), keptOut, whole, reasons)) : Optional.empty();
  }

  /** Who can't come at all may be counted among those who are kept out, if that is shorter. */
  private static AddressSet brief(AddressSet keptOut, AddressSet through, AddressSet clients) {
    AddressSet most = clients.minus(through);
    return keptOut.isEmpty() || keptOut.prefixes().size() <= most.prefixes().size()
        ? keptOut
        : most;
  }

  private Optional<Problem> needless(InboundEntry deny) {
    Set<String> reasons = new LinkedHashSet<>();
    for (Side side : sides) {
      PacketSet denied = side.all().and(denied(deny, side));
      if (!denied.isPartOf(side.keptOut().minus(side.idle()))) {
        return Optional.empty();
      }
      reasons.addAll(reasons(denied));
    }
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            problem(
                deny,
                "this deny is needless here: without it the same is %s".formatted(told(reasons)),
                "keep it if that rule may go, or take it out"));
  }

  /** Returns the packets that a deny keeps out, by every way. */
  private PacketSet denied(InboundEntry deny, Side side) {
    PacketSpace space = side.space();
    AddressSet ending = new Routing(others.facts().network()).ending(space.family());
    PacketSet toHost = side.admission().of(deny).and(space.to(ending));
    return Admission.speaksOfContainers(deny)
        ? toHost.or(space.from(deny.from().addresses()).and(space.to(containers(space.family()))))
        : toHost;
  }

  private AddressSet containers(Family family) {
    return AddressSet.ofPrefixes(
            others.facts().docker().containers().stream()
                .map(Container::attachments)
                .flatMap(List::stream)
                .flatMap(attachment -> attachment.addresses().stream())
                .map(IpPrefix::single)
                .toList())
        .of(family);
  }

  /** Returns what keeps packets out, all of which are kept out. */
  private Set<String> reasons(PacketSet packets) {
    Set<String> reasons = new LinkedHashSet<>();
    PacketSet left = packets;
    while (!left.isEmpty() && reasons.size() <= TOLD) {
      Packet packet = left.witness().orElseThrow();
      Journey way = others.ways(packet).getFirst().journey();
      reasons.add(Words.keptOut(way));
      left = left.minus(alike(left.space(), packet, way.decisive()));
    }
    return reasons;
  }

  /** Returns the packets for which a rule stands that decided on one, by their addresses. */
  private static PacketSet alike(PacketSpace space, Packet packet, Optional<Step> rule) {
    AddressSet from = AddressSet.any();
    AddressSet to = AddressSet.any();
    for (Match match : rule.map(step -> step.rule().matches()).orElse(List.of())) {
      if (match instanceof Match.SourceAddress it && it.prefix().contains(packet.source())) {
        from = from.intersect(AddressSet.of(it.prefix()));
      } else if (match instanceof Match.DestinationAddress it
          && it.prefix().contains(packet.destination())) {
        to = to.intersect(AddressSet.of(it.prefix()));
      }
    }
    return space.from(from).and(space.to(to));
  }

  private static String told(Set<String> reasons) {
    int more = reasons.size() - TOLD;
    return reasons.stream().limit(TOLD).collect(Collectors.joining("; "))
        + (more > 0 ? "; and by other rules" : "");
  }

  /** Returns the parts of a target that it names one by one. */
  private static List<Target> parts(Target target) {
    return switch (target) {
      case Target.AnyPorts it ->
          it.ports().stream().<Target>map(one -> new Target.AnyPorts(List.of(one))).toList();
      case Target.HostPorts it ->
          it.ports().stream().<Target>map(one -> new Target.HostPorts(List.of(one))).toList();
      case Target.PublishedPorts it ->
          it.endpoints().stream()
              .<Target>map(one -> new Target.PublishedPorts(List.of(one)))
              .toList();
      case Target.Everything _,
          Target.HostEverything _,
          Target.DirectRoute _,
          Target.IcmpMessages _ ->
          List.of(target);
    };
  }

  private static String label(Target part) {
    return switch (part) {
      case Target.AnyPorts it -> it.ports().getFirst().toString();
      case Target.HostPorts it -> it.ports().getFirst().toString();
      case Target.PublishedPorts it -> it.endpoints().getFirst().toString();
      case Target.IcmpMessages it -> it.kind().toString();
      case Target.Everything _, Target.HostEverything _, Target.DirectRoute _ -> "";
    };
  }

  private static Problem problem(InboundEntry entry, String message, String hint) {
    return Problem.at(entry.place(), ErrorCode.INEFFECTIVE, message, hint);
  }
}
