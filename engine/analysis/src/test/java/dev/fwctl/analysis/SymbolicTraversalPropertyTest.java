package dev.fwctl.analysis;

import static dev.fwctl.analysis.TestNetworks.link;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Holds the walk of sets of packets against that of each packet by itself. */
class SymbolicTraversalPropertyTest {
  private static final NetworkFacts HOST =
      new NetworkFacts(
          "web-01",
          List.of(
              link("lo", "127.0.0.1/8", "::1/128"),
              link("eth0", "192.0.2.11/24", "2001:db8::11/64"),
              link("eth1"),
              link("docker0", "172.17.0.1/16", "fd00:17::1/64")),
          List.of(
              new Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("192.0.2.1")), "eth0"),
              new Route(IpPrefix.of("192.0.2.0/24"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("172.17.0.0/16"), Optional.empty(), "docker0"),
              new Route(IpPrefix.of("198.51.100.0/25"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("198.51.100.0/25"), Optional.empty(), "eth1"),
              new Route(IpPrefix.of("2001:db8::/64"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("2001:db8:7::/48"), Optional.empty(), "eth1"),
              new Route(IpPrefix.of("fd00:17::/64"), Optional.empty(), "docker0")),
          true);

  /** Each holds for a packet or not, wherever it is asked. */
  private static final List<String> UNKNOWN =
      List.of(
          "-m mac --mac-source 00:16:3e:00:00:01",
          "-m mac --mac-source 00:16:3e:00:00:02",
          "-m length --length 100:200");

  private static final NamedSet OFFICE =
      new NamedSet(
          "office",
          Family.IPV4,
          AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8:7::/48")));

  private static RandomRulesets rulesets(Family family, List<String> unknown) {
    boolean ipv4 = family == Family.IPV4;
    return new RandomRulesets(
        family,
        List.of("eth0", "eth1", "eth+", "docker0", "lo", "br-+"),
        addresses(
            ipv4
                ? "192.0.2.11 192.0.2.255 172.17.0.2 203.0.113.5 198.51.100.7 127.0.0.1 224.0.0.1"
                    + " 127.255.255.255"
                : "2001:db8::11 fd00:17::2 2001:db8:7::5 2001:db8:9::9 ::1 ff02::1"),
        addresses(ipv4 ? "172.17.0.2 127.0.0.1" : "fd00:17::2 2001:db8::11"),
        List.of(80, 8081, 0, 65535),
        List.of(OFFICE.name()),
        unknown);
  }

  private static List<IpAddress> addresses(String words) {
    return List.of(words.split(" ")).stream().map(IpAddress::of).toList();
  }

  /** Rules, and packets that aim at them. */
  private record Case(Family family, List<Table> tables, List<Packet> packets) {
    @Override
    public String toString() {
      return RulesetText.render(family, tables) + packets;
    }
  }

  private static Arbitrary<Case> cases(List<String> unknown) {
    return Arbitraries.of(Family.class)
        .flatMap(
            family -> {
              RandomRulesets rulesets = rulesets(family, unknown);
              return rulesets
                  .tables()
                  .flatMap(
                      tables ->
                          rulesets
                              .packets(tables)
                              .list()
                              .ofMinSize(1)
                              .ofMaxSize(30)
                              .map(packets -> new Case(family, tables, packets)));
            });
  }

  @Provide
  Arbitrary<Case> understood() {
    return cases(List.of());
  }

  @Provide
  Arbitrary<Case> withUnknown() {
    return cases(UNKNOWN);
  }

  private static Journeys journeys(Case given) {
    SymbolicTraversal traversal =
        new SymbolicTraversal(given.family(), given.tables(), List.of(OFFICE), HOST);
    return traversal.of(traversal.space().any());
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void setsGoTheWayOfEachOfTheirPackets(@ForAll("understood") Case given) {
    Journeys journeys = journeys(given);
    Traversal traversal = new Traversal(given.tables(), List.of(OFFICE), HOST);
    for (Packet packet : given.packets()) {
      Journey journey = traversal.of(packet);
      List<End> ends =
          journeys.ends().stream().filter(end -> end.packets().contains(packet)).toList();
      assertThat(ends).as("%s goes %s", packet, journey).hasSize(1);
      assertThat(ends.getFirst().ending())
          .as("%s goes %s", packet, journey)
          .isEqualTo(journey.ending());
      assertThat(ends.getFirst().translation())
          .isEqualTo(
              journey.stages().stream()
                  .filter(Journey.Translated.class::isInstance)
                  .map(Journey.Translated.class::cast)
                  .map(stage -> new Translation(stage.address(), stage.port()))
                  .findFirst());
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void everyWitnessIsAPacketThatGoesThatWay(@ForAll("understood") Case given) {
    Journeys journeys = journeys(given);
    Traversal traversal = new Traversal(given.tables(), List.of(OFFICE), HOST);
    for (End end : journeys.ends()) {
      Packet witness = end.packets().witness().orElseThrow();
      assertThat(end.packets().contains(witness)).isTrue();
      assertThat(traversal.of(witness).ending()).as("%s", witness).isEqualTo(end.ending());
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void idleRulesApplyToNoPacket(@ForAll("understood") Case given) {
    SymbolicTraversal symbolic =
        new SymbolicTraversal(given.family(), given.tables(), List.of(OFFICE), HOST);
    Set<Step> idle =
        symbolic.idleRules(symbolic.space().any()).stream()
            .map(IdleRule::step)
            .collect(Collectors.toSet());
    Traversal traversal = new Traversal(given.tables(), List.of(OFFICE), HOST);
    for (Packet packet : given.packets()) {
      for (Journey.Stage stage : traversal.of(packet).stages()) {
        if (stage instanceof Journey.Asked asked) {
          assertThat(asked.steps()).as("%s", packet).noneMatch(idle::contains);
        }
      }
    }
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void whatIsNotUnderstoodIsTakenBothWays(@ForAll("withUnknown") Case given) {
    Journeys journeys = journeys(given);
    List<Traversal> resolved = new ArrayList<>();
    for (int holding = 0; holding < 1 << UNKNOWN.size(); holding++) {
      resolved.add(new Traversal(resolve(given.tables(), holding), List.of(OFFICE), HOST));
    }
    for (Packet packet : given.packets()) {
      Set<Ending> endings = EnumSet.noneOf(Ending.class);
      resolved.forEach(traversal -> endings.add(traversal.of(packet).ending()));
      for (Ending ending : Ending.values()) {
        PacketSet packets = journeys.ending(Set.of(ending));
        assertThat(packets.possible().contains(packet))
            .as("%s may end %s", packet, ending)
            .isEqualTo(endings.contains(ending));
        assertThat(packets.certain().contains(packet))
            .as("%s must end %s", packet, ending)
            .isEqualTo(endings.equals(Set.of(ending)));
      }
    }
  }

  /** Makes each unknown match true or false, by the bits of a number. */
  private static List<Table> resolve(List<Table> tables, int holding) {
    List<Table> resolved = new ArrayList<>();
    for (Table table : tables) {
      List<Chain> chains = new ArrayList<>();
      for (Chain chain : table.chains()) {
        List<Rule> rules = new ArrayList<>();
        for (Rule rule : chain.rules()) {
          List<Match> known = new ArrayList<>(rule.matches());
          boolean applies = true;
          for (Match match : rule.matches()) {
            if (match instanceof Match.Unknown unknown) {
              known.remove(match);
              applies &= (holding >> UNKNOWN.indexOf(unknown.text()) & 1) == 1;
            }
          }
          if (applies) {
            rules.add(new Rule(known, rule.target(), rule.comment()));
          }
        }
        chains.add(new Chain(chain.name(), chain.policy(), rules));
      }
      resolved.add(new Table(table.name(), chains));
    }
    return resolved;
  }
}
