package dev.fwctl.analysis;

import static dev.fwctl.analysis.TestNetworks.link;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey.Asked;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journey.Routed;
import dev.fwctl.analysis.Journey.Stage;
import dev.fwctl.analysis.Journey.Translated;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraversalTest {
  private static final NetworkFacts HOST =
      new NetworkFacts(
          "web-01",
          List.of(
              link("lo", "127.0.0.1/8", "::1/128"),
              link("eth0", "192.0.2.11/24", "2001:db8::11/64"),
              link("docker0", "172.17.0.1/16", "fd00:17::1/64")),
          List.of(
              new Route(IpPrefix.of("0.0.0.0/0"), Optional.of(IpAddress.of("192.0.2.1")), "eth0"),
              new Route(IpPrefix.of("192.0.2.0/24"), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("172.17.0.0/16"), Optional.empty(), "docker0"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "one"),
              new Route(IpPrefix.of("10.9.0.0/16"), Optional.empty(), "two"),
              new Route(IpPrefix.of("2001:db8::/64"), Optional.empty(), "eth0")),
          true);

  /** What Docker 20.10 writes for one container that publishes 8081, and its owner's rules. */
  private static final String DOCKER =
      """
      *raw
      :PREROUTING ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      -A PREROUTING -p udp -m udp --dport 53 -j NOTRACK
      -A PREROUTING ! -i lo -m conntrack --ctstate NEW -j DROP
      COMMIT
      *mangle
      :PREROUTING ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      -A PREROUTING -s 198.51.100.0/24 -j MARK --set-xmark 0x7/0xffffffff
      COMMIT
      *nat
      :PREROUTING ACCEPT [0:0]
      :INPUT ACCEPT [0:0]
      :OUTPUT ACCEPT [0:0]
      :POSTROUTING ACCEPT [0:0]
      :DOCKER - [0:0]
      -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
      -A PREROUTING -p tcp -m tcp --dport 2222 -j REDIRECT --to-ports 22
      -A PREROUTING -p tcp -m tcp --dport 7000 -j DNAT --to-destination 172.17.0.3-172.17.0.4
      -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
      -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
      -A DOCKER -i docker0 -j RETURN
      -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:80
      COMMIT
      *filter
      :INPUT DROP [0:0]
      :FORWARD DROP [0:0]
      :OUTPUT ACCEPT [0:0]
      :DOCKER - [0:0]
      :DOCKER-USER - [0:0]
      -A INPUT -i lo -j ACCEPT
      -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A INPUT -m limit --limit 5/min -j LOG --log-prefix "in: "
      -A INPUT -p udp -m udp --dport 53 -m conntrack --ctstate UNTRACKED -j ACCEPT
      -A INPUT -p tcp -m tcp --dport 22 --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT
      -A INPUT -p tcp -m tcp --dport 25 -m limit --limit 5/min -j ACCEPT
      -A INPUT -p tcp -j REJECT --reject-with tcp-reset
      -A FORWARD -j DOCKER-USER
      -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A FORWARD -o docker0 -j DOCKER
      -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
      -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
      -A DOCKER-USER -m mark --mark 0x7 -m conntrack --ctstate DNAT --ctorigdstport 8081 --ctdir ORIGINAL -j DROP
      -A DOCKER-USER -j RETURN
      COMMIT
      """;

  private static Packet packet(
      Optional<String> in, State state, String source, String destination, String service) {
    String[] parts = service.split("/");
    int port = Integer.parseInt(parts[0]);
    IpAddress to = IpAddress.of(destination);
    return new Packet(
        in,
        Optional.empty(),
        IpAddress.of(source),
        to,
        new Packet.Payload.Ports(parts[1], 40000, port, Optional.of(Set.of(TcpFlag.SYN))),
        new Packet.Tracking(state, false, false, false, to, port),
        Set.of(),
        0);
  }

  private static Packet fresh(String in, String source, String destination, String service) {
    return packet(Optional.of(in), State.NEW, source, destination, service);
  }

  private static Journey through(String rules, Packet packet) {
    return new Traversal(RulesetText.parse(rules), List.of(), HOST).of(packet);
  }

  private static List<String> words(Journey journey) {
    return journey.stages().stream().map(TraversalTest::words).toList();
  }

  private static String words(Stage stage) {
    return switch (stage) {
      case Asked asked ->
          asked.hook().table()
              + " "
              + asked.hook().chain()
              + asked.steps().stream()
                  .map(step -> " " + step.chain() + ":" + step.position())
                  .reduce("", String::concat)
              + (asked.byPolicy() ? " policy" : "");
      case Translated nat -> "to " + nat.address() + nat.port().map(port -> " " + port).orElse("");
      case Routed routed -> routed.here() ? "here" : "out " + String.join(",", routed.interfaces());
    };
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.11, 192.0.2.255, eth0",
    "192.0.2.11, 172.17.255.255, docker0",
    "192.0.2.11, 255.255.255.255, eth0",
    "192.0.2.11, 224.0.0.1, eth0",
  })
  void sendsWhatIsForAllOutOfTheHost(String source, String destination, String interfaceName) {
    Journey journey =
        through("", packet(Optional.empty(), State.NEW, source, destination, "67/udp"));
    assertThat(journey.ending()).isEqualTo(Ending.SENT);
    assertThat(journey.packet().out()).contains(interfaceName);
  }

  @Test
  void takesAPublishedPortToItsContainer() {
    Journey journey = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "8081/tcp"));
    assertThat(words(journey))
        .containsExactly(
            "nat PREROUTING PREROUTING:1 DOCKER:2",
            "to 172.17.0.2 80",
            "out docker0",
            "filter FORWARD FORWARD:1 DOCKER-USER:2 FORWARD:3 DOCKER:1");
    assertThat(journey.ending()).isEqualTo(Ending.SENT);
    assertThat(journey.decisive()).isEmpty();
    assertThat(journey.packet().out()).contains("docker0");
    assertThat(journey.packet().destination()).isEqualTo(IpAddress.of("172.17.0.2"));
  }

  @Test
  void knowsBehindNatWhatWasDialled() {
    Journey journey = through(DOCKER, fresh("eth0", "198.51.100.7", "192.0.2.11", "8081/tcp"));
    assertThat(words(journey))
        .containsExactly(
            "mangle PREROUTING PREROUTING:1 policy",
            "nat PREROUTING PREROUTING:1 DOCKER:2",
            "to 172.17.0.2 80",
            "out docker0",
            "filter FORWARD FORWARD:1 DOCKER-USER:1");
    assertThat(journey.ending()).isEqualTo(Ending.DROPPED);
    assertThat(journey.decisive())
        .hasValueSatisfying(step -> assertThat(step.chain()).isEqualTo("DOCKER-USER"));
  }

  @Test
  void goesEachWayFromARuleThatIsNotUnderstood() {
    Traversal traversal = new Traversal(RulesetText.parse(DOCKER), List.of(), HOST);
    List<Possibility> found =
        traversal.possibilities(fresh("eth0", "203.0.113.5", "192.0.2.11", "25/tcp"));

    assertThat(found)
        .extracting(one -> one.journey().ending())
        .containsExactly(Ending.DELIVERED, Ending.REJECTED);
    assertThat(found.getFirst().suppositions())
        .singleElement()
        .satisfies(
            supposed -> {
              assertThat(supposed.applies()).isTrue();
              assertThat(supposed.step().chain()).isEqualTo("INPUT");
              assertThat(supposed.step().position()).isEqualTo(6);
            });
    assertThat(found.getLast().suppositions()).extracting(one -> one.applies()).contains(false);
  }

  @Test
  void goesEachWayWhereSourceNatMayDrop() {
    String rules =
        """
        *nat
        :POSTROUTING DROP [0:0]
        -A POSTROUTING -m recent --name r -j ACCEPT
        COMMIT
        """;
    Packet packet = fresh("eth0", "203.0.113.5", "172.17.0.2", "80/tcp");
    Traversal traversal = new Traversal(RulesetText.parse(rules), List.of(), HOST);
    assertThat(traversal.possibilities(packet))
        .extracting(one -> one.journey().ending())
        .containsExactly(Ending.SENT, Ending.DROPPED);
    assertThat(through(rules.replace("DROP", "ACCEPT"), packet).ending()).isEqualTo(Ending.SENT);
    assertThat(through(rules.replace("-j ACCEPT", "-j QUEUE"), packet).ending())
        .isEqualTo(Ending.UNDECIDED);
  }

  @Test
  void asksForSourceNatOnce() {
    String rules =
        """
        *nat
        :INPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        -A INPUT -j SNAT --to-source 192.0.2.11
        -A POSTROUTING -j ACCEPT
        COMMIT
        """;
    Packet sent = packet(Optional.empty(), State.NEW, "192.0.2.11", "172.17.0.1", "80/tcp");
    assertThat(words(through(rules, sent)))
        .containsExactly("out lo", "nat POSTROUTING POSTROUTING:1", "here");
  }

  @Test
  void showsRulesTheInterfaceFromBeforeDestinationNat() {
    String rules =
        """
        *nat
        :OUTPUT ACCEPT [0:0]
        -A OUTPUT -p tcp -j DNAT --to-destination 172.17.0.2
        COMMIT
        *filter
        :OUTPUT DROP [0:0]
        -A OUTPUT -o eth0 -j ACCEPT
        COMMIT
        """;
    Packet sent = packet(Optional.empty(), State.NEW, "192.0.2.11", "203.0.113.5", "80/tcp");
    Journey journey = through(rules, sent);
    assertThat(journey.ending()).isEqualTo(Ending.SENT);
    assertThat(journey.packet().out()).contains("docker0");
  }

  @Test
  void knowsTheBroadcastAddressOfLoopback() {
    String rules =
        """
        *filter
        :INPUT DROP [0:0]
        -A INPUT -m addrtype --dst-type BROADCAST -j ACCEPT
        COMMIT
        """;
    Packet sent = packet(Optional.empty(), State.NEW, "192.0.2.11", "127.255.255.255", "9/udp");
    assertThat(through(rules, sent).ending()).isEqualTo(Ending.DELIVERED);
  }

  @Test
  void supposesNothingOfTargetsThatAreNotUnderstood() {
    String rules = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j QUEUE\nCOMMIT\n";
    List<Possibility> found =
        new Traversal(RulesetText.parse(rules), List.of(), HOST)
            .possibilities(fresh("eth0", "203.0.113.5", "192.0.2.11", "25/tcp"));
    assertThat(found)
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.suppositions()).isEmpty();
              assertThat(one.journey().ending()).isEqualTo(Ending.UNDECIDED);
            });
  }

  @Test
  void followsOnlySoManyWays() {
    StringBuilder rules = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n:NEXT - [0:0]\n");
    for (int i = 0; i < 40; i++) {
      rules.append("-A INPUT -m recent --name r").append(i).append(" -j NEXT\n");
    }
    List<Possibility> found =
        new Traversal(RulesetText.parse(rules + "COMMIT\n"), List.of(), HOST)
            .possibilities(fresh("eth0", "203.0.113.5", "192.0.2.11", "25/tcp"));
    assertThat(found)
        .hasSize(16)
        .extracting(one -> one.journey().ending())
        .contains(Ending.UNDECIDED);
  }

  @Test
  void endsPacketsForTheHostAtTheHost() {
    Journey accepted = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "22/tcp"));
    assertThat(words(accepted))
        .containsExactly("nat PREROUTING PREROUTING:1 policy", "here", "filter INPUT INPUT:5");
    assertThat(accepted.ending()).isEqualTo(Ending.DELIVERED);

    assertThat(through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "80/tcp")).ending())
        .isEqualTo(Ending.REJECTED);

    Journey byPolicy = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.255", "99/udp"));
    assertThat(words(byPolicy)).containsExactly("here", "filter INPUT policy");
    assertThat(byPolicy.ending()).isEqualTo(Ending.DROPPED);
    assertThat(byPolicy.decisive()).isEmpty();
  }

  @Test
  void redirectsToTheInterfaceThatItCameInBy() {
    Journey journey = through(DOCKER, fresh("eth0", "203.0.113.5", "198.51.100.99", "2222/tcp"));
    assertThat(words(journey)).contains("to 192.0.2.11 22", "here");
    assertThat(journey.ending()).isEqualTo(Ending.DELIVERED);
  }

  @Test
  void forgetsConnectionsThatAreNotTracked() {
    Journey journey = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "53/udp"));
    assertThat(words(journey))
        .containsExactly("raw PREROUTING PREROUTING:1 policy", "here", "filter INPUT INPUT:4");
    assertThat(journey.packet().tracking().state()).isEqualTo(State.UNTRACKED);
  }

  @Test
  void asksNatOnlyForThePacketThatOpensAConnection() {
    Packet later =
        packet(Optional.of("eth0"), State.ESTABLISHED, "203.0.113.5", "192.0.2.11", "8081/tcp");
    Journey journey = through(DOCKER, later);
    assertThat(words(journey)).containsExactly("here", "filter INPUT INPUT:2");
    assertThat(journey.ending()).isEqualTo(Ending.DELIVERED);
  }

  @Test
  void namesTheRuleThatItDependsOn() {
    Journey limited = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "25/tcp"));
    assertThat(limited.ending()).isEqualTo(Ending.UNDECIDED);
    assertThat(limited.decisive())
        .hasValueSatisfying(
            step -> {
              assertThat(step.chain()).isEqualTo("INPUT");
              assertThat(step.position()).isEqualTo(6);
            });

    Journey spread = through(DOCKER, fresh("eth0", "203.0.113.5", "192.0.2.11", "7000/tcp"));
    assertThat(spread.ending()).isEqualTo(Ending.UNDECIDED);
    assertThat(spread.decisive())
        .hasValueSatisfying(step -> assertThat(step.table()).isEqualTo("nat"));
  }

  @Test
  void goesWhereRoutesLead() {
    Journey out = through(DOCKER, fresh("docker0", "172.17.0.2", "203.0.113.5", "443/tcp"));
    assertThat(words(out))
        .containsExactly(
            "out eth0",
            "filter FORWARD FORWARD:1 DOCKER-USER:2 FORWARD:4",
            "nat POSTROUTING POSTROUTING:1");
    assertThat(out.ending()).isEqualTo(Ending.SENT);

    Journey unclear = through(DOCKER, fresh("eth0", "203.0.113.5", "10.9.0.1", "443/tcp"));
    assertThat(unclear.ending()).isEqualTo(Ending.UNDECIDED);
    assertThat(unclear.stages().getLast()).isEqualTo(new Routed(false, Set.of("one", "two")));

    Journey nowhere = through("", fresh("eth0", "2001:db8:5::5", "2001:db8:9::9", "443/tcp"));
    assertThat(nowhere.ending()).isEqualTo(Ending.NO_ROUTE);
  }

  @Test
  void takesWhatTheHostSends() {
    Packet outward = packet(Optional.empty(), State.NEW, "192.0.2.11", "203.0.113.5", "443/tcp");
    assertThat(words(through(DOCKER, outward))).containsExactly("out eth0");
    assertThat(through(DOCKER, outward).ending()).isEqualTo(Ending.SENT);

    Packet published = packet(Optional.empty(), State.NEW, "192.0.2.11", "192.0.2.11", "8081/tcp");
    Journey toContainer = through(DOCKER, published);
    assertThat(words(toContainer))
        .containsExactly(
            "out lo", "nat OUTPUT OUTPUT:1 DOCKER:2", "to 172.17.0.2 80", "out docker0");
    assertThat(toContainer.ending()).isEqualTo(Ending.SENT);

    Packet toItself = packet(Optional.empty(), State.NEW, "127.0.0.1", "127.0.0.1", "80/tcp");
    Journey home = through(DOCKER, toItself);
    assertThat(words(home)).contains("out lo", "here", "filter INPUT INPUT:1");
    assertThat(home.ending()).isEqualTo(Ending.DELIVERED);
  }

  /** A rule of a random ruleset: whether it applies is known, or hangs on what nobody knows. */
  private record Draft(boolean unknown, boolean fits, String target) {
    String text(String chain) {
      return "-A "
          + chain
          + (fits ? " -p tcp" : " -p udp")
          + (unknown ? " -m nonsense --times 3" : "")
          + (target.isEmpty() ? "" : " -j " + target);
    }
  }

  @Provide
  Arbitrary<List<Draft>> drafts() {
    return Combinators.combine(
            Arbitraries.of(true, false, false),
            Arbitraries.of(true, true, false),
            Arbitraries.of("", "LOG", "ACCEPT", "DROP", "RETURN", "NEXT", "REJECT --reject-with x"))
        .as(Draft::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  private static List<Table> tables(List<Draft> input, List<Draft> next) {
    StringBuilder text =
        new StringBuilder("*filter\n:INPUT DROP [0:0]\n:NEXT - [0:0]\n:LAST - [0:0]\n");
    input.forEach(draft -> text.append(draft.text("INPUT")).append('\n'));
    next.forEach(draft -> text.append(draft.text("NEXT")).append('\n'));
    return RulesetText.parse(text + "COMMIT\n");
  }

  /**
   * What is not known is neither taken as true nor as false: where the answer does not hang on it,
   * it is the same either way, and where it does, the rule is named.
   */
  @Property(tries = 1000)
  void unknownMatchesDecideNothing(
      @ForAll("drafts") List<Draft> input,
      @ForAll("drafts") List<Draft> further,
      @ForAll int choice) {
    List<Draft> next =
        further.stream()
            .map(
                draft ->
                    draft.target().equals("NEXT")
                        ? new Draft(draft.unknown(), draft.fits(), "LAST")
                        : draft)
            .toList();
    Packet packet = fresh("eth0", "203.0.113.5", "192.0.2.11", "8081/tcp");
    Traversal traversal = new Traversal(tables(input, next), List.of(), HOST);
    Journey journey = traversal.of(packet);
    Journey resolved =
        new Traversal(tables(resolve(input, choice), resolve(next, choice >>> 8)), List.of(), HOST)
            .of(packet);
    List<Ending> possible =
        traversal.possibilities(packet).stream().map(one -> one.journey().ending()).toList();
    assertThat(possible).containsAnyOf(resolved.ending(), Ending.UNDECIDED);
    if (journey.ending() == Ending.UNDECIDED) {
      Rule rule = journey.decisive().orElseThrow().rule();
      assertThat(rule.matches()).anyMatch(Match.Unknown.class::isInstance);
      return;
    }
    assertThat(possible).containsExactly(journey.ending());
    assertThat(resolved.ending()).isEqualTo(journey.ending());
    assertThat(((Asked) journey.stages().getLast()).verdict()).isNotEqualTo(Verdict.UNDECIDED);
  }

  /** Makes each unknown match true or false, by the bits of a number. */
  private static List<Draft> resolve(List<Draft> drafts, int bits) {
    List<Draft> resolved = new ArrayList<>();
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      boolean holds = (bits >>> i & 1) == 1;
      resolved.add(
          draft.unknown() ? new Draft(false, draft.fits() && holds, draft.target()) : draft);
    }
    return resolved;
  }
}
