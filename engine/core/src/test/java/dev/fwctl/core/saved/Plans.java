package dev.fwctl.core.saved;

import dev.fwctl.core.intent.Interest;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleDifference;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Container;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.ContainerSelector.ComposeGlob;
import dev.fwctl.model.ContainerSelector.LabelGlob;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.Glob;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.Place;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.ReachChange;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.Secret;
import dev.fwctl.model.Sha256;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.spi.FirewallBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A small plan of every kind of host, and what it was made from. */
public final class Plans {
  static final Receipt RECEIPT =
      new Receipt(
          Instant.parse("2026-11-20T08:00:00Z"),
          "bob@desk",
          "20261120-080000-1a2b",
          Optional.empty(),
          false,
          "c".repeat(64),
          List.of("ipv4 mangle FWCTL-HOST: -j RETURN"));

  public static final FirewallBackend FIREWALL = new PaperFirewall();
  public static final Map<String, FirewallBackend> FIREWALLS = Map.of("paper", FIREWALL);

  static final String PASSWORD = "correct horse battery staple";
  static final String KEY = "/home/ann/.ssh/id_of_ann";

  static final String OLD = "*mangle\n:FWCTL-HOST - [0:0]\n-A FWCTL-HOST -j DROP\nCOMMIT\n";
  static final String NEW =
      """
      *mangle
      :FWCTL-HOST - [0:0]
      -A FWCTL-HOST -s 203.0.113.0/24 -p tcp -m tcp --dport 8081 -m comment --comment "policies/shop.yml:14 \\"shop\\"" -j RETURN
      -A FWCTL-HOST -j DROP
      COMMIT
      """;

  private Plans() {}

  public static Host host(String name) {
    return new Host(name, new TreeSet<>(List.of("all", "web")), settings(name), place(3));
  }

  static ConnectionSettings settings(String address) {
    return new ConnectionSettings(
        "ssh",
        address,
        2222,
        Optional.of("root"),
        List.of(Path.of(KEY)),
        Optional.of(new Secret(PASSWORD)),
        List.of(Path.of("/home/ann/known_hosts")),
        Optional.of(
            new ConnectionSettings(
                "ssh",
                "bastion",
                22,
                Optional.empty(),
                List.of(),
                Optional.of(new Secret(PASSWORD)),
                List.of(),
                Optional.empty(),
                Duration.ofSeconds(10),
                3,
                Optional.empty(),
                Map.of())),
        Duration.ofSeconds(10),
        3,
        Optional.of(new Become(Optional.of(new Secret(PASSWORD)))),
        Map.of());
  }

  static Place place(int line) {
    return new Place("inventories/hosts.yml", line, 5);
  }

  static OwnedRules rules(String text) {
    return FIREWALL.inForce(facts(text, true, "web 8081:80"));
  }

  /** Returns facts with others among them. */
  static HostFacts with(HostFacts facts, Map<String, Fact> others) {
    TreeMap<String, Fact> all = new TreeMap<>(facts.facts());
    all.putAll(others);
    return new HostFacts(all);
  }

  /** Returns facts of a host with some rules and containers, each as {@code NAME PORT:PORT}. */
  static HostFacts facts(String rules, boolean ipset, String... containers) {
    List<Table> tables = RulesetText.parse(rules);
    TreeMap<String, Fact> facts = new TreeMap<>();
    facts.put(
        "firewall",
        new FirewallFacts(
            List.of(),
            true,
            tables.isEmpty() ? List.of() : List.of(new Ruleset(Family.IPV4, Variant.NFT, tables)),
            List.of(),
            List.of(),
            ipset,
            "0"));
    facts.put(
        "docker",
        new DockerFacts(
            DockerFacts.State.RUNNING,
            "28.5.2",
            List.of(containers).stream().map(Plans::container).toList(),
            List.of(),
            new DockerFacts.Settings(false, false, Optional.empty())));
    facts.put(
        "network",
        new NetworkFacts(
            "web",
            List.of(
                new NetworkFacts.NetworkInterface(
                    "eth0",
                    "",
                    true,
                    List.of(new NetworkFacts.InterfaceAddress(IpAddress.of("192.0.2.1"), 24)))),
            List.of(new NetworkFacts.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty(), "eth0")),
            true));
    facts.put(
        "ssh",
        new SshFacts(
            List.of(),
            Optional.of(
                new SshFacts.OwnConnection(
                    IpAddress.of("192.0.2.9"), IpAddress.of("192.0.2.1"), 2222))));
    return new HostFacts(facts);
  }

  private static Container container(String text) {
    String[] words = text.split("[ :]");
    return new Container(
        "id",
        words[0],
        words[0] + ":1",
        true,
        Container.Networking.NETWORKS,
        new TreeMap<>(),
        words.length < 3
            ? List.of()
            : List.of(
                new PublishedPort(
                    new ProtocolPorts(
                        TransportProtocol.TCP, PortRange.single(Integer.parseInt(words[1]))),
                    Optional.empty(),
                    PortRange.single(Integer.parseInt(words[2])),
                    false)),
        List.of(),
        List.of());
  }

  static Change change(OwnedRules before, OwnedRules wanted) {
    List<RuleLine> then = RuleLine.of(before, FIREWALL);
    List<RuleLine> now = RuleLine.of(wanted, FIREWALL);
    String script = "# from " + then.size() + " to " + now.size() + "\nprintf 'ä\\r\\n'\n";
    return new Change(
        Sha256.hex(script),
        before,
        wanted,
        List.of(
            new ReachChange(
                ReachChange.Direction.INBOUND,
                "web 8081/tcp",
                AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8:7::/48")),
                AddressSet.none(),
                false)),
        new Change.Written(
            script,
            "# back\n",
            RuleDifference.between(then, now),
            now.stream().map(RuleLine::written).toList()));
  }

  static Optional<Interest> interest(String host) {
    return host.equals("web-03")
        ? Optional.empty()
        : Optional.of(
            new Interest(
                List.of(),
                Optional.of(
                    List.of(
                        new ContainerSelector(
                            Optional.of(new Glob("web*")),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()),
                        new ContainerSelector(
                            Optional.empty(),
                            Optional.of(
                                new LabelGlob(new Glob("tier"), Optional.of(new Glob("we?")))),
                            Optional.of(new ComposeGlob(new Glob("shop"), new Glob("*"))),
                            Optional.of(new Glob("nginx:*"))))),
                Optional.empty()));
  }

  static Manifest manifest() {
    return new Manifest(
        "1.2.3",
        Instant.parse("2026-11-23T10:00:00Z"),
        Instant.parse("2026-11-23T10:00:04Z"),
        "ann@desk",
        new Manifest.Policies(Optional.of("c0ffee".repeat(6) + "c0ff"), true, "a".repeat(64)),
        new Manifest.Inventory(
            List.of("inventories"), Optional.of("web:&prod"), Optional.empty(), "b".repeat(64)),
        "10%");
  }

  static HostPlan.Changed changed(String name, Change change, Optional<Drift> drift) {
    return new HostPlan.Changed(
        host(name),
        change,
        FIREWALL,
        facts(OLD, true, "web 8081:80"),
        drift,
        List.of(Problem.at(place(9), ErrorCode.UNENFORCEABLE, "mind `this`", "look")));
  }

  /** Returns a plan with two hosts that change alike, one that is left empty, and others. */
  static Plan plan() {
    Change change = change(rules(OLD), rules(NEW));
    List<HostPlan> hosts = new ArrayList<>();
    hosts.add(changed("web-01", change, Optional.empty()));
    hosts.add(
        changed(
            "web-02",
            change,
            Optional.of(
                new Drift(
                    Optional.of(RECEIPT),
                    List.of(
                        new RuleChange(
                            RuleChange.Kind.CHANGE,
                            RuleLine.of(rules(OLD), FIREWALL).getFirst(),
                            Optional.of(RuleLine.read("ipv4 mangle FWCTL-HOST: -j RETURN")))),
                    false))));
    hosts.add(changed("web-03", change(rules(OLD), OwnedRules.none()), Optional.empty()));
    hosts.add(new HostPlan.Unchanged(host("web-04"), true, List.of()));
    hosts.add(
        new HostPlan.NotPlannable(
            host("web-05"),
            List.of(Problem.of(ErrorCode.UNREACHABLE, "connection refused", "is sshd up?")),
            List.of()));
    return new Plan(
        hosts, List.of(Problem.at(place(1), ErrorCode.NOT_ON_HOST, "a warning of the whole")));
  }

  public static SavedPlan saved() {
    Plan plan = plan();
    Bases bases = new Bases(Plans::interest);
    plan.changed().forEach(host -> bases.planned(host, host.facts()));
    return SavedPlan.of(manifest(), plan, bases);
  }
}
