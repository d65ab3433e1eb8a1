package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Makes random rulesets that a kernel loads as they are, and packets at their edges.
 *
 * <p>Rules use every match and target that the model knows. A chain leads to later ones alone.
 *
 * @param family the family
 * @param interfaces interfaces that rules name; one that ends in {@code +} stands for several
 * @param addresses addresses around which rules' networks lie
 * @param targets addresses that destination NAT leads to
 * @param ports ports around which rules' ranges lie
 * @param sets names of address sets of that family
 * @param unknown matches that are not understood, which some rules have
 */
public record RandomRulesets(
    Family family,
    List<String> interfaces,
    List<IpAddress> addresses,
    List<IpAddress> targets,
    List<Integer> ports,
    List<String> sets,
    List<String> unknown) {
  private static final int OWN_CHAINS = 3;
  private static final int MOST_RULES = 4;

  public RandomRulesets {
    interfaces = List.copyOf(interfaces);
    addresses = List.copyOf(addresses);
    targets = List.copyOf(targets);
    ports = List.copyOf(ports);
    sets = List.copyOf(sets);
    unknown = List.copyOf(unknown);
  }

  /** Makes the four tables that packets meet. */
  public Arbitrary<List<Table>> tables() {
    return Combinators.combine(
            table("raw", "PREROUTING", "OUTPUT"),
            table("mangle", "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
            table("nat", "PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
            table("filter", "INPUT", "FORWARD", "OUTPUT"))
        .as(List::of);
  }

  private Arbitrary<Table> table(String table, String... hooks) {
    List<Arbitrary<Chain>> chains = new ArrayList<>();
    for (String hook : hooks) {
      Arbitrary<String> policy =
          Arbitraries.of(true, false, false, false, false, false, false, false)
              .map(drops -> drops ? "DROP" : "ACCEPT");
      chains.add(chain(table, hook, policy.map(Optional::of)));
    }
    for (int own = 0; own < OWN_CHAINS; own++) {
      chains.add(chain(table, "OWN-" + own, Arbitraries.just(Optional.empty())));
    }
    return Combinators.combine(chains).as(made -> new Table(table, made));
  }

  private Arbitrary<Chain> chain(String table, String name, Arbitrary<Optional<String>> policies) {
    Arbitrary<List<Rule>> rules = rule(table, name).list().ofMaxSize(MOST_RULES);
    return Combinators.combine(policies, rules).as((policy, made) -> new Chain(name, policy, made));
  }

  private Arbitrary<Rule> rule(String table, String chain) {
    return Combinators.combine(
            ends(),
            links(chain),
            service(),
            connection(),
            further(),
            Arbitraries.of(targets(table, chain)))
        .as(
            (ends, links, service, connection, further, target) -> {
              List<Match> matches = new ArrayList<>(ends);
              matches.addAll(links);
              matches.addAll(fitting(service, target));
              matches.addAll(connection);
              matches.addAll(further);
              return new Rule(matches, target, Optional.empty());
            });
  }

  /** Some targets are for some protocols only. */
  private static List<Match> fitting(List<Match> service, Optional<Target> target) {
    boolean needsTcp =
        target.equals(Optional.of(new Target.Reject("tcp-reset")))
            || target.filter(Target.Redirect.class::isInstance).isPresent()
            || target
                .filter(it -> it instanceof Target.DestinationNat nat && nat.port().isPresent())
                .isPresent();
    return !needsTcp || service.contains(new Match.Protocol(false, "tcp"))
        ? service
        : List.of(new Match.Protocol(false, "tcp"));
  }

  private List<Optional<Target>> targets(String table, String chain) {
    List<Optional<Target>> all = new ArrayList<>();
    all.add(Optional.empty());
    all.add(Optional.of(new Target.Other("LOG")));
    all.add(Optional.of(new Target.Accept()));
    all.add(Optional.of(new Target.Return()));
    if (table.equals("raw")) {
      all.add(Optional.of(new Target.Other("NOTRACK")));
    }
    boolean own = chain.startsWith("OWN-");
    boolean source = table.equals("nat") && Set.of("POSTROUTING", "INPUT").contains(chain);
    if (source) {
      if (chain.equals("POSTROUTING")) {
        all.add(Optional.of(new Target.Other("MASQUERADE")));
      }
      all.add(Optional.of(new Target.Other("SNAT --to-source " + addresses.getFirst())));
      return all;
    }
    int first = own ? Integer.parseInt(chain.substring(4)) + 1 : 0;
    for (int next = first; next < OWN_CHAINS; next++) {
      all.add(Optional.of(new Target.Jump("OWN-" + next)));
      all.add(Optional.of(new Target.Goto("OWN-" + next)));
    }
    switch (table) {
      case "nat" -> {
        for (IpAddress address : targets) {
          all.add(Optional.of(new Target.DestinationNat(address, Optional.empty())));
          all.add(Optional.of(new Target.DestinationNat(address, Optional.of(ports.getFirst()))));
        }
        all.add(Optional.of(new Target.Redirect(ports.getLast())));
      }
      case "filter" -> {
        String plain = family == Family.IPV4 ? "icmp-port-unreachable" : "icmp6-port-unreachable";
        all.add(Optional.of(new Target.Drop()));
        all.add(Optional.of(new Target.Reject(plain)));
        all.add(Optional.of(new Target.Reject(plain)));
        all.add(Optional.of(new Target.Reject("tcp-reset")));
      }
      default -> {
        all.add(Optional.of(new Target.Drop()));
        all.add(Optional.of(new Target.SetMark(1, 1)));
        all.add(Optional.of(new Target.SetMark(2, 3)));
        all.add(Optional.of(new Target.SetMark(0x11, 0x10)));
      }
    }
    return all;
  }

  private Arbitrary<IpPrefix> prefix() {
    int bits = family.bits();
    return Combinators.combine(
            Arbitraries.of(addresses),
            Arbitraries.of(0, 1, bits / 4, bits / 2, bits - 8, bits - 2, bits - 1, bits, bits))
        .as(IpPrefix::containing);
  }

  /** Tells whether a prefix holds every address; the kernel takes no rule for no address. */
  private static boolean isAll(IpPrefix prefix) {
    return prefix.length() == 0;
  }

  private static Arbitrary<Boolean> seldom() {
    return Arbitraries.of(false, false, false, true);
  }

  private Arbitrary<List<Match>> ends() {
    Arbitrary<Match> source =
        Combinators.combine(seldom(), prefix())
            .as((negated, prefix) -> new Match.SourceAddress(negated && !isAll(prefix), prefix));
    Arbitrary<Match> destination =
        Combinators.combine(seldom(), prefix())
            .as(
                (negated, prefix) ->
                    new Match.DestinationAddress(negated && !isAll(prefix), prefix));
    return some(source.optional(0.4), destination.optional(0.4));
  }

  private Arbitrary<List<Match>> links(String chain) {
    Arbitrary<Match> in =
        Combinators.combine(seldom(), Arbitraries.of(interfaces)).as(Match.InInterface::new);
    Arbitrary<Match> out =
        Combinators.combine(seldom(), Arbitraries.of(interfaces)).as(Match.OutInterface::new);
    boolean noIn = Set.of("OUTPUT", "POSTROUTING").contains(chain);
    boolean noOut = Set.of("PREROUTING", "INPUT").contains(chain);
    return some(in.optional(noIn ? 0 : 0.35), out.optional(noOut ? 0 : 0.35));
  }

  @SafeVarargs
  private static Arbitrary<List<Match>> some(Arbitrary<Optional<Match>>... matches) {
    return Combinators.combine(List.of(matches))
        .as(made -> made.stream().flatMap(Optional::stream).toList());
  }

  private Arbitrary<PortRange> range() {
    return Combinators.combine(Arbitraries.of(ports), Arbitraries.of(0, 0, 1, 100))
        .as((first, size) -> new PortRange(first, Math.min(first + size, 65535)));
  }

  private Arbitrary<List<Match>> service() {
    Arbitrary<List<PortRange>> ranges = range().list().uniqueElements().ofMinSize(1).ofMaxSize(3);
    Arbitrary<Match> port =
        Arbitraries.oneOf(
            Combinators.combine(seldom(), range()).as(Match.DestinationPort::new),
            Combinators.combine(seldom(), range()).as(Match.SourcePort::new),
            Combinators.combine(seldom(), ranges).as(Match.DestinationPorts::new),
            Combinators.combine(seldom(), ranges).as(Match.SourcePorts::new),
            Combinators.combine(seldom(), ranges).as(Match.EitherPort::new));
    Arbitrary<List<Match>> transport =
        Combinators.combine(Arbitraries.of("tcp", "tcp", "udp", "sctp"), port.optional(0.8))
            .as(
                (name, ported) -> {
                  List<Match> matches = new ArrayList<>();
                  matches.add(new Match.Protocol(false, name));
                  ported.ifPresent(matches::add);
                  return matches;
                });
    Arbitrary<SortedSet<TcpFlag>> flags =
        Arbitraries.of(TcpFlag.class).set().ofMaxSize(4).map(TreeSet::new);
    // Of a rule that examines no flag at all, iptables 1.8.7 does not print the match.
    Arbitrary<List<Match>> segment =
        Combinators.combine(seldom(), flags.filter(examined -> !examined.isEmpty()), flags)
            .as(
                (negated, examined, set) ->
                    List.of(
                        new Match.Protocol(false, "tcp"),
                        new Match.TcpFlags(negated, examined, set)));
    String icmp = family == Family.IPV4 ? "icmp" : "ipv6-icmp";
    Arbitrary<List<Match>> message =
        Combinators.combine(seldom(), Arbitraries.of(3, 8, 128), Arbitraries.of(-1, 0, 1))
            .as(
                (negated, type, code) ->
                    List.of(
                        new Match.Protocol(false, icmp), new Match.IcmpType(negated, type, code)));
    Arbitrary<List<Match>> protocol =
        Combinators.combine(Arbitraries.of(true, false), Arbitraries.of("tcp", icmp, "gre", "77"))
            .as((negated, name) -> List.of(new Match.Protocol(negated, name)));
    return Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(List.of())),
        Tuple.of(4, transport),
        Tuple.of(1, segment),
        Tuple.of(1, message),
        Tuple.of(1, protocol));
  }

  private Arbitrary<List<Match>> connection() {
    Arbitrary<Match> state =
        Combinators.combine(
                seldom(),
                Arbitraries.of(
                        "NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "SNAT", "DNAT")
                    .set()
                    .ofMinSize(1)
                    .ofMaxSize(3))
            .as((negated, states) -> new Match.ConnectionState(negated, new TreeSet<>(states)));
    Arbitrary<Match> direction = Arbitraries.of(true, false).map(Match.ConnectionDirection::new);
    Arbitrary<Match> port =
        Combinators.combine(seldom(), range()).as(Match.OriginalDestinationPort::new);
    Arbitrary<Match> address =
        Combinators.combine(seldom(), prefix()).as(Match.OriginalDestination::new);
    return some(
        state.optional(0.25), direction.optional(0.1), port.optional(0.1), address.optional(0.1));
  }

  private Arbitrary<List<Match>> further() {
    List<String> types =
        family == Family.IPV4
            ? List.of("LOCAL", "UNICAST", "MULTICAST", "BROADCAST")
            : List.of("LOCAL", "UNICAST", "MULTICAST");
    Arbitrary<Match> type =
        Combinators.combine(seldom(), Arbitraries.of(types).set().ofMinSize(1).ofMaxSize(2))
            .as((negated, some) -> new Match.DestinationType(negated, new TreeSet<>(some)));
    Arbitrary<Match> mark =
        Combinators.combine(seldom(), Arbitraries.of(0L, 1L, 2L, 3L), Arbitraries.of(3L, 0x11L))
            .as((negated, value, mask) -> new Match.PacketMark(negated, value, mask));
    Arbitrary<Match> source =
        Combinators.combine(seldom(), Arbitraries.of(sets)).as(Match.SourceInSet::new);
    Arbitrary<Match> destination =
        Combinators.combine(seldom(), Arbitraries.of(sets)).as(Match.DestinationInSet::new);
    Arbitrary<List<Match>> understood =
        some(
            type.optional(0.15),
            mark.optional(0.15),
            source.optional(0.07),
            destination.optional(0.07));
    return unknown.isEmpty()
        ? understood
        : Combinators.combine(
                understood, Arbitraries.of(unknown).<Match>map(Match.Unknown::new).optional(0.25))
            .as((matches, more) -> Stream.concat(matches.stream(), more.stream()).toList());
  }

  /** Makes packets at the edges of what rules tell apart. */
  public Arbitrary<Packet> packets(List<Table> tables) {
    Edges edges = new Edges(this, tables);
    Arbitrary<IpAddress> addresses = Arbitraries.of(List.copyOf(edges.addresses));
    Arbitrary<Integer> ports = Arbitraries.of(List.copyOf(edges.ports));
    Arbitrary<Set<TcpFlag>> flags = Arbitraries.of(TcpFlag.class).set();
    Arbitrary<Packet.Payload> payloads =
        Arbitraries.oneOf(
            Combinators.combine(ports, ports, flags)
                .as((from, to, set) -> new Packet.Payload.Ports("tcp", from, to, Optional.of(set))),
            Combinators.combine(Arbitraries.of("udp", "sctp", "udplite"), ports, ports)
                .as((name, from, to) -> new Packet.Payload.Ports(name, from, to)),
            Combinators.combine(Arbitraries.of(0, 3, 8, 128, 255), Arbitraries.of(0, 1, 255))
                .as(Packet.Payload.Icmp::new),
            Arbitraries.of("gre", "77", "78").map(Packet.Payload.Other::new));
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    Arbitrary<Packet.Tracking> trackings =
        Combinators.combine(
                Arbitraries.of(
                    Packet.State.NEW,
                    Packet.State.NEW,
                    Packet.State.NEW,
                    Packet.State.ESTABLISHED,
                    Packet.State.RELATED,
                    Packet.State.INVALID,
                    Packet.State.UNTRACKED),
                either,
                either,
                seldom(),
                addresses,
                ports)
            .as(Packet.Tracking::new);
    Arbitrary<Optional<String>> names = Arbitraries.of(List.copyOf(edges.names)).optional(0.7);
    return Combinators.combine(names, addresses, addresses, payloads, trackings)
        .as(RandomRulesets::packet);
  }

  /** Of a packet that opens a connection, the original destination is the one it bears. */
  private static Packet packet(
      Optional<String> in,
      IpAddress source,
      IpAddress destination,
      Packet.Payload payload,
      Packet.Tracking tracking) {
    boolean opens = tracking.state() == Packet.State.NEW && !tracking.destinationTranslated();
    Packet.Tracking fitting =
        opens
            ? new Packet.Tracking(
                tracking.state(),
                tracking.reply(),
                tracking.sourceTranslated(),
                false,
                destination,
                payload.connectionPort())
            : tracking;
    return new Packet(in, Optional.empty(), source, destination, payload, fitting, Set.of(), 0);
  }

  /** Values on both sides of wherever rules tell packets apart. */
  private static final class Edges {
    private final SortedSet<IpAddress> addresses = new TreeSet<>();
    private final SortedSet<Integer> ports = new TreeSet<>();
    private final SortedSet<String> names = new TreeSet<>();

    Edges(RandomRulesets source, List<Table> tables) {
      source.addresses.forEach(address -> add(IpPrefix.single(address)));
      source.ports.forEach(port -> add(PortRange.single(port)));
      source.interfaces.forEach(this::add);
      names.add("other0");
      for (Table table : tables) {
        for (Chain chain : table.chains()) {
          for (Rule rule : chain.rules()) {
            rule.matches().forEach(this::add);
          }
        }
      }
    }

    private void add(Match match) {
      switch (match) {
        case Match.SourceAddress it -> add(it.prefix());
        case Match.DestinationAddress it -> add(it.prefix());
        case Match.OriginalDestination it -> add(it.prefix());
        case Match.SourcePort it -> add(it.ports());
        case Match.DestinationPort it -> add(it.ports());
        case Match.OriginalDestinationPort it -> add(it.ports());
        case Match.SourcePorts it -> it.ports().forEach(this::add);
        case Match.DestinationPorts it -> it.ports().forEach(this::add);
        case Match.EitherPort it -> it.ports().forEach(this::add);
        default -> {}
      }
    }

    private void add(IpPrefix prefix) {
      addresses.add(prefix.address());
      addresses.add(prefix.last());
      prefix.address().previous().ifPresent(addresses::add);
      prefix.last().next().ifPresent(addresses::add);
    }

    private void add(PortRange range) {
      ports.add(range.first());
      ports.add(range.last());
      ports.add(Math.max(0, range.first() - 1));
      ports.add(Math.min(65535, range.last() + 1));
    }

    private void add(String pattern) {
      if (pattern.endsWith("+")) {
        String beginning = pattern.substring(0, pattern.length() - 1);
        names.add(beginning + "77");
      } else {
        names.add(pattern);
      }
    }
  }
}
