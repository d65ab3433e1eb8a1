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
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Holds the walk of sets of addresses against one address at a time, rule by rule. */
class ReachPropertyTest {
  private static final int ADDRESSES = 16;
  private static final int PORTS = 3;
  private static final long MARK = 4;

  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void setsWalkAsTheirMembersDo(@ForAll("rulesets") List<Chain> chains) {
    Reach reach = reach(chains);
    for (int port = 1; port <= PORTS; port++) {
      Passage passage = reach.of(toPort(port));
      assertThat(passage.unsure()).isEqualTo(AddressSet.none());
      for (int low = 0; low < ADDRESSES; low++) {
        IpAddress address = new IpAddress(Family.IPV4, 0, low);
        boolean passes = new OnePacket(chains, address, port, List.of()).passes();
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

  private static Reach reach(List<Chain> chains) {
    Hook hook = new Hook("PREROUTING", 1, OwnChains.rule(new Target.Jump("FWCTL-0")));
    return new Reach(
        new OwnedRules(
            List.of(new OwnedTable(Family.IPV4, Variant.NFT, "mangle", chains, List.of(hook))),
            List.of()));
  }

  private static PacketKind toPort(int port) {
    return new PacketKind(
        Family.IPV4,
        Path.TO_HOST,
        Optional.of("eth0"),
        Optional.empty(),
        new Payload.Dialled(TransportProtocol.TCP, port),
        AddressSet.none());
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void whatIsSureHoldsHoweverTheUnknownTurnsOut(@ForAll("unclearRulesets") List<Chain> chains) {
    Passage passage = reach(chains).of(toPort(1));
    List<Match> unknown =
        chains.stream()
            .flatMap(chain -> chain.rules().stream())
            .flatMap(rule -> rule.matches().stream())
            .filter(Match.Unknown.class::isInstance)
            .distinct()
            .toList();
    for (int low = 0; low < ADDRESSES; low++) {
      IpAddress address = new IpAddress(Family.IPV4, 0, low);
      for (int truths = 0; truths < 1 << unknown.size(); truths++) {
        List<Match> holding = new ArrayList<>();
        for (int i = 0; i < unknown.size(); i++) {
          if ((truths >> i & 1) == 1) {
            holding.add(unknown.get(i));
          }
        }
        boolean passes = new OnePacket(chains, address, 1, holding).passes();
        if (passage.through().contains(address)) {
          assertThat(passes).as("%s is sure to pass %s", address, chains).isTrue();
        } else if (!passage.unsure().contains(address)) {
          assertThat(passes).as("%s is sure not to pass %s", address, chains).isFalse();
        }
      }
    }
  }

  @Provide
  Arbitrary<List<Chain>> unclearRulesets() {
    return chains(
        Arbitraries.integers()
            .between(1, 3)
            .map(number -> (Match) new Match.Unknown("-m unknown " + number))
            .optional(0.3));
  }

  @Provide
  Arbitrary<List<Chain>> rulesets() {
    return chains(Arbitraries.just(Optional.empty()));
  }

  private static Arbitrary<List<Chain>> chains(Arbitrary<Optional<Match>> unknown) {
    List<Arbitrary<Chain>> chains = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      String name = "FWCTL-" + i;
      chains.add(
          rule(i, unknown)
              .list()
              .ofMaxSize(6)
              .map(rules -> new Chain(name, Optional.empty(), rules)));
    }
    return Combinators.combine(chains).as(list -> list);
  }

  /** Makes a rule; a chain calls only later ones, so that there are no circles. */
  private static Arbitrary<Rule> rule(int chain, Arbitrary<Optional<Match>> unknown) {
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
            source,
            port,
            mark,
            unknown,
            Arbitraries.of(targets),
            Arbitraries.integers().between(0, 9))
        .as(
            (from, to, marked, unclear, target, number) -> {
              List<Match> matches = new ArrayList<>();
              from.ifPresent(matches::add);
              to.ifPresent(matches::add);
              marked.ifPresent(matches::add);
              unclear.ifPresent(matches::add);
              return new Rule(matches, Optional.of(target), Optional.of("rule " + number));
            });
  }

  /** One packet, taken through the chains as iptables(8) says. */
  private static final class OnePacket {
    private final List<Chain> chains;
    private final IpAddress address;
    private final int port;
    private final List<Match> holding;
    private long mark;

    OnePacket(List<Chain> chains, IpAddress address, int port, List<Match> holding) {
      this.chains = chains;
      this.address = address;
      this.port = port;
      this.holding = holding;
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
        case Match.Unknown it -> holding.contains(it);
        case Match.PacketMark it -> ((mark & it.mask()) == it.value()) != it.negated();
        default -> throw new IllegalStateException("not made here: " + match);
      };
    }
  }
}
