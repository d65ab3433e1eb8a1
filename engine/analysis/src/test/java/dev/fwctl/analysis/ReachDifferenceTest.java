package dev.fwctl.analysis;

import static dev.fwctl.analysis.OwnChains.back;
import static dev.fwctl.analysis.OwnChains.both;
import static dev.fwctl.analysis.OwnChains.destination;
import static dev.fwctl.analysis.OwnChains.drop;
import static dev.fwctl.analysis.OwnChains.go;
import static dev.fwctl.analysis.OwnChains.in;
import static dev.fwctl.analysis.OwnChains.jump;
import static dev.fwctl.analysis.OwnChains.local;
import static dev.fwctl.analysis.OwnChains.out;
import static dev.fwctl.analysis.OwnChains.port;
import static dev.fwctl.analysis.OwnChains.prefix;
import static dev.fwctl.analysis.OwnChains.protocol;
import static dev.fwctl.analysis.OwnChains.rule;
import static dev.fwctl.analysis.OwnChains.source;
import static dev.fwctl.analysis.OwnChains.states;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.ReachChange.Direction;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReachDifferenceTest {
  private static final AddressSet EVERYONE = Reach.everyone(Family.IPV4);
  private static final AddressSet OFFICE = AddressSet.of(prefix("203.0.113.0/24"));
  private static final AddressSet NOBODY = AddressSet.none();

  private final ReachDifference difference = new ReachDifference();

  private static PublishedPort publish(String address, int first, int last) {
    return new PublishedPort(
        new ProtocolPorts(TransportProtocol.TCP, new PortRange(first, last)),
        address.isEmpty() ? Optional.empty() : Optional.of(IpAddress.of(address)),
        new PortRange(first - 1, last - 1),
        false);
  }

  private static Container container(String name, String address, PublishedPort... ports) {
    return new Container(
        "id",
        name,
        "image",
        true,
        Networking.NETWORKS,
        new TreeMap<>(),
        List.of(ports),
        List.of(),
        List.of(new Container.Attachment("bridge", List.of(IpAddress.of(address)), List.of())));
  }

  private static HostFacts host(boolean ipv6, Container... containers) {
    List<InterfaceAddress> addresses = new ArrayList<>();
    addresses.add(new InterfaceAddress(IpAddress.of("192.0.2.1"), 24));
    if (ipv6) {
      addresses.add(new InterfaceAddress(IpAddress.of("2001:db8:2::1"), 64));
    }
    return host(ipv6, addresses, containers);
  }

  private static HostFacts host(
      boolean ipv6, List<InterfaceAddress> addresses, Container... containers) {
    TreeMap<String, Fact> facts = new TreeMap<>();
    facts.put(
        "docker",
        new DockerFacts(
            DockerFacts.State.RUNNING,
            "28.5.2",
            List.of(containers),
            List.of(
                new ContainerNetwork(
                    "bridge",
                    "bridge",
                    Optional.of("docker0"),
                    List.of(prefix("172.17.0.0/16")),
                    List.of())),
            new DockerFacts.Settings(false, false, Optional.empty())));
    facts.put(
        "network",
        new NetworkFacts(
            "web1",
            List.of(
                face("lo", "127.0.0.1", 8),
                new NetworkInterface("eth0", "", true, addresses),
                face("docker0", "172.17.0.1", 16)),
            List.of(
                new NetworkFacts.Route(prefix("0.0.0.0/0"), Optional.empty(), "eth0"),
                new NetworkFacts.Route(prefix("172.17.0.0/16"), Optional.empty(), "docker0")),
            ipv6));
    return new HostFacts(facts);
  }

  private static NetworkInterface face(String name, String address, int length) {
    return new NetworkInterface(
        name, "", true, List.of(new InterfaceAddress(IpAddress.of(address), length)));
  }

  private static OwnChains inbound(Family family, Rule... rules) {
    List<Rule> withDefault = new ArrayList<>(List.of(rules));
    withDefault.add(rule(drop()));
    return new OwnChains(family)
        .hook("mangle", "PREROUTING", "FWCTL-PREROUTING")
        .chain("mangle", "FWCTL-PREROUTING", rule(jump("FWCTL-INBOUND"), in("eth0"), local()))
        .chain("mangle", "FWCTL-INBOUND", withDefault.toArray(Rule[]::new));
  }

  private List<ReachChange> compare(OwnedRules before, OwnedRules after, HostFacts facts) {
    PredictedHost others =
        PredictedHost.withoutOurs(facts, facts.network().facingOutside(), before, List.of());
    Shape shape = new Shapes(List.of()).of(List.of(before, after), others);
    return difference.compare(before, after, Optional.empty(), others, shape);
  }

  private static ReachChange closed(String endpoint, AddressSet who) {
    return new ReachChange(Direction.INBOUND, endpoint, NOBODY, who, true);
  }

  private static ReachChange opened(String endpoint, AddressSet who) {
    return new ReachChange(Direction.INBOUND, endpoint, who, NOBODY, true);
  }

  @Test
  void theFirstPolicyClosesWhatItDoesNotAllow() {
    OwnedRules after =
        inbound(
                Family.IPV4,
                rule(back(), protocol("tcp"), port(8081), source("203.0.113.0/24")),
                rule(back(), protocol("tcp"), port(22), source("203.0.113.0/24")),
                rule(back(), protocol("icmp"), new Match.IcmpType(false, 8, -1)))
            .hook("mangle", "FORWARD", "FWCTL-FORWARD")
            .chain(
                "mangle",
                "FWCTL-FORWARD",
                rule(drop(), in("eth0"), out("docker0"), states(true, "DNAT")))
            .rules();
    assertThat(
            compare(
                OwnedRules.none(),
                after,
                host(
                    false,
                    container("django", "172.17.0.2", publish("", 8081, 8081)),
                    container("postgres", "172.17.0.3"))))
        .containsExactly(
            closed("django 8081/tcp", EVERYONE.minus(OFFICE)),
            closed("host 22/tcp", EVERYONE.minus(OFFICE)),
            closed("host (all other ports)", EVERYONE),
            closed("containers' own addresses (direct route)", EVERYONE));
  }

  @Test
  void takingThePolicyAwayOpensAgain() {
    OwnedRules before =
        inbound(Family.IPV4, rule(back(), protocol("tcp"), port(22), source("203.0.113.0/24")))
            .rules();
    assertThat(compare(before, OwnedRules.none(), host(false)))
        .containsExactly(
            opened("host 22/tcp", EVERYONE.minus(OFFICE)),
            opened("host (all other ports)", EVERYONE),
            opened("host icmp echo-request", EVERYONE));
  }

  /** Returns a host with rules of others, as iptables-save prints them. */
  private static HostFacts guarded(String rules, Container... containers) {
    TreeMap<String, Fact> facts = new TreeMap<>(host(false, containers).facts());
    facts.put(
        "firewall",
        new FirewallFacts(
            List.of(),
            false,
            List.of(new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(rules))),
            List.of(),
            List.of(),
            false,
            ""));
    return new HostFacts(facts);
  }

  @Test
  void whatRulesOfOthersKeepOutNeitherOpensNorCloses() {
    OwnedRules after =
        inbound(
                Family.IPV4,
                rule(back(), protocol("tcp"), port(22), source("203.0.113.0/24")),
                rule(back(), protocol("tcp"), port(80)),
                rule(back(), protocol("tcp"), port(8081), source("203.0.113.0/24")))
            .rules();
    String closing =
        """
        *raw
        :PREROUTING ACCEPT [0:0]
        -A PREROUTING -s 203.0.113.128/25 -p tcp -m tcp --dport 8081 -j DROP
        COMMIT
        *filter
        :INPUT DROP [0:0]
        -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
        -A INPUT -s 203.0.113.0/24 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
        -A INPUT -p tcp -m multiport --dports 80,8081 -j ACCEPT
        COMMIT
        """;
    HostFacts host = guarded(closing, container("django", "172.17.0.2", publish("", 8081, 8081)));
    assertThat(compare(OwnedRules.none(), after, host))
        .containsExactly(
            closed("django 8081/tcp", EVERYONE.minus(OFFICE)),
            closed("host 22/tcp", EVERYONE.minus(OFFICE)));
    OwnedRules before = inbound(Family.IPV4).rules();
    assertThat(compare(before, after, host))
        .containsExactly(
            opened("django 8081/tcp", AddressSet.of(prefix("203.0.113.0/25"))),
            opened("host 22/tcp", OFFICE),
            opened("host 80/tcp", EVERYONE.minus(OFFICE)));
  }

  /** Before Docker 28 who can route to a container reaches the ports that it publishes. */
  @Test
  void theDirectRouteIsToldWhereItLeadsAnywhere() {
    OwnedRules after =
        inbound(Family.IPV4)
            .hook("mangle", "FORWARD", "FWCTL-FORWARD")
            .chain(
                "mangle",
                "FWCTL-FORWARD",
                rule(drop(), in("eth0"), out("docker0"), states(true, "DNAT")))
            .rules();
    String docker =
        """
        *filter
        :FORWARD DROP [0:0]
        -A FORWARD -d 172.17.0.2/32 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        COMMIT
        """;
    ReachChange direct = closed("containers' own addresses (direct route)", EVERYONE);
    Container web = container("web", "172.17.0.2");
    assertThat(compare(OwnedRules.none(), after, guarded(docker, web))).contains(direct);
    assertThat(
            compare(OwnedRules.none(), after, guarded(docker.replace("-j ACCEPT", "-j DROP"), web)))
        .extracting(ReachChange::endpoint)
        .doesNotContain(direct.endpoint());
  }

  @Test
  void aRuleOfOthersThatIsNotUnderstoodMakesItUncertain() {
    OwnedRules after =
        inbound(Family.IPV4, rule(back(), protocol("tcp"), port(22), source("203.0.113.0/24")))
            .rules();
    String limiting =
        """
        *filter
        :INPUT ACCEPT [0:0]
        -A INPUT -p tcp -m tcp --dport 22 -m recent --name ssh -j DROP
        COMMIT
        """;
    assertThat(compare(OwnedRules.none(), after, guarded(limiting)))
        .contains(
            new ReachChange(
                Direction.INBOUND, "host 22/tcp", NOBODY, EVERYONE.minus(OFFICE), false),
            closed("host icmp echo-request", EVERYONE));
  }

  /** Hosts of one shape share an answer, unless it names what only one of them has. */
  @Test
  void anAnswerIsNotTheOneOfAnotherHost() {
    OwnedRules after = inbound(Family.IPV4).rules();
    String rules =
        """
        *filter
        :INPUT ACCEPT [0:0]
        -A INPUT -s %s -p tcp -m tcp --dport 22 -j DROP
        COMMIT
        """;
    for (String address : List.of("198.51.100.7/32", "198.51.100.8/32")) {
      assertThat(compare(OwnedRules.none(), after, guarded(rules.formatted(address))))
          .contains(closed("host 22/tcp", EVERYONE.minus(AddressSet.of(prefix(address)))));
    }
  }

  @Test
  void equalRulesChangeNothing() {
    OwnedRules rules = inbound(Family.IPV4).rules();
    assertThat(compare(rules, rules, host(true))).isEmpty();
  }

  @Test
  void oneMoreSourceIsOneLine() {
    Rule office = rule(back(), protocol("tcp"), port(8081), source("203.0.113.0/24"));
    Rule home = rule(back(), protocol("tcp"), port(8081), source("198.51.100.7/32"));
    HostFacts host = host(false, container("django", "172.17.0.2", publish("", 8081, 8081)));
    assertThat(
            compare(
                inbound(Family.IPV4, office).rules(),
                inbound(Family.IPV4, office, home).rules(),
                host))
        .containsExactly(opened("django 8081/tcp", AddressSet.of(prefix("198.51.100.7/32"))));
  }

  @Test
  void aRangeIsToldInThePartsThatDiffer() {
    OwnedRules after =
        inbound(
                Family.IPV4,
                rule(back(), protocol("tcp"), OwnChains.ports(8000, 8003)),
                rule(back(), protocol("tcp"), OwnChains.ports(8004, 8005)),
                rule(back(), protocol("tcp"), port(8008), source("203.0.113.0/24")))
            .rules();
    HostFacts host = host(false, container("range", "172.17.0.2", publish("", 8000, 8010)));
    assertThat(compare(inbound(Family.IPV4).rules(), after, host))
        .containsExactly(opened("range 8000-8005/tcp", EVERYONE), opened("range 8008/tcp", OFFICE));
  }

  @Test
  void aPortOnOneAddressIsToldFromTheSamePortOnOthers() {
    OwnedRules after =
        inbound(Family.IPV4, rule(back(), protocol("tcp"), port(80), destination("192.0.2.1/32")))
            .rules();
    HostFacts host =
        host(
            false,
            container("one", "172.17.0.2", publish("192.0.2.1", 80, 80)),
            container("two", "172.17.0.3", publish("192.0.2.2", 80, 80)),
            container("inner", "172.17.0.4", publish("127.0.0.1", 80, 80)));
    assertThat(compare(inbound(Family.IPV4).rules(), after, host))
        .contains(opened("one 80/tcp on 192.0.2.1", EVERYONE))
        .extracting(ReachChange::endpoint)
        .doesNotContain("two 80/tcp on 192.0.2.2", "inner 80/tcp on 127.0.0.1");
  }

  @Test
  void bothFamiliesAreOneChange() {
    OwnedRules after = both(inbound(Family.IPV4).rules(), inbound(Family.IPV6).rules());
    assertThat(compare(OwnedRules.none(), after, host(true)))
        .contains(closed("host (all other ports)", AddressSet.any()));
    assertThat(compare(OwnedRules.none(), after, host(false)))
        .contains(closed("host (all other ports)", EVERYONE));
    assertThat(compare(OwnedRules.none(), inbound(Family.IPV4).rules(), host(true)))
        .contains(closed("host (all other ports)", EVERYONE));
  }

  @Test
  void nobodyComesInAFamilyThatTheHostHasNoAddressOf() {
    OwnedRules after = both(inbound(Family.IPV4).rules(), inbound(Family.IPV6).rules());
    HostFacts host =
        host(
            true,
            List.of(
                new InterfaceAddress(IpAddress.of("192.0.2.1"), 24),
                new InterfaceAddress(IpAddress.of("fe80::1"), 64)));
    assertThat(compare(OwnedRules.none(), after, host))
        .containsExactly(
            closed("host (all other ports)", EVERYONE), closed("host icmp echo-request", EVERYONE));
  }

  @Test
  void protocolsThatDifferAreToldApart() {
    OwnedRules after = inbound(Family.IPV4, rule(back(), protocol("udp"))).rules();
    assertThat(compare(OwnedRules.none(), after, host(false)))
        .containsExactly(
            closed("host (other tcp ports)", EVERYONE),
            closed("host (other protocols)", EVERYONE),
            closed("host icmp echo-request", EVERYONE));
  }

  @Test
  void aRuleThatIsNotUnderstoodMakesItUncertain() {
    OwnedRules before =
        inbound(Family.IPV4, rule(back(), new Match.Unknown("-m time --weekdays Mon"))).rules();
    assertThat(compare(before, inbound(Family.IPV4).rules(), host(false)))
        .contains(
            new ReachChange(Direction.INBOUND, "host (all other ports)", NOBODY, EVERYONE, false));
  }

  @Test
  void whatAHostNeedsToLiveIsNoEndpoint() {
    OwnedRules four =
        inbound(
                Family.IPV4,
                rule(
                    back(),
                    protocol("udp"),
                    new Match.SourcePort(false, PortRange.single(67)),
                    port(68)))
            .rules();
    OwnedRules six =
        inbound(
                Family.IPV6,
                rule(
                    back(),
                    protocol("udp"),
                    source("fe80::/10"),
                    destination("fe80::/10"),
                    port(546)))
            .rules();
    assertThat(compare(OwnedRules.none(), both(four, six), host(true)))
        .containsExactly(
            closed("host (all other ports)", AddressSet.any()),
            closed("host icmp echo-request", AddressSet.any()));
  }

  @Test
  void whatContainersSendIsToldByContainer() {
    OwnedRules after =
        new OwnChains(Family.IPV4)
            .hook("mangle", "FORWARD", "FWCTL-FORWARD")
            .chain("mangle", "FWCTL-FORWARD", rule(go("FWCTL-OUT"), in("docker0"), out("eth0")))
            .chain(
                "mangle",
                "FWCTL-OUT",
                rule(
                    drop(),
                    protocol("tcp"),
                    port(25),
                    source("172.17.0.2/32"),
                    destination("203.0.113.0/24")))
            .rules();
    HostFacts host = host(false, container("worker", "172.17.0.2"), container("web", "172.17.0.3"));
    assertThat(compare(OwnedRules.none(), after, host))
        .containsExactly(
            new ReachChange(Direction.OUTBOUND, "worker (to 25/tcp)", NOBODY, OFFICE, true));
  }

  @Test
  void whatTheHostSendsIsToldByPort() {
    OwnedRules after =
        new OwnChains(Family.IPV4)
            .hook("mangle", "OUTPUT", "FWCTL-OUTPUT")
            .chain(
                "mangle",
                "FWCTL-OUTPUT",
                rule(back(), protocol("udp"), port(53)),
                rule(drop(), out("eth0")))
            .rules();
    assertThat(compare(OwnedRules.none(), after, host(false)))
        .containsExactly(
            new ReachChange(
                Direction.OUTBOUND, "host (to all other ports)", NOBODY, EVERYONE, true));
  }
}
