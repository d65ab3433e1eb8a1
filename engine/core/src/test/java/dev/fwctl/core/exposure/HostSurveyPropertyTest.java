package dev.fwctl.core.exposure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Traversal;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whoever is said to reach something does so packet by packet, and nobody else. */
class HostSurveyPropertyTest {
  private static final List<String> SOURCES =
      List.of(
          "203.0.113.0/24",
          "203.0.113.7/32",
          "203.0.0.0/16",
          "198.51.100.0/24",
          "10.0.0.0/24",
          "10.0.0.0/8",
          "0.0.0.0/1");

  /** Addresses in and beside those, and the interfaces to which routes lead. */
  private static final List<String> SENDERS =
      List.of("203.0.113.7", "203.0.113.8", "203.0.7.7", "198.51.100.9", "10.0.0.77", "192.0.2.99");

  @Provide
  Arbitrary<String> rule() {
    Arbitrary<String> source =
        Arbitraries.of(SOURCES)
            .flatMap(one -> Arbitraries.of("-s " + one, "! -s " + one))
            .injectNull(0.3)
            .map(it -> it == null ? "" : it);
    Arbitrary<String> in = Arbitraries.of("", "-i eth0", "! -i eth0", "-i eth1");
    Arbitrary<String> what =
        Arbitraries.of(
            "",
            "-p tcp --dport 80",
            "-p tcp -m conntrack --ctorigdstport 8081",
            "-p udp",
            "-m conntrack --ctstate NEW",
            "-m recent --rcheck --name guests --rsource");
    Arbitrary<String> target =
        Arbitraries.of(
            "ACCEPT", "DROP", "RETURN", "REJECT --reject-with icmp-port-unreachable", "NFQUEUE");
    return Combinators.combine(source, in, what, target)
        .as(
            (from, by, match, jump) ->
                String.join(" ", List.of(from, by, match, "-j", jump))
                    .replaceAll(" +", " ")
                    .strip());
  }

  @Provide
  Arbitrary<List<String>> rules() {
    return rule().list().ofMaxSize(6);
  }

  private static ExposedHost host(List<String> user, List<String> input) {
    StringBuilder rules = new StringBuilder(ExposedHost.DOCKER);
    insert(rules, ":DOCKER-USER -\n", "DOCKER-USER", user);
    insert(rules, ":DOCKER-USER -\n", "INPUT", input);
    return new ExposedHost(rules.toString(), "");
  }

  private static void insert(StringBuilder rules, String behind, String chain, List<String> more) {
    String lines =
        more.stream().map(rule -> "-A " + chain + " " + rule + "\n").collect(Collectors.joining());
    rules.insert(rules.indexOf(behind) + behind.length(), lines);
  }

  private static Packet syn(String from, String to, int port) {
    IpAddress destination = IpAddress.of(to);
    return new Packet(
        Optional.of(from.startsWith("10.") ? "eth1" : "eth0"),
        Optional.empty(),
        IpAddress.of(from),
        destination,
        new Packet.Payload.Ports("tcp", 40000, port, Optional.of(Set.of(TcpFlag.SYN))),
        new Packet.Tracking(Packet.State.NEW, false, false, false, destination, port),
        Set.of(),
        0);
  }

  @Property(tries = 150)
  void agreesWithSinglePackets(
      @ForAll("rules") List<String> user, @ForAll("rules") List<String> input) {
    KnownHost known = host(user, input).known();
    HostExposure exposure = HostSurvey.of(known);
    agrees(known, exposure, "container shop 80/tcp", 8081, Ending.SENT);
    agrees(known, exposure, "sshd 22/tcp", 22, Ending.DELIVERED);
  }

  private static void agrees(
      KnownHost known, HostExposure exposure, String endpoint, int port, Ending arrived) {
    Exposure found =
        exposure.exposures().stream()
            .filter(one -> one.endpoint().toString().equals(endpoint))
            .findFirst()
            .orElseThrow();
    Traversal traversal =
        new Traversal(
            known.rules().getOrDefault(Family.IPV4, List.of()),
            List.of(),
            known.network().orElseThrow());
    for (String sender : SENDERS) {
      List<Ending> endings = new ArrayList<>();
      // By whichever address of the host.
      for (String to : List.of("192.0.2.10", "10.0.0.10")) {
        List<Ending> ways =
            traversal.possibilities(syn(sender, to, port)).stream()
                .map(way -> way.journey())
                .map(Journey::ending)
                .toList();
        endings.addAll(ways);
        if (ways.stream().allMatch(ending -> ending == arrived)) {
          assertThat(found.sources().contains(IpAddress.of(sender)))
              .as("%s reaches %s of %s", sender, endpoint, known.rules())
              .isTrue();
        }
      }
      boolean may = endings.contains(arrived) || endings.contains(Ending.UNDECIDED);
      assertThat(found.sources().union(found.perhaps()).contains(IpAddress.of(sender)))
          .as("%s may reach %s of %s: %s", sender, endpoint, known.rules(), endings)
          .isEqualTo(may);
      if (!endings.contains(arrived)) {
        assertThat(found.sources().contains(IpAddress.of(sender))).isFalse();
      }
    }
  }
}
