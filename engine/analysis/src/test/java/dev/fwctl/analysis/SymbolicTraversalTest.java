package dev.fwctl.analysis;

import static dev.fwctl.analysis.TestNetworks.link;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SymbolicTraversalTest {
  private static final Set<Ending> ARRIVES = EnumSet.of(Ending.DELIVERED, Ending.SENT);

  private static final NetworkFacts HOST =
      new NetworkFacts(
          "web-01",
          List.of(link("eth0", "192.0.2.11/24"), link("docker0", "172.17.0.1/16")),
          List.of(
              new Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("192.0.2.1")), "eth0"),
              new Route(IpPrefix.of("172.17.0.0/16"), Optional.empty(), "docker0"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "one"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "two")),
          false);

  private static final NamedSet OFFICE =
      new NamedSet("office", Family.IPV4, AddressSet.of(IpPrefix.of("203.0.113.0/24")));

  private static final String NAT =
      """
      *nat
      :PREROUTING ACCEPT [0:0]
      -A PREROUTING ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80
      COMMIT
      """;

  private static SymbolicTraversal traversal(String... filter) {
    List<Table> tables =
        RulesetText.parse(NAT + "*filter\n" + String.join("\n", filter) + "\nCOMMIT\n");
    return new SymbolicTraversal(Family.IPV4, tables, List.of(OFFICE), HOST);
  }

  private static PacketSet fromEth0(PacketSpace space, int port) {
    return space
        .opening()
        .and(space.arrivingBy(Optional.of("eth0")))
        .and(space.to(AddressSet.of(IpPrefix.of("192.0.2.11"))))
        .and(space.ofProtocol("tcp"))
        .and(space.toPorts(PortRange.single(port)));
  }

  private static Answer arrives(SymbolicTraversal traversal, PacketSet packets) {
    return traversal.of(packets).always(packets, ARRIVES);
  }

  @Test
  void provesWhatIsTrueOfAll() {
    SymbolicTraversal traversal =
        traversal(
            ":INPUT DROP [0:0]",
            "-A INPUT -m limit --limit 5/min -j ACCEPT",
            "-A INPUT -m set --match-set office src -p tcp -m tcp --dport 22 -j ACCEPT");
    PacketSpace space = traversal.space();
    PacketSet ssh = fromEth0(space, 22).and(space.from(OFFICE.members()));
    assertThat(arrives(traversal, ssh)).isEqualTo(new Answer.Proved());
  }

  /** Connection tracking has type and code of a message where others have the port. */
  @Test
  void takesTheKindOfAMessageForTheOriginalPort() {
    SymbolicTraversal traversal =
        traversal(":INPUT DROP [0:0]", "-A INPUT -m conntrack --ctorigdstport 2048 -j ACCEPT");
    PacketSpace space = traversal.space();
    PacketSet ping =
        space
            .opening()
            .and(space.arrivingBy(Optional.of("eth0")))
            .and(space.to(AddressSet.of(IpPrefix.of("192.0.2.11"))))
            .and(space.ofProtocol("icmp"));
    Packet accepted = traversal.of(ping).ending(ARRIVES).witness().orElseThrow();
    assertThat(accepted.payload()).isEqualTo(new Packet.Payload.Icmp(8, 0));
    assertThat(accepted.tracking().originalPort()).isEqualTo(2048);
    assertThat(arrives(traversal, ping.and(space.ofIcmpType(13))))
        .isInstanceOf(Answer.Refuted.class);
  }

  @Test
  void asksOneHookAboutPacketsThatAreTracked() {
    SymbolicTraversal traversal =
        traversal(":INPUT DROP [0:0]", "-A INPUT -m conntrack --ctstate NEW -j ACCEPT");
    PacketSet opening = traversal.space().opening();
    assertThat(traversal.at(new Hook("filter", "INPUT"), opening))
        .containsEntry(Verdict.ACCEPTED, opening);
  }

  @Test
  void refutesByAPacket() {
    SymbolicTraversal traversal =
        traversal(
            ":INPUT DROP [0:0]",
            "-A INPUT -s 203.0.113.0/25 -p tcp -m tcp --dport 22 -j ACCEPT",
            "-A INPUT -s 203.0.113.128/26 -m limit --limit 5/min -j ACCEPT");
    PacketSpace space = traversal.space();
    PacketSet ssh = fromEth0(space, 22).and(space.from(OFFICE.members()));
    assertThat(arrives(traversal, ssh))
        .isInstanceOfSatisfying(
            Answer.Refuted.class,
            answer -> {
              assertThat(IpPrefix.of("203.0.113.192/26").contains(answer.witness().source()))
                  .isTrue();
              assertThat(ssh.contains(answer.witness())).isTrue();
            });
  }

  @Test
  void namesTheRulesThatItDependsOn() {
    SymbolicTraversal traversal =
        traversal(
            ":INPUT DROP [0:0]",
            "-A INPUT -m limit --limit 5/min -j LOG",
            "-A INPUT -s 203.0.113.7/32 -j QUEUE",
            "-A INPUT -s 198.51.100.0/24 -m recent --rcheck -j ACCEPT",
            "-A INPUT -m mac --mac-source 00:16:3e:00:00:01 -j DROP",
            "-A INPUT -s 203.0.113.0/24 -j ACCEPT");
    PacketSpace space = traversal.space();
    PacketSet ssh = fromEth0(space, 22).and(space.from(OFFICE.members()));
    assertThat(arrives(traversal, ssh))
        .isInstanceOfSatisfying(
            Answer.Depends.class,
            answer -> {
              assertThat(answer.rules())
                  .extracting(step -> step.chain() + " " + step.position())
                  .containsExactlyInAnyOrder("INPUT 2", "INPUT 4");
              assertThat(answer.interfaces()).isEmpty();
              assertThat(ssh.contains(answer.witness())).isTrue();
            });
  }

  @Test
  void namesTheInterfacesThatItDependsOn() {
    SymbolicTraversal traversal = traversal(":FORWARD ACCEPT [0:0]");
    PacketSpace space = traversal.space();
    PacketSet there =
        space
            .opening()
            .and(space.arrivingBy(Optional.of("eth0")))
            .and(space.to(AddressSet.of(IpPrefix.of("10.9.0.1"))));
    assertThat(arrives(traversal, there))
        .isInstanceOfSatisfying(
            Answer.Depends.class,
            answer -> {
              assertThat(answer.interfaces()).containsExactly(Set.of("one", "two"));
              assertThat(answer.rules()).isEmpty();
            });
  }

  /** Asked twice, a match that differs from time to time may say yes and then no. */
  @Test
  void asksAgainWhatDiffersFromTimeToTime() {
    String[] twice = {
      ":INPUT DROP [0:0]",
      ":OWN - [0:0]",
      "-A INPUT -j OWN",
      "-A INPUT -j OWN",
      "-A INPUT -m mark --mark 0x1 -j ACCEPT",
      "-A OWN %s -j MARK --set-xmark 0x1/0x0"
    };
    for (String match :
        List.of("-m limit --limit 5/min", "-m mac --mac-source 00:16:3e:00:00:01")) {
      twice[5] = "-A OWN " + match + " -j MARK --set-xmark 0x1/0x0";
      SymbolicTraversal traversal = traversal(twice);
      PacketSet ssh = fromEth0(traversal.space(), 22);
      Answer answer = traversal.of(ssh).always(ssh, EnumSet.of(Ending.DROPPED));
      if (match.contains("limit")) {
        assertThat(answer).isInstanceOf(Answer.Depends.class);
      } else {
        assertThat(answer).isEqualTo(new Answer.Proved());
      }
    }
  }

  @Test
  void tellsWhoReachesAContainer() {
    SymbolicTraversal traversal =
        traversal(
            ":FORWARD DROP [0:0]",
            "-A FORWARD -s 203.0.113.9/32 -j DROP",
            "-A FORWARD -d 172.17.0.2/32 -o docker0 -s 203.0.113.0/24 -p tcp -m tcp --dport 80"
                + " -m conntrack --ctorigdstport 8081 -j ACCEPT");
    PacketSpace space = traversal.space();
    Journeys journeys = traversal.of(space.opening().and(space.arrivingBy(Optional.of("eth0"))));
    List<Journeys.End> there =
        journeys.ends().stream().filter(end -> end.ending() == Ending.SENT).toList();
    assertThat(there)
        .extracting(Journeys.End::translation)
        .containsExactly(Optional.of(new Translation(IpAddress.of("172.17.0.2"), Optional.of(80))));
    assertThat(there.getFirst().packets().sources())
        .isEqualTo(OFFICE.members().minus(AddressSet.of(IpPrefix.of("203.0.113.9"))));
    Packet witness = there.getFirst().packets().witness().orElseThrow();
    assertThat(witness.payload())
        .isInstanceOfSatisfying(
            Packet.Payload.Ports.class, ports -> assertThat(ports.destination()).isEqualTo(8081));
  }

  @Test
  void takesPacketsPastOneHook() {
    SymbolicTraversal traversal =
        traversal(
            ":FORWARD DROP [0:0]",
            "-A FORWARD -i eth0 -o docker0 -j ACCEPT",
            "-A FORWARD -j REJECT --reject-with tcp-reset");
    PacketSpace space = traversal.space();
    Map<Verdict, PacketSet> verdicts = traversal.at(new Hook("filter", "FORWARD"), space.any());
    PacketSet accepted = verdicts.getOrDefault(Verdict.ACCEPTED, space.none());
    assertThat(accepted.witness().orElseThrow().out()).contains("docker0");
    assertThat(accepted.isPartOf(space.arrivingBy(Optional.of("eth0")))).isTrue();
    assertThat(verdicts).containsEntry(Verdict.DROPPED, space.none());
    assertThat(verdicts).containsEntry(Verdict.REJECTED, accepted.complement());
    assertThat(verdicts).containsEntry(Verdict.UNDECIDED, space.none());
  }

  @Test
  void findsRulesThatApplyToNoPacket() {
    SymbolicTraversal traversal =
        traversal(
            ":INPUT DROP [0:0]",
            ":OWN - [0:0]",
            ":NEVER - [0:0]",
            "-A INPUT -s 10.0.0.0/9 -j ACCEPT",
            "-A INPUT -s 10.128.0.0/9 -m limit --limit 5/min -j ACCEPT",
            "-A INPUT -s 10.1.0.0/16 -j DROP",
            "-A INPUT -s 10.128.0.0/16 -j DROP",
            "-A INPUT -p tcp -j OWN",
            "-A INPUT -s 10.0.0.0/8 -p tcp -j LOG",
            "-A INPUT -i docker0 -o eth0 -j NEVER",
            "-A INPUT -j DROP",
            "-A INPUT -j ACCEPT",
            "-A OWN -p udp -j ACCEPT",
            "-A OWN ! -s 10.0.0.0/9 -j ACCEPT",
            "-A OWN -m mac --mac-source 00:16:3e:00:00:01 -j ACCEPT",
            "-A NEVER -j ACCEPT");
    assertThat(traversal.idleRules(traversal.space().any()))
        .filteredOn(idle -> idle.step().table().equals("filter"))
        .extracting(
            idle -> idle.step().chain() + " " + idle.step().position() + " " + idle.reason())
        .containsExactly(
            "INPUT 3 SHADOWED",
            "INPUT 6 SHADOWED",
            "INPUT 7 IMPOSSIBLE",
            "INPUT 9 SHADOWED",
            "OWN 1 IMPOSSIBLE",
            "OWN 3 SHADOWED",
            "NEVER 1 UNREACHED");
  }

  @Test
  void setsAreThoseOfTheirDescriptions() {
    PacketSpace space = traversal(":INPUT ACCEPT [0:0]").space();
    PacketSet some = fromEth0(space, 22).and(space.fromPorts(new PortRange(1024, 65535)));
    assertThat(some.sources()).isEqualTo(AddressSet.of(IpPrefix.of("0.0.0.0/0")));
    assertThat(some.and(space.in(EnumSet.of(State.ESTABLISHED)))).isEqualTo(space.none());
    assertThat(some.and(space.ofIcmpType(8)).isEmpty()).isTrue();
    assertThat(some.complement().or(some)).isEqualTo(space.any()).hasSameHashCodeAs(space.any());
    assertThat(space.none().witness()).isEmpty();
    assertThatThrownBy(() -> some.and(traversal(":INPUT ACCEPT [0:0]").space().any()))
        .hasMessageContaining("two spaces");
  }

  /** As many rules as make the store collect, many times; with a fixed seed. */
  @Test
  void keepsWhatIsNeededOfManyRules() {
    Random random = new Random(7);
    StringBuilder rules = new StringBuilder("*filter\n:INPUT DROP [0:0]\n");
    for (int rule = 0; rule < 1500; rule++) {
      rules.append(
          "-A INPUT -s %s -d %s -p tcp -m tcp --dport %d -j %s\n"
              .formatted(
                  network(random),
                  network(random),
                  1 + random.nextInt(2000),
                  random.nextBoolean() ? "ACCEPT" : "DROP"));
    }
    List<Table> tables = RulesetText.parse(rules + "COMMIT\n");
    SymbolicTraversal traversal = new SymbolicTraversal(Family.IPV4, tables, List.of(), HOST);
    PacketSpace space = traversal.space();
    Journeys journeys = traversal.of(space.any());
    assertThat(space.largestSize()).isGreaterThan(1 << 16);
    Traversal concrete = new Traversal(tables, List.of(), HOST);
    for (int i = 0; i < 2000; i++) {
      Packet packet =
          space
              .opening()
              .and(fromEth0(space, 1 + random.nextInt(2000)))
              .and(space.from(AddressSet.of(IpPrefix.of(network(random)))))
              .witness()
              .orElseThrow();
      assertThat(journeys.ending(Set.of(concrete.of(packet).ending())).contains(packet)).isTrue();
    }
  }

  private static String network(Random random) {
    int length = random.nextInt(6, 20);
    long address = random.nextLong(1L << length) << (32 - length);
    return new IpAddress(Family.IPV4, 0, address) + "/" + length;
  }

  @Test
  void saysWhenRulesTellTooManyPacketsApart() {
    Random random = new Random(7);
    StringBuilder rules = new StringBuilder("*filter\n:INPUT DROP [0:0]\n");
    for (int rule = 0; rule < 300; rule++) {
      rules.append("-A INPUT -s %s -j ACCEPT\n".formatted(network(random)));
    }
    List<Table> tables = RulesetText.parse(rules + "COMMIT\n");
    SymbolicTraversal traversal =
        new SymbolicTraversal(Family.IPV4, tables, List.of(), HOST, 1_000);
    assertThatThrownBy(() -> traversal.of(traversal.space().any()))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("1,000 nodes");
  }
}
