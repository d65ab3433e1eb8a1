package dev.fwctl.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Holds the walk of sets of addresses against one address at a time, rule by rule. */
class ReachPropertyTest {
  private static final int ADDRESSES = 16;
  private static final int PORTS = 3;
  private static final long MARK = 4;

  @Property(tries = 2_000)
  void setsWalkAsTheirMembersDo(@ForAll("rulesets") List<Chain> chains) {
    OwnedRules rules =
        new OwnedRules(
            List.of(
                new OwnedTable(
                    Family.IPV4,
                    Variant.NFT,
                    "mangle",
                    chains,
                    List.of(
                        new Hook("PREROUTING", 1, OwnChains.rule(new Target.Jump("FWCTL-0")))))),
            List.of());
    Reach reach = new Reach(rules);
    for (int port = 1; port <= PORTS; port++) {
      PacketKind kind =
          new PacketKind(
              Family.IPV4,
              Path.TO_HOST,
              Optional.of("eth0"),
              Optional.empty(),
              new Payload.Dialled(TransportProtocol.TCP, port),
              AddressSet.none());
      Passage passage = reach.of(kind);
      assertThat(passage.unsure()).isEqualTo(AddressSet.none());
      for (int low = 0; low < ADDRESSES; low++) {
        IpAddress address = new IpAddress(Family.IPV4, 0, low);
        boolean passes = new OnePacket(chains, address, port).passes();
        assertThat(passage.through().contains(address))
            .as("%s to port %s through %s", address, port, chains)
            .isEqualTo(passes);
        assertThat(
                passage.decisions().stream()
                    .filter(decision -> decision.peers().contains(address))
                    .map(Passage.Decision::passes))
            .containsOnly(passes);
      }
    }
  }

  @Provide
  Arbitrary<List<Chain>> rulesets() {
    List<Arbitrary<Chain>> chains = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "FWCTL-" + i;
      chains.add(
          rule(i).list().ofMaxSize(6).map(rules -> new Chain(name, Optional.empty(), rules)));
    }
    return Combinators.combine(chains).as(list -> list);
  }

  /** Makes a rule; a chain calls only later ones, so that there are no circles. */
  private static Arbitrary<Rule> rule(int chain) {
    Arbitrary<Optional<Match>> source =
        Combinators.combine(
                Arbitraries.of(true, false),
                Arbitraries.integers().between(0, ADDRESSES - 1),
                Arbitraries.integers().between(28, 32))
            .as(
                (negated, low, length) ->
                    (Match)
                        new Match.SourceAddress(
                            negated,
                            IpPrefix.containing(new IpAddress(Family.IPV4, 0, low), length)))
            .optional(0.6);
    Arbitrary<Optional<Match>> port =
        Combinators.combine(Arbitraries.of(true, false), Arbitraries.integers().between(1, PORTS))
            .as(
                (negated, number) ->
                    (Match) new Match.DestinationPort(negated, PortRange.single(number)))
            .optional(0.4);
    Arbitrary<Optional<Match>> mark =
        Arbitraries.of(true, false)
            .map(negated -> (Match) new Match.PacketMark(negated, MARK, MARK))
            .optional(0.2);
    List<Target> targets =
        new ArrayList<>(
            List.of(
                new Target.Drop(),
                new Target.Accept(),
                new Target.Return(),
                new Target.SetMark(MARK, MARK),
                new Target.SetMark(0, MARK)));
    for (int i = chain + 1; i < 3; i++) {
      targets.add(new Target.Jump("FWCTL-" + i));
      targets.add(new Target.Goto("FWCTL-" + i));
    }
    return Combinators.combine(
            source, port, mark, Arbitraries.of(targets), Arbitraries.integers().between(0, 9))
        .as(
            (from, to, marked, target, number) -> {
              List<Match> matches = new ArrayList<>();
              from.ifPresent(matches::add);
              to.ifPresent(matches::add);
              marked.ifPresent(matches::add);
              return new Rule(matches, Optional.of(target), Optional.of("rule " + number));
            });
  }

  /** One packet, taken through the chains as iptables(8) says. */
  private static final class OnePacket {
    private final List<Chain> chains;
    private final IpAddress address;
    private final int port;
    private long mark;

    OnePacket(List<Chain> chains, IpAddress address, int port) {
      this.chains = chains;
      this.address = address;
      this.port = port;
    }

    boolean passes() {
      return walk("FWCTL-0").orElse(true);
    }

    /** Returns the verdict, or nothing when the packet comes back. */
    private Optional<Boolean> walk(String name) {
      Chain chain = chains.stream().filter(it -> it.name().equals(name)).findFirst().orElseThrow();
      for (Rule rule : chain.rules()) {
        if (!rule.matches().stream().allMatch(this::holds)) {
          continue;
        }
        switch (rule.target().orElseThrow()) {
          case Target.Drop unused -> {
            return Optional.of(false);
          }
          case Target.Accept unused -> {
            return Optional.of(true);
          }
          case Target.Return unused -> {
            return Optional.empty();
          }
          case Target.SetMark it -> mark = (mark & ~it.mask()) ^ it.value();
          case Target.Jump it -> {
            Optional<Boolean> verdict = walk(it.chain());
            if (verdict.isPresent()) {
              return verdict;
            }
          }
          case Target.Goto it -> {
            return walk(it.chain());
          }
          case Target other -> throw new IllegalStateException("not made here: " + other);
        }
      }
      return Optional.empty();
    }

    private boolean holds(Match match) {
      return switch (match) {
        case Match.SourceAddress it -> AddressSet.of(it.prefix()).contains(address) != it.negated();
        case Match.DestinationPort it -> (it.ports().first() == port) != it.negated();
        case Match.PacketMark it -> ((mark & it.mask()) == it.value()) != it.negated();
        default -> throw new IllegalStateException("not made here: " + match);
      };
    }
  }
}
