package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.facts.FactsJson;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Tool;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.Secret;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.ListeningSocket;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class FactsReportTest {
  private final FactsText text = new FactsText(Style.PLAIN, new ProblemText(Path.of(".")));

  private static IpAddress address(String text) {
    return IpAddress.of(text);
  }

  private static ProtocolPorts tcp(int first, int last) {
    return new ProtocolPorts(TransportProtocol.TCP, new PortRange(first, last));
  }

  private static final NetworkFacts NETWORK =
      new NetworkFacts(
          "web-1",
          List.of(
              new NetworkInterface(
                  "lo", "loopback", true, List.of(new InterfaceAddress(address("127.0.0.1"), 8))),
              new NetworkInterface(
                  "eth0",
                  "",
                  true,
                  List.of(
                      new InterfaceAddress(address("192.0.2.10"), 24),
                      new InterfaceAddress(address("2001:db8::10"), 64))),
              new NetworkInterface("veth1", "veth", true, List.of()),
              new NetworkInterface("veth2", "veth", true, List.of())),
          List.of(
              new Route(
                  IpPrefix.everything(Family.IPV4), Optional.of(address("192.0.2.1")), "eth0"),
              new Route(IpPrefix.everything(Family.IPV6), Optional.empty(), "eth0"),
              new Route(IpPrefix.of("192.0.2.0/24"), Optional.empty(), "eth0")),
          true);

  private static final SshFacts SSH =
      new SshFacts(
          List.of(
              new ListeningSocket(address("0.0.0.0"), 22), new ListeningSocket(address("::"), 22)),
          Optional.of(new OwnConnection(address("203.0.113.5"), address("192.0.2.10"), 22)));

  private static final DockerFacts DOCKER =
      new DockerFacts(
          DockerFacts.State.RUNNING,
          "28.5.2",
          List.of(
              new Container(
                  "1",
                  "web",
                  "nginx:1.27",
                  true,
                  Networking.NETWORKS,
                  new TreeMap<>(Map.of("com.docker.compose.project", "shop")),
                  List.of(
                      new PublishedPort(
                          tcp(8081, 8081), Optional.empty(), PortRange.single(80), false),
                      new PublishedPort(
                          tcp(9000, 9005),
                          Optional.of(address("192.0.2.10")),
                          new PortRange(7000, 7005),
                          true)),
                  List.of(tcp(80, 80)),
                  List.of(
                      new Attachment(
                          "shop",
                          List.of(address("172.18.0.2"), address("172.18.0.3")),
                          List.of(address("172.18.0.3"))))),
              new Container(
                  "2",
                  "evil\n\u001b[2J",
                  "x",
                  false,
                  Networking.HOST,
                  new TreeMap<>(),
                  List.of(),
                  List.of(tcp(80, 81)),
                  List.of())),
          List.of(
              new ContainerNetwork(
                  "shop",
                  "bridge",
                  Optional.of("br-0123456789ab"),
                  List.of(IpPrefix.of("172.18.0.0/16")),
                  List.of())),
          new DockerFacts.Settings(false, false, Optional.of("iptables")));

  private static final FirewallFacts FIREWALL =
      new FirewallFacts(
          List.of(new Tool(Variant.NFT, "1.8.9")),
          true,
          List.of(
              new Ruleset(
                  Family.IPV4,
                  Variant.NFT,
                  RulesetText.parse(
                      "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n"))),
          List.of(),
          List.of(),
          false,
          "digest");

  private static final Receipt RECEIPT =
      new Receipt(
          Instant.parse("2026-01-02T03:04:05Z"),
          "ann@laptop",
          "run-1",
          Optional.of("0123abc"),
          true,
          "a",
          List.of("rule"));

  /** A fact as a plugin may bring it. */
  record DiskFact(
      String filesystem, double freeShare, List<Mount> mountPoints, Secret key, AddressSet peers)
      implements Fact {}

  private sealed interface Mount {
    record ReadOnly(Path path) implements Mount {}

    record Writable(Path path, Optional<Integer> quota) implements Mount {}
  }

  private static final DiskFact DISK =
      new DiskFact(
          "ext4\u0007",
          0.5,
          List.of(
              new Mount.ReadOnly(Path.of("/usr")),
              new Mount.Writable(Path.of("/var"), Optional.empty())),
          new Secret("hunter2"),
          AddressSet.of(IpPrefix.of("192.0.2.0/24")));

  private static HostReading.Gathered gathered(Map<String, Fact> facts) {
    return new HostReading.Gathered(
        new HostFacts(new TreeMap<>(facts)), new TreeMap<>(), Duration.ofMillis(400));
  }

  @Test
  void aPersonReadsAllOfIt() {
    assertThat(
            text.reading(
                "web-1",
                gathered(
                    Map.of(
                        "network",
                        NETWORK,
                        "ssh",
                        SSH,
                        "docker",
                        DOCKER,
                        "firewall",
                        FIREWALL,
                        "receipt",
                        RECEIPT,
                        "disk",
                        DISK))))
        .isEqualTo(
            """
            web-1
              network: web-1, IPv4 and IPv6
                lo: loopback, 127.0.0.1/8
                eth0: faces outside, 192.0.2.10/24, 2001:db8::10/64
                without addresses: veth1, veth2
                default route, IPv4: by 192.0.2.1 through eth0
                default route, IPv6: through eth0
                other routes: 1
              ssh: listens on 0.0.0.0:22, [::]:22
                our connection: from 203.0.113.5 to 192.0.2.10:22
              docker: 28.5.2, firewall iptables, 1 of 2 containers running
                container web: running, image nginx:1.27
                  publishes: 8081->80/tcp, 192.0.2.10:9000-9005->7000-7005/tcp (chosen by
                      Docker)
                  network shop: 172.18.0.2, 172.18.0.3 (fixed)
                  label: com.docker.compose.project=shop
                container evil\\n\\u001b[2J: stopped, image x, in the host's network
                  exposes: 80-81/tcp
                network shop: bridge, interface br-0123456789ab, 172.18.0.0/16
              firewall: iptables 1.8.9 (nft), no ipset
                IPv4 nft: 1 rule in filter
              receipt: applied 2026-01-02T03:04:05Z by ann@laptop, run run-1, commit 0123abc
                  with uncommitted changes, 1 rule
              disk
                filesystem: ext4\\u0007
                free_share: 0.5
                mount_points:
                  -
                    type: read_only
                    path: /usr
                  -
                    type: writable
                    path: /var
                    quota: -
                key: (secret)
                peers:
                  - 192.0.2.0/24
            """);
  }

  @Test
  void aLineIsLongOnlyWhereAWordIs() {
    String longName = "n".repeat(200);
    Container container =
        new Container(
            "1",
            longName,
            "image",
            true,
            Networking.NONE,
            new TreeMap<>(Map.of("words", "word ".repeat(100))),
            List.of(),
            List.of(),
            List.of());
    String shown =
        text.reading(
            "web-1",
            gathered(
                Map.of(
                    "docker",
                    new DockerFacts(
                        DockerFacts.State.RUNNING,
                        "28",
                        List.of(container),
                        List.of(),
                        DOCKER.settings()))));

    assertThat(shown).contains(longName);
    assertThat(shown.lines().filter(line -> !line.contains(longName)))
        .allMatch(line -> line.length() <= 80);
    assertThat(shown.split("word ", -1).length + shown.split("word\n", -1).length - 2)
        .isGreaterThanOrEqualTo(100);
  }

  @Test
  void whatIsMissingIsToldAfterWhatIsThere() {
    TreeMap<String, FwctlException> missing = new TreeMap<>();
    missing.put(
        "docker",
        new FwctlException(Problem.of(ErrorCode.ANSWER_MALFORMED, "no\u001b JSON", "repair it")));
    missing.put("receipt", new FwctlException(Problem.of(ErrorCode.ANSWER_MALFORMED, "torn")));

    String shown =
        text.reading(
            "web-1",
            new HostReading.Gathered(
                new HostFacts(new TreeMap<>(Map.of("ssh", SSH))), missing, Duration.ZERO));

    assertThat(shown)
        .contains("ssh: listens", "error: no\\u001b JSON [FW035]", "hint: repair it")
        .contains("warning: torn [FW035]");
  }

  @Test
  void aHostThatFailedShowsWhy() {
    assertThat(
            text.reading(
                "web-1",
                new HostReading.Failed(
                    new FwctlException(Problem.of(ErrorCode.UNREACHABLE, "no route to host")),
                    Duration.ZERO)))
        .isEqualTo("web-1\nerror: no route to host [FW030]\n");
  }

  @Test
  void hostsWithLittleAreFineHosts() {
    assertThat(
            text.reading(
                "web-1",
                gathered(
                    Map.of(
                        "docker",
                        DockerFacts.absent(),
                        "ssh",
                        new SshFacts(List.of(), Optional.empty()),
                        "firewall",
                        new FirewallFacts(
                            List.of(), false, List.of(), List.of(), List.of(), true, "")))))
        .isEqualTo(
            """
            web-1
              ssh: no server found
              docker: none
              firewall: no iptables, ipset
            """);
  }

  @Test
  void aProgramReadsValuesAsPeopleWriteThem() {
    assertThat(
            new FactsJson()
                .facts(
                    new HostFacts(
                        new TreeMap<>(Map.of("docker", DOCKER, "firewall", FIREWALL, "ssh", SSH))))
                .toPrettyString())
        .contains("\"state\" : \"running\"")
        .contains("\"host_address\" : \"192.0.2.10\"")
        .contains("\"ports\" : \"9000-9005/tcp\"")
        .contains("\"container_ports\" : \"7000-7005\"")
        .contains("\"host_address\" : null")
        .contains("\"subnets\" : [ \"172.18.0.0/16\" ]")
        .contains("\"-s 192.0.2.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\"")
        .contains("\"com.docker.compose.project\" : \"shop\"")
        .contains("\"name\" : \"evil\\n\\u001B[2J\"")
        .contains("\"server_port\" : 22");
  }

  @Test
  void factsOfPluginsAreShownWhateverTheyAre() {
    assertThat(new FactsJson().facts(new HostFacts(new TreeMap<>(Map.of("disk", DISK)))))
        .hasToString(
            "{\"disk\":{\"filesystem\":\"ext4\\u0007\",\"free_share\":0.5,\"mount_points\":["
                + "{\"type\":\"read_only\",\"path\":\"/usr\"},"
                + "{\"type\":\"writable\",\"path\":\"/var\",\"quota\":null}],"
                + "\"key\":\"(secret)\",\"peers\":[\"192.0.2.0/24\"]}}");
  }
}
