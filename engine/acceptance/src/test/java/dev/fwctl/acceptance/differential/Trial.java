package dev.fwctl.acceptance.differential;

import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.RandomRulesets;
import dev.fwctl.analysis.Routing;
import dev.fwctl.model.Family;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.RandomGenerator;

/**
 * Rules, and packets that aim at their edges.
 *
 * @param family the family of all of them
 * @param tables the rules
 * @param shots the packets
 */
record Trial(Family family, List<Table> tables, List<Shot> shots) {
  /** How many packets each has. */
  static final int SHOTS = 50;

  /** What jqwik calls the size of a generator: how often it will about be asked. */
  private static final int GENERATIONS = 1000;

  private static final List<String> INTERFACES =
      List.of("eth0", "eth1", "eth+", "docker0", "lo", "br-+");

  /** Each holds for a packet or not, wherever it is asked. */
  private static final List<String> UNKNOWN =
      List.of("-m length --length 0:30", "-m tos --tos 0x00/0xff");

  Trial {
    tables = List.copyOf(tables);
    shots = List.copyOf(shots);
  }

  /** Draws one; of the seeds, every fourth gives rules some of which are not understood. */
  static Trial draw(long seed, NetworkFacts network) {
    Random random = new Random(seed);
    Family family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
    RandomRulesets rulesets =
        new RandomRulesets(
            family,
            INTERFACES,
            Topology.addresses(family),
            Topology.targets(family),
            List.of(80, 8081, 0, 65535),
            Topology.sets(family).stream().map(NamedSet::name).toList(),
            Math.floorMod(seed, 4) == 0 ? UNKNOWN : List.of());
    List<Table> tables = rulesets.tables().generator(GENERATIONS).next(random).value();
    RandomGenerator<Packet> packets = rulesets.packets(tables).generator(GENERATIONS);
    Routing routing = new Routing(network);
    List<Shot> shots = new ArrayList<>();
    Set<Set<String>> connections = new HashSet<>();
    while (shots.size() < SHOTS) {
      Shot.of(packets.next(random).value(), shots.size() + 1, routing)
          .filter(shot -> shot.before().isEmpty() || connections.add(shot.connection()))
          .ifPresent(shots::add);
    }
    return new Trial(family, tables, shots);
  }

  Trial with(List<Table> otherTables) {
    return new Trial(family, otherTables, shots);
  }

  Trial with(Shot only) {
    return new Trial(family, tables, List.of(only));
  }

  boolean isUnderstood() {
    return tables.stream()
        .flatMap(table -> table.chains().stream())
        .flatMap(chain -> chain.rules().stream())
        .flatMap(rule -> rule.matches().stream())
        .noneMatch(Match.Unknown.class::isInstance);
  }

  /** Returns all trials that have one rule less, or one match less in a rule. */
  List<Trial> smaller() {
    List<Trial> smaller = new ArrayList<>();
    for (int table = 0; table < tables.size(); table++) {
      List<Chain> chains = tables.get(table).chains();
      for (int chain = 0; chain < chains.size(); chain++) {
        List<Rule> rules = chains.get(chain).rules();
        for (int rule = 0; rule < rules.size(); rule++) {
          smaller.add(with(table, chain, without(rules, rule)));
          List<Match> matches = rules.get(rule).matches();
          for (int match = 0; match < matches.size(); match++) {
            Rule wider =
                new Rule(
                    without(matches, match), rules.get(rule).target(), rules.get(rule).comment());
            smaller.add(with(table, chain, set(rules, rule, wider)));
          }
        }
      }
    }
    return smaller;
  }

  private Trial with(int table, int chain, List<Rule> rules) {
    List<Chain> chains = tables.get(table).chains();
    Chain changed = new Chain(chains.get(chain).name(), chains.get(chain).policy(), rules);
    return with(
        set(tables, table, new Table(tables.get(table).name(), set(chains, chain, changed))));
  }

  private static <T> List<T> without(List<T> list, int index) {
    List<T> rest = new ArrayList<>(list);
    rest.remove(index);
    return rest;
  }

  private static <T> List<T> set(List<T> list, int index, T value) {
    List<T> changed = new ArrayList<>(list);
    changed.set(index, value);
    return changed;
  }
}
