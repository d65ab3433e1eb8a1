package dev.fwctl.plugin.iptables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.HiddenTable;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Place;
import dev.fwctl.model.Traffic;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoweringTest {
  private static final Path GOLDEN = Path.of("src/test/golden");
  private static final Peers OFFICE = Hosts.peers("203.0.113.0/24", "2001:db8:7::/48");

  private static OwnedRules lower(HostIntent intent, HostFacts facts) {
    return new IptablesBackend().lower(intent, facts);
  }

  /** Returns all rules as people read them, each with its table and chain. */
  private static List<String> lines(OwnedRules rules, Family family) {
    List<String> lines = new ArrayList<>();
    for (OwnedTable table : rules.tables()) {
      if (table.family() == family) {
        for (Hook hook : table.hooks()) {
          lines.add(line(table, hook.chain(), hook.rule()));
        }
        table
            .chains()
            .forEach(
                chain -> chain.rules().forEach(rule -> lines.add(line(table, chain.name(), rule))));
      }
    }
    return lines;
  }

  private static String line(OwnedTable table, String chain, Rule rule) {
    return "-t " + table.name() + " -A " + chain + " " + RulesetText.rule(table.family(), rule);
  }

  /** Returns the rules of one chain, without their comments. */
  private static List<String> chain(OwnedRules rules, Family family, String name) {
    return rules.tables().stream()
        .filter(table -> table.family() == family)
        .flatMap(table -> table.chains().stream())
        .filter(chain -> chain.name().equals(name))
        .flatMap(chain -> chain.rules().stream())
        .map(rule -> new IptablesBackend().show(family, rule))
        .toList();
  }

  /** With -Dfwctl.golden=write the file is written anew, for people to read the difference. */
  private static void assertGolden(String name, OwnedRules rules) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Family family : Family.values()) {
      lines.add("# " + family);
      lines.addAll(lines(rules, family));
    }
    Path file = GOLDEN.resolve(name + ".rules");
    if ("write".equals(System.getProperty("fwctl.golden"))) {
      Files.createDirectories(GOLDEN);
      Files.write(file, lines);
    }
    assertThat(lines).isEqualTo(Files.readAllLines(file));
  }

  private static HostIntent shop(DefaultAction fallback) {
    var django = Hosts.published("django", "8081/tcp", 8080);
    return Hosts.withOwn(
        Hosts.inbound(
            fallback,
            List.of(django, Hosts.published("dns", "53/udp", 53)),
            List.of(
                Hosts.entry(12, Hosts.hostPorts("22/tcp"), OFFICE),
                Hosts.entry(13, new Target.IcmpMessages(IcmpKind.ECHO_REQUEST), Hosts.any()),
                Hosts.entry(18, Hosts.publishedPorts(django), OFFICE)),
            List.of(Hosts.entry(15, new Target.Everything(), Hosts.peers("198.51.100.66")))),
        "203.0.113.9");
  }

  @Test
  void dropsByDefault() throws IOException {
    assertGolden("shop-drop", lower(shop(DefaultAction.DROP), Hosts.docker()));
  }

  @Test
  void rejectsByDefault() throws IOException {
    assertGolden("shop-reject", lower(shop(DefaultAction.REJECT), Hosts.docker(withDockerUser())));
  }

  @Test
  void deniesOnly() throws IOException {
    assertGolden("shop-accept", lower(shop(DefaultAction.ACCEPT), Hosts.docker()));
  }

  @Test
  void guardsWhatLeaves() throws IOException {
    assertGolden(
        "mail-outbound",
        lower(
            Hosts.outbound(
                DefaultAction.DROP,
                List.of(
                    Hosts.entry(
                        31,
                        new Origin.Everything(),
                        new Traffic.Ports(List.of(Hosts.ports("53/udp"), Hosts.ports("53/tcp"))),
                        Hosts.any()),
                    Hosts.entry(
                        32,
                        new Origin.HostItself(),
                        new Traffic.Icmp(IcmpKind.ECHO_REQUEST),
                        Hosts.any())),
                List.of(
                    Hosts.entry(
                        35,
                        new Origin.Containers(
                            List.of("worker"),
                            List.of("br-0123456789ab"),
                            List.of(IpAddress.of("172.18.0.9"))),
                        new Traffic.Ports(List.of(Hosts.ports("25/tcp"))),
                        Hosts.any()))),
            Hosts.docker()));
  }

  private static Ruleset withDockerUser() {
    return ruleset(
        Variant.NFT,
        "*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n");
  }

  private static Ruleset ruleset(Variant variant, String text) {
    return new Ruleset(Family.IPV4, variant, RulesetText.parse(text));
  }

  @Test
  void rejectsFromDockersUserChainOnlyWhereThereIsOne() {
    OwnedRules rules = lower(shop(DefaultAction.REJECT), Hosts.docker(withDockerUser()));
    assertThat(rules.tables())
        .filteredOn(table -> table.name().equals("filter"))
        .extracting(table -> table.hooks().stream().map(Hook::chain).toList())
        .containsExactly(List.of("DOCKER-USER", "INPUT"), List.of("FORWARD", "INPUT"));
  }

  @Test
  void needsNoRulesToLetEverythingIn() {
    HostIntent intent =
        Hosts.inbound(
            DefaultAction.ACCEPT,
            List.of(),
            List.of(Hosts.entry(12, Hosts.hostPorts("22/tcp"), OFFICE)),
            List.of());
    assertThat(lower(intent, Hosts.docker()).isEmpty()).isTrue();
  }

  @Test
  void leavesWhatIsRoutedAloneWhereThereIsNoDocker() {
    OwnedRules rules = lower(shop(DefaultAction.DROP), Hosts.plain());
    assertThat(rules.tables())
        .flatExtracting(OwnedTable::hooks)
        .extracting(Hook::chain)
        .containsOnly("PREROUTING");
  }

  @Test
  void writesNothingForIpv6WhereTheKernelHasNone() {
    HostFacts facts = Hosts.facts(Hosts.firewall(), Hosts.dockerRunning(), false);
    assertThat(lower(shop(DefaultAction.REJECT), facts).tables())
        .extracting(OwnedTable::family)
        .containsOnly(Family.IPV4);
  }

  /** A container that comes and goes and that no rule names is nothing to plan. */
  @Test
  void takesNoNoticeOfPublishedPortsThatNoRuleHasToTellApart() {
    HostIntent some = shop(DefaultAction.DROP);
    var inbound = some.inbound().orElseThrow();
    HostIntent fewer =
        Hosts.withOwn(
            Hosts.inbound(
                inbound.fallback(),
                inbound.published().subList(0, 1),
                inbound.allows(),
                inbound.denies()),
            "203.0.113.9");
    assertThat(lower(fewer, Hosts.docker())).isEqualTo(lower(some, Hosts.docker()));
  }

  @Test
  void setsPublishedPortsApartFromAllOfTheHosts() {
    OwnedRules rules =
        lower(
            Hosts.inbound(
                DefaultAction.DROP,
                List.of(
                    Hosts.published("web", "8081/tcp", 80),
                    Hosts.published("vip", "80/tcp", 80, Optional.of(IpAddress.of("192.0.2.1")))),
                List.of(Hosts.entry(12, new Target.HostEverything(), OFFICE)),
                List.of()),
            Hosts.docker());
    assertThat(chain(rules, Family.IPV4, "FWCTL-INBOUND"))
        .endsWith(
            "-p tcp -m tcp --dport 8081 -g FWCTL-PUBLISHED",
            "-d 192.0.2.1/32 -p tcp -m tcp --dport 80 -g FWCTL-PUBLISHED",
            "-s 203.0.113.0/24 -j RETURN",
            "-j DROP");
    assertThat(chain(rules, Family.IPV6, "FWCTL-INBOUND"))
        .endsWith(
            "-p tcp -m tcp --dport 8081 -g FWCTL-PUBLISHED",
            "-s 2001:db8:7::/48 -j RETURN",
            "-j DROP");
    assertThat(chain(rules, Family.IPV4, "FWCTL-PUBLISHED")).containsExactly("-j DROP");
  }

  @Test
  void letsOurOwnConnectionLiveOnlyWhereThePolicyWouldNot() {
    String own = "-s 203.0.113.9/32 -p tcp -m tcp --dport 22 -j RETURN";
    HostIntent admitted = shop(DefaultAction.DROP);
    assertThat(chain(lower(admitted, Hosts.docker()), Family.IPV4, "FWCTL-INBOUND"))
        .doesNotContain(own);
    HostIntent elsewhere = Hosts.withOwn(admitted, "192.0.2.200");
    assertThat(chain(lower(elsewhere, Hosts.docker()), Family.IPV4, "FWCTL-INBOUND"))
        .contains("-s 192.0.2.200/32 -p tcp -m tcp --dport 22 -j RETURN");
    HostIntent denied =
        Hosts.withOwn(
            Hosts.inbound(
                DefaultAction.ACCEPT,
                List.of(),
                List.of(),
                List.of(Hosts.entry(15, Hosts.hostPorts("20-30/tcp"), OFFICE))),
            "203.0.113.9");
    assertThat(chain(lower(denied, Hosts.docker()), Family.IPV4, "FWCTL-INBOUND")).contains(own);
  }

  @Test
  void putsLongListsIntoSetsNamedByWhatIsInThem() {
    Peers many = many(AddressLists.MOST_PREFIXES + 1);
    OwnedRules rules = lower(allowing(many), Hosts.docker());
    assertThat(rules.sets()).hasSize(1);
    String name = rules.sets().getFirst().name();
    assertThat(name).matches("fwctl-[0-9a-f]{16}");
    assertThat(rules.sets().getFirst().members()).isEqualTo(many.addresses());
    assertThat(chain(rules, Family.IPV4, "FWCTL-INBOUND"))
        .contains("-m set --match-set " + name + " src -j RETURN");
    assertThat(lower(allowing(many(AddressLists.MOST_PREFIXES + 2)), Hosts.docker()).sets())
        .extracting(set -> set.name().equals(name))
        .containsExactly(false);
    assertThat(lower(allowing(many(AddressLists.MOST_PREFIXES)), Hosts.docker()).sets()).isEmpty();
  }

  private static HostIntent allowing(Peers peers) {
    return Hosts.inbound(
        DefaultAction.DROP,
        List.of(),
        List.of(Hosts.entry(12, new Target.Everything(), peers)),
        List.of());
  }

  private static Peers many(int count) {
    return new Peers(
        List.of("crowd"),
        AddressSet.ofPrefixes(
            IntStream.range(0, count)
                .mapToObj(i -> IpPrefix.of("10." + i / 100 + "." + i % 100 + ".0/25"))
                .toList()));
  }

  @Test
  void saysThatLongListsTakeIpset() {
    FirewallFacts with = Hosts.firewall();
    FirewallFacts without =
        new FirewallFacts(
            with.tools(), true, List.of(), List.of(), List.of(), false, with.ownDigest());
    HostFacts facts = Hosts.facts(without, Hosts.dockerRunning(), true);
    assertRefused(() -> lower(allowing(many(100)), facts), ErrorCode.HOST_UNSUITABLE, "ipset");
  }

  @Test
  void namesDockersBridgesAndSparesThoseOfOthers() {
    SortedMap<String, Fact> facts = new TreeMap<>(Hosts.docker().facts());
    facts.put(
        "network",
        new NetworkFacts(
            "host",
            List.of(
                bridge("br-lan"), bridge("br-0123456789ab"), bridge("shop0"), bridge("br-shop")),
            List.of(),
            true));
    facts.put(
        "docker",
        new DockerFacts(
            DockerFacts.State.RUNNING,
            "28",
            List.of(),
            List.of(network("shop0"), network("br-shop"), network("br-0123456789ab")),
            Hosts.dockerRunning().settings()));
    OwnedRules rules = lower(shop(DefaultAction.DROP), new HostFacts(facts));
    assertThat(chain(rules, Family.IPV4, "FWCTL-DIRECT"))
        .containsExactly(
            "-o br-lan -j RETURN",
            "-m conntrack --ctstate DNAT -j RETURN",
            "-o br-+ -g FWCTL-UNPUBLISHED",
            "-o docker0 -g FWCTL-UNPUBLISHED",
            "-o docker_gwbridge -g FWCTL-UNPUBLISHED",
            "-o shop0 -g FWCTL-UNPUBLISHED");
  }

  private static NetworkInterface bridge(String name) {
    return new NetworkInterface(name, "bridge", true, List.of());
  }

  private static ContainerNetwork network(String bridge) {
    return new ContainerNetwork(bridge, "bridge", Optional.of(bridge), List.of(), List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"eth0; reboot", "$(id)", "eth\n0", "a\"b", "name-that-is-long", ""})
  void makesNoRuleOfAHostilesInterfaceName(String name) {
    HostIntent intent =
        new HostIntent(
            new TreeSet<>(List.of(name)),
            shop(DefaultAction.DROP).inbound(),
            Optional.empty(),
            Optional.empty());
    assertRefused(() -> lower(intent, Hosts.docker()), ErrorCode.UNENFORCEABLE, "interface");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-j MARK --set-mark 0x1",
        "-j MARK --set-xmark 0x10000000/0x10000000",
        "-j MARK --and-mark 0xff",
        "-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff",
        "-p tcp -j TPROXY --on-port 1 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1"
      })
  void doesNotRejectWhereOthersWriteTheMark(String rule) {
    HostFacts facts =
        Hosts.docker(
            ruleset(
                Variant.LEGACY,
                "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING " + rule + "\nCOMMIT\n"));
    assertRefused(() -> lower(shop(DefaultAction.REJECT), facts), ErrorCode.UNENFORCEABLE, "mark");
    assertThat(lower(shop(DefaultAction.DROP), facts).isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-j MARK --set-xmark 0x4000/0x4000",
        "-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
        "-m mark --mark 0x10000000/0x10000000 -j DROP"
      })
  void rejectsBesideMarksThatAreNotInTheWay(String rule) {
    HostFacts facts =
        Hosts.docker(
            ruleset(
                Variant.NFT,
                "*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING " + rule + "\nCOMMIT\n"));
    assertThat(lower(shop(DefaultAction.REJECT), facts).isEmpty()).isFalse();
  }

  @Test
  void doesNotRejectWhereItCanNotSeeTheFilter() {
    FirewallFacts with = Hosts.firewall();
    FirewallFacts hidden =
        new FirewallFacts(
            with.tools(),
            true,
            List.of(),
            List.of(new HiddenTable(Family.IPV6, "filter")),
            List.of(),
            true,
            with.ownDigest());
    HostFacts facts = Hosts.facts(hidden, Hosts.dockerRunning(), true);
    assertRefused(
        () -> lower(shop(DefaultAction.REJECT), facts), ErrorCode.HOST_UNSUITABLE, "'filter'");
  }

  private static void assertRefused(Runnable lowering, ErrorCode code, String word) {
    assertThatThrownBy(lowering::run)
        .isInstanceOfSatisfying(
            FwctlException.class,
            failure ->
                assertThat(failure.problems())
                    .singleElement()
                    .satisfies(
                        problem -> {
                          assertThat(problem.code()).isEqualTo(code);
                          assertThat(problem.message()).contains(word);
                          assertThat(problem.hint()).isPresent();
                          assertThat(problem.message()).doesNotContainPattern("\\p{Cntrl}");
                        }));
  }

  @Test
  void commentsLeadToTheLineAndHoldNothingDangerous() {
    String comment =
        Comments.of(new Place("policies/a \"b\" $(c)\n\u00e9.yml", 14, 3), "shop's `x`");
    assertThat(comment).isEqualTo("policies/a _b_ _(c)__.yml:14 shop_s _x_");
    assertThat(Comments.of(new Place("x/".repeat(300) + "shop.yml", 14, 3), "shop"))
        .hasSize(200)
        .endsWith("shop.yml:14 shop");
    assertThat(lines(lower(shop(DefaultAction.REJECT), Hosts.docker()), Family.IPV4))
        .allMatch(line -> line.contains("--comment \""));
  }

  @Test
  void writesWhereDockerDoes() {
    Ruleset legacyDocker =
        ruleset(Variant.LEGACY, "*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\nCOMMIT\n");
    Ruleset nftChains =
        ruleset(Variant.NFT, "*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\nCOMMIT\n");
    assertThat(IptablesBackend.variant(Hosts.firewall())).isEqualTo(Variant.NFT);
    assertThat(IptablesBackend.variant(Hosts.firewall(legacyDocker))).isEqualTo(Variant.LEGACY);
    assertThat(IptablesBackend.variant(Hosts.firewall(legacyDocker, nftChains)))
        .isEqualTo(Variant.LEGACY);
    assertThat(IptablesBackend.variant(Hosts.firewall(legacyDocker, withDockerUser())))
        .isEqualTo(Variant.NFT);
    assertThat(new IptablesBackend().warnings(Hosts.docker(legacyDocker, nftChains))).hasSize(1);
  }

  @Test
  void saysWhatKeepsItFromActing() {
    FirewallFacts with = Hosts.firewall();
    FirewallFacts onlyIpv4 =
        new FirewallFacts(
            List.of(new Tool(Variant.NFT, "1.8.9")),
            false,
            List.of(
                ruleset(
                    Variant.LEGACY,
                    "*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\nCOMMIT\n")),
            List.of(),
            List.of(),
            true,
            with.ownDigest());
    assertThat(new IptablesBackend().obstacles(Hosts.facts(onlyIpv4, Hosts.dockerRunning(), true)))
        .extracting(problem -> problem.code().name() + " " + problem.hint().orElse(""))
        .containsExactly(
            "HOST_UNSUITABLE install ip6tables, or boot the host with ipv6.disable=1",
            "HOST_UNSUITABLE install iptables-legacy");
    assertThat(new IptablesBackend().obstacles(Hosts.facts(onlyIpv4, Hosts.dockerRunning(), false)))
        .hasSize(1);
    assertThat(new IptablesBackend().warnings(Hosts.docker()))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains("\"iptables\": false"));
  }
}
