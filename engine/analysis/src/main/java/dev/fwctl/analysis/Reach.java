package dev.fwctl.analysis;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Tells who gets through fwctl's own chains.
 *
 * <p>Packets that are alike but for the address at their far end walk the chains together, as one
 * set of addresses that rules split. What the rules of others do with them is not looked at; where
 * there are no chains of ours, everyone gets through. A match or target that is not understood is
 * taken both ways, and what hangs on it is told apart as unsure.
 *
 * <p>The order in which a packet meets the hooks is that of the kernel's netfilter documentation
 * and of Docker's own chains: {@code DOCKER-USER} is called from {@code FORWARD}.
 */
public final class Reach {
  /** The kernel itself refuses chains that call each other deeper than this, or in a circle. */
  private static final int DEEPEST_CALL = 64;

  private static final Map<Family, AddressSet> EVERYONE = everyone();

  private final List<CompiledTable> tables = new ArrayList<>();

  public Reach(OwnedRules rules) {
    Map<String, AddressSet> sets = new HashMap<>();
    for (NamedSet set : rules.sets()) {
      sets.put(set.name(), set.members());
    }
    for (OwnedTable table : rules.tables()) {
      tables.add(new CompiledTable(table, sets));
    }
  }

  private static Map<Family, AddressSet> everyone() {
    Map<Family, AddressSet> everyone = new EnumMap<>(Family.class);
    for (Family family : Family.values()) {
      everyone.put(family, AddressSet.of(IpPrefix.everything(family)));
    }
    return Map.copyOf(everyone);
  }

  /** Returns every address of a family. */
  public static AddressSet everyone(Family family) {
    AddressSet everyone = EVERYONE.get(family);
    if (everyone == null) {
      throw new IllegalStateException("no such family: " + family);
    }
    return everyone;
  }

  /** Returns the far ends that packets of a kind get through from, or to when they go out. */
  public Passage of(PacketKind kind) {
    Walk walk = new Walk(kind);
    List<Flow> start = List.of(new Flow(everyone(kind.family()), 0, true, Optional.empty()));
    List<Flow> arrived =
        switch (kind.path()) {
          case TO_HOST -> toHost(walk, walk.at("mangle", "PREROUTING", Destination.LOCAL, start));
          case TO_PUBLISHED -> {
            List<Flow> before = walk.at("mangle", "PREROUTING", Destination.LOCAL, start);
            // Docker's NAT takes some packets and its proxy the others; either way is a way in.
            List<Flow> both = new ArrayList<>(forwarded(walk, Destination.TRANSLATED, before));
            toHost(walk, before).forEach(flow -> add(both, flow));
            yield both;
          }
          case TO_CONTAINER, FROM_CONTAINER ->
              forwarded(
                  walk,
                  Destination.ELSEWHERE,
                  walk.at("mangle", "PREROUTING", Destination.ELSEWHERE, start));
          case FROM_HOST -> {
            List<Flow> sent = walk.at("mangle", "OUTPUT", Destination.ELSEWHERE, start);
            List<Flow> filtered = walk.at("filter", "OUTPUT", Destination.ELSEWHERE, sent);
            yield walk.at("mangle", "POSTROUTING", Destination.ELSEWHERE, filtered);
          }
        };
    return walk.passage(arrived);
  }

  private static List<Flow> toHost(Walk walk, List<Flow> flows) {
    List<Flow> mangled = walk.at("mangle", "INPUT", Destination.LOCAL, flows);
    List<Flow> filtered = walk.at("filter", "INPUT", Destination.LOCAL, mangled);
    return walk.at("security", "INPUT", Destination.LOCAL, filtered);
  }

  private static List<Flow> forwarded(Walk walk, Destination destination, List<Flow> flows) {
    List<Flow> mangled = walk.at("mangle", "FORWARD", destination, flows);
    List<Flow> filtered = walk.at("filter", "FORWARD", destination, mangled);
    List<Flow> docker = walk.at("filter", "DOCKER-USER", destination, filtered);
    return walk.at("mangle", "POSTROUTING", destination, docker);
  }

  /**
   * Returns the port ranges that rules speak of on the way of packets of a kind, whatever their
   * port.
   *
   * <p>Rules treat two ports alike that are in the same of these ranges, or in none.
   */
  public Set<PortRange> ports(PacketKind kind) {
    Set<PortRange> named = new HashSet<>();
    for (CompiledTable table : tables) {
      if (table.family == kind.family()) {
        for (CompiledHook hook : table.hooks) {
          Optional<Destination> towards = towards(kind.path(), hook.chain);
          if (towards.isPresent()) {
            hook.rule.collectPorts(kind, towards.get(), named, new HashSet<>());
          }
        }
      }
    }
    return named;
  }

  /** Returns where packets of a path are bound for at a hook; nothing when they don't meet it. */
  private static Optional<Destination> towards(Path path, String chain) {
    boolean meets =
        switch (chain) {
          case "PREROUTING" -> path != Path.FROM_HOST;
          case "INPUT" -> path == Path.TO_HOST || path == Path.TO_PUBLISHED;
          case "FORWARD", "DOCKER-USER" -> path != Path.TO_HOST && path != Path.FROM_HOST;
          case "POSTROUTING" -> path != Path.TO_HOST;
          case "OUTPUT" -> path == Path.FROM_HOST;
          default -> false;
        };
    if (!meets) {
      return Optional.empty();
    }
    return Optional.of(
        switch (path) {
          case TO_HOST -> Destination.LOCAL;
          case TO_PUBLISHED ->
              chain.equals("PREROUTING") || chain.equals("INPUT")
                  ? Destination.LOCAL
                  : Destination.TRANSLATED;
          case TO_CONTAINER, FROM_CONTAINER, FROM_HOST -> Destination.ELSEWHERE;
        });
  }

  /** Where a packet is bound for at some point of its way. */
  private enum Destination {
    /** An address of the host. */
    LOCAL,
    /** Another address. */
    ELSEWHERE,
    /** A container's address and port, after Docker's NAT. */
    TRANSLATED
  }

  /** Whether a match holds. */
  private enum Truth {
    YES,
    NO,
    UNKNOWN;

    static Truth of(boolean holds, boolean negated) {
      return holds != negated ? YES : NO;
    }
  }

  /** Packets on their way: their far ends, the mark they bear, and the rule that spoke last. */
  private record Flow(AddressSet peers, long mark, boolean sure, Optional<String> reason) {
    Flow of(AddressSet some, boolean stillSure) {
      return new Flow(some, mark, sure && stillSure, reason);
    }

    Flow decidedBy(CompiledRule rule) {
      return rule.comment.isPresent() ? new Flow(peers, mark, sure, rule.comment) : this;
    }

    Flow marked(long newMark) {
      return new Flow(peers, newMark, sure, reason);
    }
  }

  private static void add(List<Flow> flows, Flow flow) {
    if (flow.peers.isEmpty()) {
      return;
    }
    for (int i = 0; i < flows.size(); i++) {
      Flow other = flows.get(i);
      if (other.mark == flow.mark && other.sure == flow.sure && other.reason.equals(flow.reason)) {
        flows.set(i, flow.of(other.peers.union(flow.peers), true));
        return;
      }
    }
    flows.add(flow);
  }

  /** One kind of packet on its way through the chains. */
  private final class Walk {
    private final PacketKind kind;
    private final List<Flow> dropped = new ArrayList<>();
    private List<Flow> accepted = new ArrayList<>();

    Walk(PacketKind kind) {
      this.kind = kind;
    }

    /** Takes packets past one hook and returns those that come out behind it. */
    List<Flow> at(String table, String chain, Destination destination, List<Flow> flows) {
      List<Flow> passing = flows;
      for (CompiledTable candidate : tables) {
        if (candidate.family != kind.family() || !candidate.name.equals(table)) {
          continue;
        }
        for (CompiledHook hook : candidate.hooks) {
          if (hook.chain.equals(chain)) {
            accepted = new ArrayList<>();
            List<Flow> behind = new ArrayList<>();
            run(List.of(hook.rule), destination, passing, behind, behind, 0);
            accepted.forEach(flow -> add(behind, flow));
            passing = behind;
          }
        }
      }
      return passing;
    }

    /**
     * Takes packets through rules.
     *
     * @param through receives those that come to the end
     * @param returned receives those that go back to the caller
     */
    private void run(
        List<CompiledRule> rules,
        Destination destination,
        List<Flow> arriving,
        List<Flow> through,
        List<Flow> returned,
        int depth) {
      List<Flow> flows = arriving;
      for (CompiledRule rule : rules) {
        if (flows.isEmpty()) {
          return;
        }
        Truth fixed = rule.holds(kind, destination);
        if (fixed == Truth.NO) {
          continue;
        }
        List<Flow> next = new ArrayList<>(flows.size() + 1);
        for (Flow flow : flows) {
          step(rule, fixed, destination, flow, next, returned, depth);
        }
        flows = next;
      }
      flows.forEach(flow -> add(through, flow));
    }

    private void step(
        CompiledRule rule,
        Truth fixed,
        Destination destination,
        Flow flow,
        List<Flow> next,
        List<Flow> returned,
        int depth) {
      if (!rule.marksHold(flow.mark)) {
        add(next, flow);
        return;
      }
      Optional<AddressSet> wanted = rule.peers(kind);
      AddressSet taken = wanted.isEmpty() ? flow.peers : flow.peers.intersect(wanted.get());
      if (taken.isEmpty()) {
        add(next, flow);
        return;
      }
      boolean sure = fixed == Truth.YES;
      if (sure) {
        if (wanted.isPresent()) {
          add(next, flow.of(flow.peers.minus(taken), true));
        }
      } else {
        // They may or may not be taken, so they go both ways.
        add(next, flow.of(flow.peers.minus(taken), true));
        add(next, flow.of(taken, false));
      }
      carryOut(rule, destination, flow.of(taken, sure), next, returned, depth);
    }

    private void carryOut(
        CompiledRule rule,
        Destination destination,
        Flow flow,
        List<Flow> next,
        List<Flow> returned,
        int depth) {
      if (rule.target.isEmpty()) {
        add(next, flow);
        return;
      }
      switch (rule.target.get()) {
        case Target.Accept unused -> add(accepted, flow.decidedBy(rule));
        case Target.Return unused -> add(returned, flow.decidedBy(rule));
        case Target.Drop unused -> drop(rule, flow);
        case Target.Reject unused -> drop(rule, flow);
        case Target.SetMark mark ->
            add(next, flow.decidedBy(rule).marked((flow.mark & ~mark.mask()) ^ mark.value()));
        case Target.Jump unused -> call(rule, destination, flow, next, depth);
        case Target.Goto unused -> call(rule, destination, flow, returned, depth);
        // Nothing of ours translates: what becomes of the packet is not looked up.
        case Target.DestinationNat unused -> unclear(flow, next);
        case Target.Redirect unused -> unclear(flow, next);
        case Target.Other other -> {
          if (other.onlyWatches()) {
            add(next, flow);
          } else {
            unclear(flow, next);
          }
        }
      }
    }

    /** Takes packets every way there is, as it is not known what becomes of them. */
    private void unclear(Flow flow, List<Flow> next) {
      Flow unsure = flow.of(flow.peers, false);
      add(next, unsure);
      add(accepted, unsure);
      add(dropped, unsure);
    }

    private void drop(CompiledRule rule, Flow flow) {
      // Where a mark is what drops, the rule that set it is the reason.
      boolean byMark = !rule.marks.isEmpty() && flow.reason.isPresent();
      add(dropped, byMark ? flow : flow.decidedBy(rule));
    }

    private void call(
        CompiledRule rule, Destination destination, Flow flow, List<Flow> after, int depth) {
      if (rule.called.isEmpty() || depth >= DEEPEST_CALL) {
        unclear(flow, after);
        return;
      }
      run(rule.called.get().rules, destination, List.of(flow), after, after, depth + 1);
    }

    Passage passage(List<Flow> arrived) {
      AddressSet sure = AddressSet.none();
      AddressSet unsure = AddressSet.none();
      AddressSet lost = AddressSet.none();
      List<Passage.Decision> decisions = new ArrayList<>();
      for (Flow flow : arrived) {
        if (flow.sure) {
          sure = sure.union(flow.peers);
        } else {
          unsure = unsure.union(flow.peers);
        }
        decisions.add(new Passage.Decision(true, flow.reason, flow.peers));
      }
      for (Flow flow : dropped) {
        lost = lost.union(flow.peers);
        decisions.add(new Passage.Decision(false, flow.reason, flow.peers));
      }
      // Who gets through whichever way a rule is taken gets through for sure.
      AddressSet through = sure.union(unsure.minus(lost));
      return new Passage(through, unsure.minus(through), decisions);
    }
  }

  /** One table of ours, its rules prepared for walking. */
  private static final class CompiledTable {
    private final Family family;
    private final String name;
    private final List<CompiledHook> hooks = new ArrayList<>();

    CompiledTable(OwnedTable table, Map<String, AddressSet> sets) {
      this.family = table.family();
      this.name = table.name();
      Map<String, CompiledChain> chains = new HashMap<>();
      for (Chain chain : table.chains()) {
        chains.put(chain.name(), new CompiledChain());
      }
      for (Chain chain : table.chains()) {
        CompiledChain compiled = chains.get(chain.name());
        if (compiled != null) {
          for (Rule rule : chain.rules()) {
            compiled.rules.add(new CompiledRule(rule, family, sets, chains));
          }
        }
      }
      for (Hook hook : table.hooks()) {
        hooks.add(
            new CompiledHook(hook.chain(), new CompiledRule(hook.rule(), family, sets, chains)));
      }
    }
  }

  private record CompiledHook(String chain, CompiledRule rule) {}

  private static final class CompiledChain {
    private final List<CompiledRule> rules = new ArrayList<>();
  }

  /** A rule whose address matches are one set for each end, and whose target is at hand. */
  private static final class CompiledRule {
    private final List<Match> fixed = new ArrayList<>();
    private final List<Match.PacketMark> marks = new ArrayList<>();
    private final Optional<AddressSet> source;
    private final Optional<AddressSet> destination;
    private final Optional<Target> target;
    private final Optional<CompiledChain> called;
    private final Optional<String> comment;

    /** The only destination ports that the rule is about, as far as that is easily told. */
    private int firstPort;

    private int lastPort = 65535;

    CompiledRule(
        Rule rule, Family family, Map<String, AddressSet> sets, Map<String, CompiledChain> chains) {
      this.target = rule.target();
      this.comment = rule.comment();
      this.called =
          switch (rule.target().orElse(new Target.Accept())) {
            case Target.Jump jump -> Optional.ofNullable(chains.get(jump.chain()));
            case Target.Goto jump -> Optional.ofNullable(chains.get(jump.chain()));
            default -> Optional.empty();
          };
      Optional<AddressSet> from = Optional.empty();
      Optional<AddressSet> to = Optional.empty();
      for (Match match : rule.matches()) {
        switch (match) {
          case Match.SourceAddress it ->
              from = narrow(from, AddressSet.of(it.prefix()), it.negated(), family);
          case Match.DestinationAddress it ->
              to = narrow(to, AddressSet.of(it.prefix()), it.negated(), family);
          case Match.SourceInSet it when sets.containsKey(it.set()) ->
              from =
                  narrow(
                      from, sets.getOrDefault(it.set(), AddressSet.none()), it.negated(), family);
          case Match.DestinationInSet it when sets.containsKey(it.set()) ->
              to = narrow(to, sets.getOrDefault(it.set(), AddressSet.none()), it.negated(), family);
          case Match.PacketMark it -> marks.add(it);
          case Match.DestinationPort it when !it.negated() -> {
            fixed.add(match);
            firstPort = it.ports().first();
            lastPort = it.ports().last();
          }
          default -> fixed.add(match);
        }
      }
      this.source = from;
      this.destination = to;
    }

    private static Optional<AddressSet> narrow(
        Optional<AddressSet> so, AddressSet set, boolean negated, Family family) {
      AddressSet everyone = everyone(family);
      AddressSet meant = negated ? everyone.minus(set) : set;
      AddressSet narrowed = so.isEmpty() ? meant : so.get().intersect(meant);
      return narrowed.equals(everyone) ? Optional.empty() : Optional.of(narrowed);
    }

    /** Returns the far ends that the rule is about; nothing when it is about all. */
    Optional<AddressSet> peers(PacketKind kind) {
      return kind.path().isInbound() ? source : destination;
    }

    boolean marksHold(long mark) {
      for (Match.PacketMark match : marks) {
        if ((mark & match.mask()) == match.value() == match.negated()) {
          return false;
        }
      }
      return true;
    }

    /** Tells whether everything but the far end and the mark fits. */
    Truth holds(PacketKind kind, Destination towards) {
      if (towards != Destination.TRANSLATED
          && kind.payload() instanceof Payload.Dialled dialled
          && (dialled.port() < firstPort || dialled.port() > lastPort)) {
        return Truth.NO;
      }
      Truth all = Truth.YES;
      for (int i = 0; i < fixed.size(); i++) {
        Truth one = holds(fixed.get(i), kind, towards);
        if (one == Truth.NO) {
          return Truth.NO;
        }
        if (one == Truth.UNKNOWN) {
          all = Truth.UNKNOWN;
        }
      }
      Truth near = nearEnd(kind, towards);
      return near == Truth.YES ? all : near;
    }

    private Truth nearEnd(PacketKind kind, Destination towards) {
      Optional<AddressSet> wanted = kind.path().isInbound() ? destination : source;
      if (wanted.isEmpty()) {
        return Truth.YES;
      }
      return towards == Destination.TRANSLATED ? Truth.UNKNOWN : isNear(wanted.get(), kind.near());
    }

    private static Truth isNear(AddressSet wanted, AddressSet near) {
      if (near.isEmpty()) {
        return Truth.UNKNOWN;
      }
      AddressSet common = near.intersect(wanted);
      return common.isEmpty() ? Truth.NO : common.equals(near) ? Truth.YES : Truth.UNKNOWN;
    }

    private static Truth holds(Match match, PacketKind kind, Destination towards) {
      return switch (match) {
        case Match.InInterface it ->
            Truth.of(kind.in().map(name -> fits(it.name(), name)).orElse(false), it.negated());
        case Match.OutInterface it ->
            kind.out().isEmpty() && towards != Destination.LOCAL
                ? Truth.UNKNOWN
                : Truth.of(
                    kind.out().map(name -> fits(it.name(), name)).orElse(false), it.negated());
        case Match.Protocol it ->
            Truth.of(isProtocol(it.name(), kind.payload(), kind.family()), it.negated());
        case Match.SourcePort it ->
            kind.payload() instanceof Payload.Dialled
                ? it.ports().equals(PortRange.ALL) ? Truth.of(true, it.negated()) : Truth.UNKNOWN
                : Truth.NO;
        case Match.DestinationPort it ->
            ofPort(kind, towards, port -> it.ports().contains(port), it.negated());
        case Match.DestinationPorts it ->
            ofPort(
                kind,
                towards,
                port -> it.ports().stream().anyMatch(range -> range.contains(port)),
                it.negated());
        case Match.SourcePorts unused ->
            kind.payload() instanceof Payload.Dialled ? Truth.UNKNOWN : Truth.NO;
        case Match.EitherPort it -> {
          // The other port may be any.
          Truth destination =
              ofPort(
                  kind,
                  towards,
                  port -> it.ports().stream().anyMatch(range -> range.contains(port)),
                  false);
          yield !(kind.payload() instanceof Payload.Dialled)
              ? Truth.NO
              : destination == Truth.YES ? Truth.of(true, it.negated()) : Truth.UNKNOWN;
        }
        case Match.TcpFlags it ->
            isProtocol("tcp", kind.payload(), kind.family())
                ? Truth.of(opensByFlags(it), it.negated())
                : Truth.NO;
        case Match.OriginalDestinationPort it ->
            kind.payload() instanceof Payload.Dialled dialled
                ? Truth.of(it.ports().contains(dialled.port()), it.negated())
                : Truth.NO;
        case Match.OriginalDestination it ->
            kind.path().isInbound()
                ? negate(isNear(AddressSet.of(it.prefix()), kind.near()), it.negated())
                : Truth.UNKNOWN;
        case Match.IcmpType it ->
            kind.payload() instanceof Payload.Icmp icmp
                ? Truth.of(
                    it.type() == icmp.type() && (it.code() == -1 || it.code() == 0), it.negated())
                : Truth.NO;
        case Match.ConnectionState it ->
            Truth.of(
                it.states().contains("NEW")
                    || (towards == Destination.TRANSLATED && it.states().contains("DNAT")),
                it.negated());
        case Match.ConnectionDirection it -> Truth.of(!it.reply(), false);
        case Match.DestinationType it ->
            Truth.of(
                it.types().contains(towards == Destination.LOCAL ? "LOCAL" : "UNICAST"),
                it.negated());
        case Match.SourceInSet unused -> Truth.UNKNOWN;
        case Match.DestinationInSet unused -> Truth.UNKNOWN;
        case Match.Unknown unused -> Truth.UNKNOWN;
        case Match.SourceAddress unused -> throw new IllegalStateException("kept apart: " + match);
        case Match.DestinationAddress unused ->
            throw new IllegalStateException("kept apart: " + match);
        case Match.PacketMark unused -> throw new IllegalStateException("kept apart: " + match);
      };
    }

    /** Tells whether flags are those of the segment that opens a connection. */
    private static boolean opensByFlags(Match.TcpFlags match) {
      Set<Match.TcpFlag> found = new HashSet<>(match.examined());
      found.retainAll(Set.of(Match.TcpFlag.SYN));
      return found.equals(match.set());
    }

    private static Truth negate(Truth truth, boolean negated) {
      return !negated || truth == Truth.UNKNOWN ? truth : truth == Truth.YES ? Truth.NO : Truth.YES;
    }

    private static Truth ofPort(
        PacketKind kind, Destination towards, IntPredicate wanted, boolean negated) {
      if (!(kind.payload() instanceof Payload.Dialled dialled)) {
        return Truth.NO;
      }
      // Behind Docker's NAT a packet bears the container's port, which is not looked up here.
      return towards == Destination.TRANSLATED
          ? Truth.UNKNOWN
          : Truth.of(wanted.test(dialled.port()), negated);
    }

    private static boolean fits(String pattern, String name) {
      return pattern.endsWith("+")
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : pattern.equals(name);
    }

    /** Tells whether a payload is of a protocol, by its name in /etc/protocols or its number. */
    private static boolean isProtocol(String name, Payload payload, Family family) {
      return switch (name) {
        case "all", "0" -> true;
        case "tcp", "6" -> isOf(payload, TransportProtocol.TCP);
        case "udp", "17" -> isOf(payload, TransportProtocol.UDP);
        case "sctp", "132" -> isOf(payload, TransportProtocol.SCTP);
        case "icmp", "1" -> payload instanceof Payload.Icmp && family == Family.IPV4;
        case "ipv6-icmp", "icmpv6", "58" ->
            payload instanceof Payload.Icmp && family == Family.IPV6;
        default -> false;
      };
    }

    private static boolean isOf(Payload payload, TransportProtocol protocol) {
      return payload instanceof Payload.Dialled dialled && dialled.protocol() == protocol;
    }

    void collectPorts(
        PacketKind kind, Destination towards, Set<PortRange> named, Set<CompiledChain> visited) {
      List<PortRange> here = new ArrayList<>();
      for (Match match : fixed) {
        switch (match) {
          case Match.DestinationPort it -> here.add(it.ports());
          case Match.DestinationPorts it -> here.addAll(it.ports());
          case Match.EitherPort it -> here.addAll(it.ports());
          case Match.OriginalDestinationPort it -> here.add(it.ports());
          case Match.SourcePort it when !it.ports().equals(PortRange.ALL) -> {
            // Whoever dials does so from any port: this is about something else, such as DHCP.
            return;
          }
          default -> {
            if (holds(match, kind, towards) == Truth.NO) {
              return;
            }
          }
        }
      }
      if (nearEnd(kind, towards) == Truth.NO) {
        return;
      }
      named.addAll(here);
      if (called.isPresent() && visited.add(called.get())) {
        called.get().rules.forEach(rule -> rule.collectPorts(kind, towards, named, visited));
      }
    }
  }
}
