package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.lab.Execution;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Inbound;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.Outbound;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.plugin.docker.DockerGatherer;
import dev.fwctl.plugin.interfaces.NetworkGatherer;
import dev.fwctl.plugin.interfaces.SshGatherer;
import dev.fwctl.plugin.iptables.IptablesBackend;
import dev.fwctl.plugin.iptables.IptablesGatherer;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The backend's rules in real kernels, loaded and read back by iptables 1.8.7 to 1.8.13, of both
 * kinds, beside Docker and rules that somebody else made.
 */
@OnLab
class RulesInTheKernelIT {
  private static final List<String> RELEASES = List.of("bullseye", "bookworm", "trixie", "sid");

  /** Rules of others in the chains that we hang our jumps into, hard to read on purpose. */
  private static final String FOREIGN =
      """
      for command in iptables ip6tables; do
        $command -N DOCKER-USER 2> /dev/null || true
        $command -N CROWD
        $command -I DOCKER-USER -m comment --comment 'somebody "else"'"'"'s rule' -j CROWD
        $command -A CROWD -p tcp -m multiport --dports 1,2:3 -m limit --limit 5/min -j DROP
        $command -A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 99 -j ACCEPT 2> /dev/null \\
          || $command -A INPUT ! -s fd00::/8 -p tcp -m tcp --dport 99 -j ACCEPT
        $command -t mangle -A PREROUTING -i other0 -j MARK --set-xmark 0x1/0xff
        $command -t mangle -A POSTROUTING -o other0 -m comment --comment FWCTL- -j ACCEPT
      done
      ipset create others hash:ip
      ipset add others 192.0.2.99
      """;

  /**
   * All that is not ours, of both families and kinds; built-in chains without a rule say nothing.
   */
  private static final String DUMP_OF_OTHERS =
      """
      for command in iptables ip6tables; do
        for kind in nft legacy; do
          [ $kind = nft ] || [ -s /proc/net/ip_tables_names ] || grep -q . /proc/net/ip_tables_names \\
            || continue
          echo "# $command $kind"
          $command-$kind-save 2> /dev/null | grep -v -e '^#' -e '^:FWCTL-' -e '^-A FWCTL-' \\
            -e '-j FWCTL-[A-Z]*$' -e '^\\*' -e '^COMMIT' -e ' ACCEPT \\[' | sed 's/ \\[[0-9:]*\\]//'
        done
      done
      ipset save others
      """;

  private static final IptablesBackend BACKEND = new IptablesBackend();

  @SuppressWarnings("NullAway.Init")
  private static Lab lab;

  @BeforeAll
  static void bringUp() {
    List<HostSpec> hosts = new ArrayList<>();
    for (String release : RELEASES) {
      hosts.add(HostSpec.withDocker(release, release));
      hosts.add(HostSpec.withDocker(release + "-legacy", release).onLegacyIptables());
    }
    lab =
        Lab.up(
            LabSpec.of("kernel" + ProcessHandle.current().pid(), hosts.toArray(HostSpec[]::new)));
    hosts.forEach(host -> lab.script(host.name(), FOREIGN));
  }

  @AfterAll
  static void takeDown() {
    lab.close();
  }

  static Stream<String> hosts() {
    return RELEASES.stream().flatMap(release -> Stream.of(release, release + "-legacy"));
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void holdsWhatTheModelSaysAndNothingOfOthersChanges(String host) {
    String others = lab.script(host, DUMP_OF_OTHERS);
    assertThat(others).contains("CROWD", "others 192.0.2.99", "other0");
    HostFacts facts = facts(host);
    assertThat(BACKEND.obstacles(facts)).isEmpty();
    assertThat(BACKEND.inForce(facts).isEmpty()).isTrue();

    List<OwnedRules> states =
        List.of(
            BACKEND.lower(intent(DefaultAction.DROP, 100), facts),
            BACKEND.lower(intent(DefaultAction.REJECT, 100), facts),
            BACKEND.lower(intent(DefaultAction.REJECT, 200), facts),
            BACKEND.lower(intent(DefaultAction.ACCEPT, 3), facts),
            BACKEND.lower(intent(DefaultAction.DROP, 3), facts),
            OwnedRules.none());
    for (OwnedRules state : states) {
      change(host, state);
      HostFacts after = facts(host);
      assertThat(BACKEND.inForce(after)).isEqualTo(state);
      assertThat(lab.script(host, "LC_ALL=C; export LC_ALL\n" + BACKEND.fingerprint()).strip())
          .isEqualTo(after.firewall().ownDigest());
      assertThat(lab.script(host, DUMP_OF_OTHERS)).isEqualTo(others);
    }
    assertThat(lab.run(host, "ipset", "list", "-n").strip()).isEqualTo("others");
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void repairsWhatWasChangedByHandAndCanPutItBack(String host) {
    OwnedRules wanted = BACKEND.lower(intent(DefaultAction.REJECT, 100), facts(host));
    change(host, wanted);
    NamedSet set = wanted.sets().getFirst();
    String address = set.family() == Family.IPV4 ? "9.9.9.9" : "2001:db8:9::9";
    lab.script(
        host,
        """
        iptables -t mangle -I PREROUTING -i lo -j ACCEPT
        iptables -t mangle -A PREROUTING -m comment --comment 'again "$(id)"' -j FWCTL-PREROUTING
        iptables -t mangle -A FWCTL-INBOUND -m limit --limit 5/min -j ACCEPT
        iptables -t mangle -N FWCTL-STRAY
        ip6tables -F FWCTL-REJECT
        ipset add %s %s
        """
            .formatted(set.name(), address));
    OwnedRules byHand = BACKEND.inForce(facts(host));
    assertThat(byHand).isNotEqualTo(wanted);
    assertThat(byHand.tables())
        .flatExtracting(OwnedRules.OwnedTable::hooks)
        .extracting(Hook::chain, Hook::position)
        .contains(tuple("PREROUTING", 2));

    change(host, wanted);
    assertThat(BACKEND.inForce(facts(host))).isEqualTo(wanted);
    change(host, byHand);
    assertThat(BACKEND.inForce(facts(host))).isEqualTo(byHand);
    change(host, OwnedRules.none());
    assertThat(BACKEND.inForce(facts(host)).isEmpty()).isTrue();
    lab.run(host, "iptables", "-t", "mangle", "-D", "PREROUTING", "-i", "lo", "-j", "ACCEPT");
  }

  /** The kernel takes IPv4 and refuses IPv6, after both dry runs went well. */
  @ParameterizedTest
  @MethodSource("hosts")
  void leavesBothFamiliesAsTheyWereWhenOneIsRefused(String host) {
    String kind = host.endsWith("-legacy") ? "legacy" : "nft";
    OwnedRules before = BACKEND.lower(intent(DefaultAction.DROP, 3), facts(host));
    change(host, before);
    String wrapper = "/usr/local/sbin/ip6tables-" + kind + "-restore";
    lab.script(
        host,
        """
        cat > %1$s << 'END'
        #!/bin/sh
        case "$*" in *--test*) exec /usr/sbin/ip6tables-%2$s-restore "$@" ;; esac
        cat > /dev/null
        echo 'no luck' >&2
        exit 1
        END
        chmod +x %1$s
        """
            .formatted(wrapper, kind));
    HostFacts facts = facts(host);
    OwnedRules after = BACKEND.lower(intent(DefaultAction.REJECT, 100), facts);
    Execution execution = lab.exec(host, Lab.COMMAND_LIMIT, BACKEND.restore(after), "sh");
    lab.run(host, "rm", wrapper);
    assertThat(execution.status()).isEqualTo(11);
    assertThat(execution.errors()).endsWith("fwctl: the rules of IPv6 were refused: no luck\n");
    assertThat(BACKEND.inForce(facts(host))).isEqualTo(before);
    change(host, OwnedRules.none());
  }

  private static void change(String host, OwnedRules to) {
    Execution execution = lab.exec(host, Lab.COMMAND_LIMIT, BACKEND.restore(to), "sh");
    assertThat(execution.status()).as(execution.errors()).isZero();
  }

  private static HostFacts facts(String host) {
    SortedMap<String, Fact> facts = new TreeMap<>();
    for (FactGatherer gatherer :
        List.of(
            new IptablesGatherer(),
            new NetworkGatherer(),
            new SshGatherer(),
            new DockerGatherer())) {
      Execution execution =
          lab.exec(host, Lab.COMMAND_LIMIT, "LC_ALL=C; export LC_ALL\n" + gatherer.probe(), "sh");
      facts.put(
          gatherer.name(),
          gatherer.parse(
              new ProbeAnswer(execution.status(), execution.output(), execution.errors())));
    }
    return new HostFacts(facts);
  }

  /** An intent that needs every kind of rule that the backend makes. */
  private static HostIntent intent(DefaultAction fallback, int sources) {
    PublishedEndpoint web = published("web", "8081/tcp", Optional.empty());
    PublishedEndpoint single = published("vip", "80/tcp", Optional.of(IpAddress.of("10.90.1.1")));
    PublishedEndpoint range = published("range", "9000-9010/udp", Optional.empty());
    Peers office = peers("203.0.113.0/24", "2001:db8:7::/48", "198.51.100.7");
    Peers many =
        new Peers(
            List.of("many"),
            AddressSet.ofPrefixes(
                IntStream.range(0, sources)
                    .boxed()
                    .flatMap(
                        i ->
                            Stream.of(
                                IpPrefix.of("10.20." + i + ".128/25"),
                                IpPrefix.of("2001:db8:8:" + i + ":8000::/65")))
                    .toList()));
    List<InboundEntry> allows =
        List.of(
            entry(11, new Target.HostPorts(List.of(ports("22/tcp"), ports("123/udp"))), office),
            entry(12, new Target.HostEverything(), peers("10.0.0.0/8")),
            entry(13, new Target.IcmpMessages(IcmpKind.ECHO_REQUEST), any()),
            entry(14, new Target.IcmpMessages(IcmpKind.ANY), office),
            entry(15, new Target.PublishedPorts(List.of(web, single, range)), office),
            entry(16, new Target.Everything(), many),
            entry(
                17,
                new Target.AnyPorts(
                    IntStream.range(0, 20).mapToObj(i -> ports(7000 + 3 * i + "/tcp")).toList()),
                any()),
            entry(18, new Target.AnyPorts(List.of(ports("132/sctp"), ports("1-65535/udp"))), many));
    Inbound inbound =
        new Inbound(
            fallback,
            Optional.of(new Place("policies/kernel.yml", 9, 16)),
            List.of(web, single, range),
            allows,
            List.of(entry(20, new Target.Everything(), peers("198.51.100.66"))));
    Outbound outbound =
        new Outbound(
            fallback,
            Optional.of(new Place("policies/kernel.yml", 29, 16)),
            List.of(
                new OutboundEntry(
                    new Origin.Everything(),
                    new Traffic.Ports(List.of(ports("53/udp"), ports("53/tcp"))),
                    any(),
                    "kernel",
                    new Place("policies/kernel.yml", 31, 9))),
            List.of(
                new OutboundEntry(
                    new Origin.Containers(
                        List.of("worker"),
                        List.of("docker0"),
                        List.of(IpAddress.of("172.18.0.9"), IpAddress.of("fd00::9"))),
                    new Traffic.Ports(List.of(ports("25/tcp"))),
                    many,
                    "kernel",
                    new Place("policies/kernel.yml", 33, 9))));
    return new HostIntent(
        new TreeSet<>(List.of("eth0", "wan.100")),
        Optional.of(inbound),
        Optional.of(outbound),
        Optional.of(new HostIntent.OwnAccess(IpAddress.of("10.90.0.2"), 22)));
  }

  private static InboundEntry entry(int line, Target target, Peers from) {
    return new InboundEntry(
        target, from, "kernel's \"own\"", new Place("policies/kernel.yml", line, 9));
  }

  private static PublishedEndpoint published(
      String container, String text, Optional<IpAddress> address) {
    ProtocolPorts ports = ports(text);
    return new PublishedEndpoint(
        container, new PublishedPort(ports, address, ports.ports(), false));
  }

  private static ProtocolPorts ports(String text) {
    int slash = text.indexOf('/');
    String[] ends = text.substring(0, slash).split("-", -1);
    return new ProtocolPorts(
        TransportProtocol.parse(text.substring(slash + 1)).orElseThrow(),
        new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])));
  }

  private static Peers any() {
    return new Peers(List.of("any"), AddressSet.any());
  }

  private static Peers peers(String... prefixes) {
    return new Peers(
        List.of(prefixes), AddressSet.ofPrefixes(Stream.of(prefixes).map(IpPrefix::of).toList()));
  }
}
