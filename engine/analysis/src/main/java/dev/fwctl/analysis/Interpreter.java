package dev.fwctl.analysis;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes one packet through a ruleset, rule by rule, as the kernel does.
 *
 * <p>It neither routes nor translates: whoever asks gives the packet as it is at the hooks that it
 * asks about; {@link Traversal} asks about a packet's whole way. Where a rule has a match or a
 * target that is not understood, the answer is that it depends on that rule. Sources of what
 * matches mean: iptables-extensions(8) and, for packets without a connection and for types of IPv6
 * addresses, the kernel's xt_conntrack and xt_addrtype.
 */
public final class Interpreter {
  /** What a packet meets before it is known where it goes. */
  public static final List<Hook> ARRIVING =
      List.of(new Hook("raw", "PREROUTING"), new Hook("mangle", "PREROUTING"));

  /** What a packet meets that is for the host itself. */
  public static final List<Hook> DELIVERED =
      List.of(
          new Hook("mangle", "INPUT"), new Hook("filter", "INPUT"), new Hook("security", "INPUT"));

  /** What a packet meets that goes through. */
  public static final List<Hook> FORWARDED =
      List.of(
          new Hook("mangle", "FORWARD"),
          new Hook("filter", "FORWARD"),
          new Hook("security", "FORWARD"),
          new Hook("mangle", "POSTROUTING"));

  /** What a packet meets that the host itself sends. */
  public static final List<Hook> SENT =
      List.of(
          new Hook("raw", "OUTPUT"),
          new Hook("mangle", "OUTPUT"),
          new Hook("filter", "OUTPUT"),
          new Hook("security", "OUTPUT"),
          new Hook("mangle", "POSTROUTING"));

  /** Targets that translate the source, which decides nothing: the packet goes on. */
  private static final Set<String> SOURCE_NAT = Set.of("SNAT", "MASQUERADE");

  /** The kernel refuses rulesets whose jumps go deeper. */
  private static final int DEEPEST_JUMP = 1024;

  private final Map<String, Map<String, Chain>> tables = new HashMap<>();
  private final Map<String, AddressSet> sets = new HashMap<>();

  /**
   * Creates an interpreter of one family's rules.
   *
   * @param tables the tables
   * @param sets the address sets that their rules name; others are not understood
   */
  public Interpreter(Collection<Table> tables, Collection<NamedSet> sets) {
    for (Table table : tables) {
      Map<String, Chain> chains = new HashMap<>();
      table.chains().forEach(chain -> chains.put(chain.name(), chain));
      this.tables.put(table.name(), chains);
    }
    sets.forEach(set -> this.sets.put(set.name(), set.members()));
  }

  /**
   * A place where the kernel asks the rules.
   *
   * @param table the table that is asked
   * @param chain the built-in chain of that table
   */
  public record Hook(String table, String chain) {}

  /** What becomes of a packet. */
  public enum Verdict {
    ACCEPTED,
    DROPPED,
    REJECTED,
    /** It depends on a rule that is not understood, the last one of the trace. */
    UNDECIDED
  }

  /**
   * A rule that a packet met and that applied to it.
   *
   * @param table the table
   * @param chain the chain
   * @param position where in the chain the rule stands, from 1
   * @param rule the rule
   */
  public record Step(String table, String chain, int position, Rule rule) {
    /** Returns where the rule stands, in words. */
    public String place() {
      return "rule %d of %s in %s".formatted(position, chain, table);
    }
  }

  /**
   * What became of a packet.
   *
   * @param verdict the verdict
   * @param packet the packet as it was when the verdict fell, with its mark
   * @param trace the rules that applied to it, in the order in which it met them
   * @param byPolicy whether the verdict is the policy of the last hook's chain
   */
  public record Outcome(Verdict verdict, Packet packet, List<Step> trace, boolean byPolicy) {
    public Outcome {
      trace = List.copyOf(trace);
    }
  }

  /** Takes a packet past hooks, in their order, until one of them does not let it through. */
  public Outcome walk(Packet packet, List<Hook> hooks) {
    return walk(packet, hooks, new Suppositions(List.of()));
  }

  /** Does the same, with something supposed of rules that are not understood. */
  Outcome walk(Packet packet, List<Hook> hooks, Suppositions suppositions) {
    Walk walk = new Walk(packet, suppositions);
    for (Hook hook : hooks) {
      Optional<Verdict> verdict = walk.at(hook);
      if (verdict.isPresent() && verdict.get() != Verdict.ACCEPTED) {
        return new Outcome(verdict.get(), walk.packet, walk.trace, walk.byPolicy);
      }
    }
    return new Outcome(Verdict.ACCEPTED, walk.packet, walk.trace, walk.byPolicy);
  }

  /** Tells whether a built-in chain drops what comes to its end. */
  boolean drops(Hook hook) {
    Chain chain = tables.getOrDefault(hook.table(), Map.of()).get(hook.chain());
    return chain != null && chain.policy().equals(Optional.of("DROP"));
  }

  static boolean translatesSource(Target.Other target) {
    return SOURCE_NAT.contains(target.name());
  }

  static boolean isUntracking(Target.Other target) {
    return target.text().equals("NOTRACK") || target.text().equals("CT --notrack");
  }

  static Chain chain(Map<String, Chain> chains, String name) {
    Chain chain = chains.get(name);
    if (chain == null) {
      throw new IllegalArgumentException("a jump to a chain that is not there: " + name);
    }
    return chain;
  }

  /** For IPv6, what an address is by its form must all hold, and then any of what routes say. */
  static boolean isOfType(Match.DestinationType match, Family family, Set<String> types) {
    if (family == Family.IPV4) {
      return match.types().stream().anyMatch(types::contains);
    }
    Set<String> byForm = Set.of("MULTICAST", "UNICAST", "UNSPEC");
    boolean form = match.types().stream().filter(byForm::contains).allMatch(types::contains);
    List<String> byRoute = match.types().stream().filter(type -> !byForm.contains(type)).toList();
    return form && (byRoute.isEmpty() || byRoute.stream().anyMatch(types::contains));
  }

  /** Tells whether a pattern stands for an interface; one that is missing has no name. */
  static boolean names(String pattern, String name) {
    return pattern.endsWith("+")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }

  /** One packet on its way. */
  private final class Walk {
    private Packet packet;
    private final List<Step> trace = new ArrayList<>();
    private final Suppositions suppositions;
    private boolean byPolicy;

    Walk(Packet packet, Suppositions suppositions) {
      this.packet = packet;
      this.suppositions = suppositions;
    }

    Optional<Verdict> at(Hook hook) {
      Map<String, Chain> chains = tables.getOrDefault(hook.table(), Map.of());
      Chain chain = chains.get(hook.chain());
      if (chain == null) {
        return Optional.empty();
      }
      Optional<Verdict> verdict = through(hook.table(), chains, chain, 0);
      byPolicy = verdict.isEmpty();
      return verdict.isPresent() || !drops(hook) ? verdict : Optional.of(Verdict.DROPPED);
    }

    /** Takes the packet through a chain; nothing when it comes back to the caller. */
    private Optional<Verdict> through(
        String table, Map<String, Chain> chains, Chain chain, int depth) {
      if (depth > DEEPEST_JUMP) {
        throw new IllegalArgumentException("chains jump in a circle: " + chain.name());
      }
      int position = 0;
      for (Rule rule : chain.rules()) {
        position++;
        Optional<Boolean> applies = applies(rule);
        boolean idle = rule.target().isEmpty() || rule.target().get().onlyWatches();
        if (applies.isPresent() ? !applies.get() : idle) {
          // Where a rule only looks on, it does not matter whether it applies.
          continue;
        }
        Step step = new Step(table, chain.name(), position, rule);
        if (applies.isEmpty()) {
          applies = suppositions.of(step);
        }
        if (applies.isPresent() && !applies.get()) {
          continue;
        }
        trace.add(step);
        if (applies.isEmpty()) {
          return Optional.of(Verdict.UNDECIDED);
        }
        if (rule.target().isEmpty()) {
          continue;
        }
        switch (rule.target().get()) {
          case Target.Accept accept -> {
            return Optional.of(Verdict.ACCEPTED);
          }
          case Target.Drop drop -> {
            return Optional.of(Verdict.DROPPED);
          }
          case Target.Reject reject -> {
            return Optional.of(Verdict.REJECTED);
          }
          case Target.Return back -> {
            return Optional.empty();
          }
          case Target.Jump jump -> {
            Optional<Verdict> verdict =
                through(table, chains, chain(chains, jump.chain()), depth + 1);
            if (verdict.isPresent()) {
              return verdict;
            }
          }
          case Target.Goto jump -> {
            return through(table, chains, chain(chains, jump.chain()), depth + 1);
          }
          case Target.SetMark mark ->
              packet = packet.withMark(packet.mark() & ~mark.mask() ^ mark.value());
          case Target.DestinationNat _, Target.Redirect _ -> {
            return Optional.of(table.equals("nat") ? Verdict.ACCEPTED : Verdict.UNDECIDED);
          }
          case Target.Other other -> {
            if (table.equals("nat") && translatesSource(other)) {
              return Optional.of(Verdict.ACCEPTED);
            }
            if (isUntracking(other)) {
              packet = packet.withTracking(packet.tracking().in(Packet.State.UNTRACKED));
            } else if (!other.onlyWatches()) {
              return Optional.of(Verdict.UNDECIDED);
            }
          }
        }
      }
      return Optional.empty();
    }

    /** Tells whether every match holds; nothing when that depends on one that is not understood. */
    private Optional<Boolean> applies(Rule rule) {
      boolean understood = true;
      boolean stateDecides =
          !packet.tracking().isTracked()
              && rule.matches().stream().anyMatch(Match.ConnectionState.class::isInstance);
      for (Match match : rule.matches()) {
        Optional<Boolean> holds = holds(match, stateDecides);
        if (holds.isPresent() && !holds.get()) {
          return Optional.of(false);
        }
        understood &= holds.isPresent();
      }
      return understood ? Optional.of(true) : Optional.empty();
    }

    private Optional<Boolean> holds(Match match, boolean stateDecides) {
      return switch (match) {
        case Match.SourceAddress it ->
            Optional.of(it.prefix().contains(packet.source()) != it.negated());
        case Match.DestinationAddress it ->
            Optional.of(it.prefix().contains(packet.destination()) != it.negated());
        case Match.InInterface it ->
            Optional.of(names(it.name(), packet.in().orElse("")) != it.negated());
        case Match.OutInterface it ->
            Optional.of(names(it.name(), packet.out().orElse("")) != it.negated());
        case Match.Protocol it -> Optional.of(it.name().equals(packet.protocol()) != it.negated());
        case Match.SourcePort it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Ports ports
                    && it.ports().contains(ports.source()) != it.negated());
        case Match.DestinationPort it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Ports ports
                    && it.ports().contains(ports.destination()) != it.negated());
        case Match.DestinationPorts it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Ports ports
                    && anyContains(it.ports(), ports.destination()) != it.negated());
        case Match.SourcePorts it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Ports ports
                    && anyContains(it.ports(), ports.source()) != it.negated());
        case Match.EitherPort it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Ports ports
                    && (anyContains(it.ports(), ports.source())
                            || anyContains(it.ports(), ports.destination()))
                        != it.negated());
        case Match.TcpFlags it ->
            packet.payload() instanceof Packet.Payload.Ports ports
                ? ports.flags().map(flags -> areSet(it, flags) != it.negated())
                : Optional.of(false);
        case Match.IcmpType it ->
            Optional.of(
                packet.payload() instanceof Packet.Payload.Icmp icmp
                    && (it.type() == icmp.type() && (it.code() < 0 || it.code() == icmp.code()))
                        != it.negated());
        case Match.ConnectionState it -> Optional.of(isIn(it) != it.negated());
        case Match.ConnectionDirection it ->
            ofConnection(stateDecides, packet.tracking().reply() == it.reply());
        case Match.OriginalDestination it ->
            ofConnection(
                stateDecides,
                it.prefix().contains(packet.tracking().originalDestination()) != it.negated());
        case Match.OriginalDestinationPort it ->
            ofConnection(
                stateDecides,
                it.ports().contains(packet.tracking().originalPort()) != it.negated());
        case Match.DestinationType it ->
            Optional.of(isOfType(it, packet.family(), packet.destinationTypes()) != it.negated());
        case Match.SourceInSet it ->
            Optional.ofNullable(sets.get(it.set()))
                .map(set -> set.contains(packet.source()) != it.negated());
        case Match.DestinationInSet it ->
            Optional.ofNullable(sets.get(it.set()))
                .map(set -> set.contains(packet.destination()) != it.negated());
        case Match.PacketMark it ->
            Optional.of(((packet.mark() & it.mask()) == it.value()) != it.negated());
        case Match.Unknown it -> Optional.empty();
      };
    }

    /**
     * Answers for a match of the connection. Of a packet without one, a conntrack match that names
     * states looks at these alone, and any other does not hold.
     */
    private Optional<Boolean> ofConnection(boolean stateDecides, boolean holds) {
      return Optional.of(stateDecides || packet.tracking().isTracked() && holds);
    }

    private boolean isIn(Match.ConnectionState match) {
      Packet.Tracking tracking = packet.tracking();
      return match.states().contains(tracking.state().name())
          || tracking.isTracked()
              && (tracking.sourceTranslated() && match.states().contains("SNAT")
                  || tracking.destinationTranslated() && match.states().contains("DNAT"));
    }

    private static boolean areSet(Match.TcpFlags match, Set<Match.TcpFlag> flags) {
      return match.examined().stream()
              .allMatch(flag -> flags.contains(flag) == match.set().contains(flag))
          && match.examined().containsAll(match.set());
    }

    private static boolean anyContains(List<PortRange> ranges, int port) {
      return ranges.stream().anyMatch(range -> range.contains(port));
    }
  }
}
