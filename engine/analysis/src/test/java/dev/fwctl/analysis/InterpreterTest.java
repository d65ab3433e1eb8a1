package dev.fwctl.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Outcome;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpreterTest {
  private static final List<Hook> INPUT = List.of(new Hook("filter", "INPUT"));
  private static final NamedSet OFFICE =
      new NamedSet("office", Family.IPV4, AddressSet.of(IpPrefix.of("203.0.113.0/24")));

  private static Interpreter rules(String... lines) {
    return new Interpreter(
        RulesetText.parse("*filter\n" + String.join("\n", lines) + "\nCOMMIT\n"), List.of(OFFICE));
  }

  private static Interpreter input(String... rules) {
    return rules(
        ":INPUT ACCEPT [0:0]\n:OWN - [0:0]\n-A INPUT " + String.join("\n-A INPUT ", rules));
  }

  private static Packet packet(State state, boolean reply, Set<String> types, String... ends) {
    IpAddress source = IpAddress.of(ends[0]);
    IpAddress destination = IpAddress.of(ends[1]);
    return new Packet(
        Optional.of("eth0"),
        Optional.empty(),
        source,
        destination,
        new Packet.Payload.Ports("tcp", 40000, 8081, Optional.of(Set.of(TcpFlag.SYN))),
        new Packet.Tracking(state, reply, false, false, destination, 8081),
        types,
        0);
  }

  private static Packet fresh() {
    return packet(State.NEW, false, Set.of("LOCAL"), "203.0.113.5", "192.0.2.11");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -s 203.0.113.0/24                                | true
          ! -s 203.0.113.0/24                              | false
          -d 192.0.2.11/32 -i eth+                         | true
          ! -i eth0                                        | false
          -o eth0                                          | false
          ! -o eth0                                        | true
          -p udp                                           | false
          -p tcp -m tcp --sport 40000 --dport 8000:8100    | true
          -p tcp -m tcp ! --dport 8081                     | false
          -p tcp -m multiport --dports 80,8081             | true
          -p tcp -m multiport ! --dports 80,443            | true
          -p tcp -m multiport --sports 8081,40000          | true
          -p tcp -m multiport ! --sports 40000             | false
          -p tcp -m multiport --ports 80,40000             | true
          -p tcp -m multiport ! --ports 80,8081            | false
          -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN    | true
          -p tcp -m tcp ! --tcp-flags SYN SYN              | false
          -p tcp -m tcp --tcp-flags ALL NONE               | false
          -p tcp -m tcp --tcp-flags ACK NONE               | true
          -p tcp -m tcp --tcp-flags ACK SYN                | false
          -p icmp -m icmp --icmp-type 8                    | false
          -m conntrack --ctstate NEW,RELATED               | true
          -m conntrack ! --ctstate DNAT                    | true
          -m conntrack --ctdir REPLY                       | false
          -m conntrack --ctorigdstport 8081 --ctdir ORIGINAL --ctorigdst 192.0.2.11/32 | true
          -m addrtype --dst-type LOCAL,BROADCAST           | true
          -m addrtype ! --dst-type LOCAL                   | false
          -m set --match-set office src                    | true
          -m set ! --match-set office dst                  | true
          -m mark --mark 0x1/0x1                           | false
          -m mark ! --mark 0x1/0x1                         | true
          """)
  void judgesByEveryMatch(String matches, boolean holds) {
    assertThat(input(matches + " -j DROP").walk(fresh(), INPUT).verdict())
        .isEqualTo(holds ? Verdict.DROPPED : Verdict.ACCEPTED);
  }

  @Test
  void goesThroughChainsAsTheKernelDoes() {
    Interpreter interpreter =
        rules(
            """
            :INPUT DROP [0:0]
            :ONE - [0:0]
            :TWO - [0:0]
            -A INPUT -j ONE
            -A INPUT -m mark --mark 0x2/0x2 -j REJECT --reject-with tcp-reset
            -A ONE -j MARK --set-xmark 0x2/0x2
            -A ONE -g TWO
            -A ONE -j ACCEPT
            -A TWO
            -A TWO -j LOG --log-prefix "x "
            -A TWO -s 10.0.0.0/8 -j ACCEPT
            -A TWO -j RETURN
            -A TWO -j ACCEPT""");
    Outcome outcome = interpreter.walk(fresh(), INPUT);
    assertThat(outcome.verdict()).isEqualTo(Verdict.REJECTED);
    assertThat(outcome.packet().mark()).isEqualTo(2);
    assertThat(outcome.trace())
        .extracting(step -> step.chain() + " " + step.position())
        .containsExactly("INPUT 1", "ONE 1", "ONE 2", "TWO 1", "TWO 2", "TWO 4", "INPUT 2");
  }

  @Test
  void endsAChainWithItsPolicy() {
    assertThat(rules(":INPUT DROP [0:0]").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.DROPPED);
    assertThat(rules(":INPUT ACCEPT [0:0]").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.ACCEPTED);
    assertThat(rules(":FORWARD DROP [0:0]").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.ACCEPTED);
  }

  @Test
  void leavesAcceptedPacketsToTheNextHook() {
    Interpreter interpreter =
        new Interpreter(
            RulesetText.parse(
                """
                *mangle
                :INPUT ACCEPT [0:0]
                -A INPUT -j ACCEPT
                COMMIT
                *filter
                :INPUT ACCEPT [0:0]
                -A INPUT -j DROP
                COMMIT
                """),
            List.of());
    assertThat(interpreter.walk(fresh(), Interpreter.DELIVERED).verdict())
        .isEqualTo(Verdict.DROPPED);
  }

  /**
   * The kernel's conntrack match: without a connection, states decide alone, else nothing holds.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INVALID   | -m conntrack --ctdir ORIGINAL                    | false
          INVALID   | -m conntrack --ctdir REPLY                       | false
          INVALID   | -m conntrack ! --ctorigdstport 1                 | false
          INVALID   | -m conntrack ! --ctstate DNAT --ctdir ORIGINAL   | true
          INVALID   | -m conntrack --ctstate INVALID --ctdir REPLY     | true
          UNTRACKED | -m conntrack --ctstate INVALID                   | false
          UNTRACKED | -m conntrack --ctstate UNTRACKED                 | true
          """)
  void judgesPacketsWithoutAConnection(State state, String matches, boolean holds) {
    Packet packet = packet(state, false, Set.of("LOCAL"), "203.0.113.5", "192.0.2.11");
    assertThat(input(matches + " -j DROP").walk(packet, INPUT).verdict())
        .isEqualTo(holds ? Verdict.DROPPED : Verdict.ACCEPTED);
  }

  /** For IPv6, several types in one match are not "any of them". */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LOCAL,MULTICAST | false
          LOCAL           | true
          LOCAL,ANYCAST   | true
          LOCAL,UNICAST   | true
          MULTICAST       | false
          """)
  void judgesTypesOfIpv6AddressesAsTheKernelDoes(String types, boolean holds) {
    Packet packet =
        packet(State.NEW, false, Set.of("LOCAL", "UNICAST"), "2001:db8::5", "2001:db8::11");
    assertThat(input("-m addrtype --dst-type " + types + " -j DROP").walk(packet, INPUT).verdict())
        .isEqualTo(holds ? Verdict.DROPPED : Verdict.ACCEPTED);
  }

  @Test
  void dependsOnWhatItDoesNotKnowOnlyWhereItMatters() {
    String unknown = "-m limit --limit 5/min";
    assertThat(input(unknown + " -j ACCEPT").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(input("-p udp " + unknown + " -j ACCEPT").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.ACCEPTED);
    assertThat(input("-m set --match-set nobody src -j DROP").walk(fresh(), INPUT).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    Packet flagless =
        new Packet(
            Optional.of("eth0"),
            Optional.empty(),
            fresh().source(),
            fresh().destination(),
            new Packet.Payload.Ports("tcp", 40000, 8081),
            fresh().tracking(),
            Set.of("LOCAL"),
            0);
    assertThat(input("-p tcp -m tcp --syn -j DROP").walk(flagless, INPUT).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(input("-j QUEUE").walk(fresh(), INPUT).verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void refusesRulesetsThatNoKernelTakes() {
    Rule jump = new Rule(List.of(), Optional.of(new Target.Goto("INPUT")), Optional.empty());
    Interpreter circle =
        new Interpreter(
            List.of(
                new Table(
                    "filter", List.of(new Chain("INPUT", Optional.of("ACCEPT"), List.of(jump))))),
            List.of());
    assertThatThrownBy(() -> circle.walk(fresh(), INPUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("circle");
  }
}
