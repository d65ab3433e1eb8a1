package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Traversal;
import dev.fwctl.lab.Execution;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.plugin.interfaces.NetworkGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the analysis says of packets on Docker hosts is what becomes of them there. */
@OnLab
class TraversalInTheKernelIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "trixie", "sid");

  private static final List<String> CLIENTS =
      List.of("203.0.113.5", "203.0.113.9", "198.51.100.7", "2001:db8:7::5", "2001:db8:9::9");

  /** Of each kind some: plain, published, redirected, for nobody. */
  private static final List<String> SERVICES =
      List.of("7/tcp", "8/tcp", "9/udp", "8081/tcp", "8082/udp", "2222/tcp", "7777/tcp", "99/tcp");

  /** Where the host itself answers. */
  private static final Set<String> SERVED = Set.of("7/tcp", "8/tcp", "9/udp", "99/tcp");

  /** Rules of somebody who knows his way about; what they are for matters to nobody. */
  private static final String RULES =
      """
      iptables -I DOCKER-USER -s 203.0.113.9 -m conntrack --ctorigdstport 8081 --ctdir ORIGINAL -j DROP
      iptables -I DOCKER-USER -p udp -m udp --dport 82 ! -s 203.0.113.0/24 -j REJECT
      iptables -t nat -A PREROUTING -p tcp --dport 2222 -j REDIRECT --to-ports 7
      iptables -t nat -A PREROUTING -p tcp --dport 7777 -s 198.51.100.0/24 -j DNAT --to-destination 192.0.2.250
      for command in iptables ip6tables; do
        $command -t mangle -A PREROUTING -p tcp --dport 8 -j MARK --set-mark 0x20/0x30
        $command -t raw -A PREROUTING -p udp --dport 9 -j NOTRACK
        $command -N GUARD
        $command -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        $command -A INPUT -m limit --limit 5/min -j LOG
        $command -A INPUT -p tcp -m multiport --dports 7,8,99 -g GUARD
        $command -A INPUT -p tcp --syn -m multiport --ports 8081 -j ACCEPT
        $command -A GUARD -p tcp -m mark --mark 0x20/0x20 -j REJECT --reject-with tcp-reset
        $command -A GUARD -p tcp ! --dport 99 -j RETURN
        $command -A GUARD -j DROP
        $command -A INPUT -p udp -m conntrack ! --ctstate UNTRACKED -j DROP
      done
      ip6tables -A INPUT -s 2001:db8:9::/48 -p tcp -j DROP
      """;

  @SuppressWarnings("NullAway.Init")
  private static Lab lab;

  @BeforeAll
  static void bringUp() {
    List<HostSpec> hosts =
        RELEASES.stream().map(release -> HostSpec.withDocker(release, release)).toList();
    lab = Lab.up(LabSpec.of("way" + ProcessHandle.current().pid(), hosts.toArray(HostSpec[]::new)));
    for (String host : RELEASES) {
      lab.serve(host, "tcp/7", "tcp/8", "udp/9", "tcp/99");
      lab.container(
          host, "web", List.of("-p", "8081:81/tcp", "-p", "8082:82/udp"), "tcp/81", "udp/82");
      lab.script(host, RULES);
    }
  }

  @AfterAll
  static void takeDown() {
    lab.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie", "sid"})
  void tellsWhatBecomesOfPackets(String host) {
    NetworkFacts network = network(host);
    List<Probe> probes = new ArrayList<>();
    List<Journey> journeys = new ArrayList<>();
    for (String client : CLIENTS) {
      IpAddress from = IpAddress.of(client);
      Traversal traversal = new Traversal(tables(host, from.family()), List.of(), network);
      for (String service : SERVICES) {
        Probe probe = lab.probeOf(client, host + ":" + service);
        probes.add(probe);
        journeys.add(traversal.of(packet(network, probe, service)));
      }
    }

    List<Outcome> outcomes = lab.probe(probes);
    List<Ending> endings = journeys.stream().map(Journey::ending).toList();
    for (int i = 0; i < probes.size(); i++) {
      assertThat(outcomes.get(i))
          .as("%s %s", probes.get(i), journeys.get(i))
          .isIn(expected(endings.get(i), SERVICES.get(i % SERVICES.size())));
    }
    // All that can become of a packet was among it.
    assertThat(endings).contains(Ending.DELIVERED, Ending.SENT, Ending.DROPPED, Ending.REJECTED);
  }

  /** Returns what may be seen from outside of a way that ends so. */
  private static Set<Outcome> expected(Ending ending, String service) {
    return switch (ending) {
      // Behind 7777 there is nobody.
      case SENT ->
          service.equals("7777/tcp")
              ? Set.of(Outcome.UNREACHABLE, Outcome.TIMEOUT)
              : Set.of(Outcome.OPEN);
      // Of published ports it depends on Docker's version whether it listens for IPv6 itself.
      case DELIVERED ->
          SERVED.contains(service) ? Set.of(Outcome.OPEN) : Set.of(Outcome.OPEN, Outcome.REFUSED);
      case DROPPED -> Set.of(Outcome.TIMEOUT);
      case REJECTED -> Set.of(Outcome.REFUSED);
      case NO_ROUTE, UNDECIDED -> Set.of();
    };
  }

  private static List<Table> tables(String host, Family family) {
    String command = family == Family.IPV4 ? "iptables-save" : "ip6tables-save";
    return RulesetText.parse(lab.run(host, command));
  }

  private static NetworkFacts network(String host) {
    NetworkGatherer gatherer = new NetworkGatherer();
    Execution execution = lab.exec(host, Lab.COMMAND_LIMIT, gatherer.probe(), "sh");
    return gatherer.parse(
        new ProbeAnswer(execution.status(), execution.output(), execution.errors()));
  }

  private static Packet packet(NetworkFacts network, Probe probe, String service) {
    int port = Integer.parseInt(service.substring(0, service.indexOf('/')));
    IpAddress to = probe.to().address();
    String in =
        network.interfaces().stream()
            .filter(link -> link.addresses().stream().anyMatch(own -> own.address().equals(to)))
            .map(NetworkInterface::name)
            .findFirst()
            .orElseThrow();
    return new Packet(
        Optional.of(in),
        Optional.empty(),
        probe.from(),
        to,
        new Packet.Payload.Ports(
            service.substring(service.indexOf('/') + 1),
            40000,
            port,
            Optional.of(Set.of(TcpFlag.SYN))),
        new Packet.Tracking(Packet.State.NEW, false, false, false, to, port),
        Set.of(),
        0);
  }
}
