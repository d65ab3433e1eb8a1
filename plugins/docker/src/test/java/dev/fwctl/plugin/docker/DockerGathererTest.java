package dev.fwctl.plugin.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Attachment;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.DockerFacts.ContainerNetwork;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerGathererTest {
  private static final String ID = "0123456789abcdef".repeat(4);

  private static DockerFacts parse(String output) {
    return new DockerGatherer().parse(new ProbeAnswer(0, output, ""));
  }

  private static DockerFacts recorded(String name) throws IOException {
    try (InputStream stream =
        requireNonNull(DockerGathererTest.class.getResourceAsStream(name + ".txt"), name)) {
      return parse(new String(stream.readAllBytes(), UTF_8));
    }
  }

  private static Container named(DockerFacts facts, String name) {
    return facts.containers().stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> published(DockerFacts facts, String name) {
    return named(facts, name).published().stream().map(PublishedPort::toString).toList();
  }

  private static String running(String containers) {
    return "info {\"ServerVersion\":\"28.5.2\"}\nnetworks []\n" + containers + "end\n";
  }

  private static String container(String name, String settings) {
    return "container {\"Id\":\"%s\",\"Name\":\"/%s\",\"State\":{\"Running\":true,\"Restarting\":false},%s}\n"
        .formatted(ID, name, settings);
  }

  private static String publishing(String ports, String bindings) {
    return running(
        container(
            "web",
            "\"Config\":{\"Image\":\"web:1\",\"Labels\":null},\"HostConfig\":{\"NetworkMode\":\"default\",\"PortBindings\":"
                + bindings
                + "},\"NetworkSettings\":{\"Ports\":"
                + ports
                + ",\"Networks\":{}}"));
  }

  @ParameterizedTest
  @CsvSource({
    "bullseye, 20.10.5+dfsg1",
    "bookworm, 20.10.24+dfsg1",
    "trixie, 26.1.5+dfsg1",
    "sid, 28.5.2+dfsg4"
  })
  void everyReleaseIsUnderstood(String release, String version) throws IOException {
    DockerFacts facts = recorded("perl-" + release);

    assertThat(facts.state()).isEqualTo(DockerFacts.State.RUNNING);
    assertThat(facts.version()).isEqualTo(version);
    assertThat(facts.settings().swarm()).isFalse();
    assertThat(facts.settings().rootless()).isFalse();
    assertThat(facts.containers())
        .hasSize(22)
        .isSortedAccordingTo((left, right) -> left.name().compareTo(right.name()));

    assertThat(published(facts, "web")).containsExactly("8081->8080/tcp");
    assertThat(published(facts, "one-address")).containsExactly("192.0.2.10:8082->80/tcp");
    assertThat(published(facts, "four-only")).containsExactly("8084->80/tcp");
    assertThat(published(facts, "range"))
        .containsExactly("9000-9005->7000-7005/tcp", "9006->8006/tcp", "9010->7010/tcp");
    assertThat(published(facts, "dns")).containsExactly("53->53/tcp", "53->53/udp");
    assertThat(published(facts, "chosen-of-range")).containsExactly("10000->80/tcp");
    assertThat(published(facts, "loopback")).containsExactly("127.0.0.1:5432->5432/tcp");
    assertThat(published(facts, "fixed")).containsExactly("8085->80/tcp");
    assertThat(published(facts, "paused")).containsExactly("8095->80/tcp");
    assertThat(published(facts, "failing")).containsExactly("8094->80/tcp");
    assertThat(published(facts, "created")).containsExactly("8088->80/tcp");
    assertThat(published(facts, "stopped"))
        .containsExactly("8090->80/tcp", "192.0.2.10:8091-8093->91-93/tcp");
    assertThat(published(facts, "all-exposed")).hasSize(3);

    assertThat(
            facts.containers().stream()
                .filter(
                    container -> container.published().stream().anyMatch(PublishedPort::dynamic))
                .map(Container::name))
        .containsExactly("all-exposed", "chosen", "chosen-of-range");
    assertThat(
            facts.containers().stream()
                .filter(container -> !container.running())
                .map(Container::name))
        .containsExactly("created", "created-host", "stopped");

    assertThat(
            facts.containers().stream()
                .filter(container -> container.networking() != Networking.NETWORKS)
                .collect(Collectors.toMap(Container::name, Container::networking)))
        .isEqualTo(
            Map.of(
                "host-network", Networking.HOST,
                "created-host", Networking.HOST,
                "no-network", Networking.NONE,
                "companion", Networking.CONTAINER));
    assertThat(published(facts, "created-host")).isEmpty();
    assertThat(named(facts, "host-network").exposed())
        .extracting(Object::toString)
        .containsExactly("53/udp", "80/tcp", "443/tcp");
    assertThat(named(facts, "range").exposed())
        .extracting(Object::toString)
        .contains("7000-7005/tcp");

    assertThat(named(facts, "fixed").attachments())
        .containsExactly(
            new Attachment(
                "shop", List.of(IpAddress.of("172.30.0.5")), List.of(IpAddress.of("172.30.0.5"))));
    assertThat(named(facts, "six").attachments())
        .hasSize(2)
        .contains(
            new Attachment(
                "six",
                List.of(IpAddress.of("172.31.0.2"), IpAddress.of("fd00:1::5")),
                List.of(IpAddress.of("fd00:1::5"))));
    assertThat(named(facts, "created").attachments())
        .containsExactly(new Attachment("bridge", List.of(), List.of()));

    assertThat(facts.networks())
        .extracting(ContainerNetwork::name)
        .containsExactly("bridge", "host", "lan", "none", "routed", "shop", "six");
    assertThat(facts.network("bridge").orElseThrow().bridge()).contains("docker0");
    assertThat(facts.network("six").orElseThrow().bridge()).contains("six0");
    assertThat(facts.network("six").orElseThrow().subnets())
        .containsExactly(IpPrefix.of("172.31.0.0/24"), IpPrefix.of("fd00:1::/64"));
    assertThat(facts.network("shop").orElseThrow().bridge().orElseThrow())
        .matches("br-[0-9a-f]{12}");
    assertThat(facts.network("lan").orElseThrow().driver()).isEqualTo("macvlan");
    assertThat(facts.network("lan").orElseThrow().bridge()).isEmpty();
    assertThat(facts.network("routed").orElseThrow().gatewayModes()).containsExactly("routed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie", "sid"})
  void theCommandTellsTheSameAsTheSocket(String release) throws IOException {
    DockerFacts bySocket = recorded("perl-" + release);
    DockerFacts byCommand = recorded("cli-" + release);

    assertThat(byCommand.version()).isEqualTo(bySocket.version());
    assertThat(byCommand.settings()).isEqualTo(bySocket.settings());
    assertThat(byCommand.networks()).isEqualTo(bySocket.networks());
    // Its container keeps failing, so it has an address at one time and none at another.
    assertThat(byCommand.containers())
        .filteredOn(container -> !container.name().equals("failing"))
        .isEqualTo(
            bySocket.containers().stream()
                .filter(container -> !container.name().equals("failing"))
                .toList());
  }

  @Test
  void labelsAreDataWhateverTheyHold() throws IOException {
    for (String source : List.of("perl-sid", "cli-sid", "perl-bullseye", "cli-bullseye")) {
      assertThat(named(recorded(source), "labelled").labels())
          .containsEntry("com.docker.compose.project", "shop")
          .containsEntry("com.docker.compose.service", "web")
          .containsEntry("evil", "\"; $(reboot) `id` \\")
          .containsEntry("lines", "a\nb: [c, {d\nend")
          .containsEntry("escape", "\u001b[2J\u001b]0;x\u0007")
          .containsEntry("Id", ID)
          .containsEntry("Ports", "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"1\"}]}")
          .containsEntry("é✓", "ü");
    }
  }

  @Test
  void newerEnginesTellTheirFirewall() throws IOException {
    assertThat(recorded("perl-sid").settings().firewallBackend()).contains("iptables");
    assertThat(recorded("perl-trixie").settings().firewallBackend()).isEmpty();
  }

  @Test
  void aContainersNameMayHoldAnything() {
    DockerFacts facts =
        parse(
            running(
                container(
                    "a\\nend\\ncontainer \\\"; reboot \\u001b[2J",
                    "\"Config\":{\"Image\":\"$(id)\",\"Labels\":{}},\"HostConfig\":{\"NetworkMode\":\"host\",\"PortBindings\":{}},\"NetworkSettings\":{\"Ports\":{},\"Networks\":{}}")));

    assertThat(facts.containers())
        .singleElement()
        .satisfies(
            container -> {
              assertThat(container.name()).isEqualTo("a\nend\ncontainer \"; reboot \u001b[2J");
              assertThat(container.image()).isEqualTo("$(id)");
            });
  }

  @Test
  void bothFormsOfEveryAddressAreOne() {
    assertThat(
            published(
                parse(
                    publishing(
                        "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"8080\"},{\"HostIp\":\"::\",\"HostPort\":\"8080\"}],\"81/tcp\":null,\"82/tcp\":[]}",
                        "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}")),
                "web"))
        .containsExactly("8080->80/tcp");
  }

  @Test
  void aPortOfRoutedModeIsNoPublishedOne() {
    assertThat(
            published(
                parse(
                    publishing(
                        "{\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"\"}]}",
                        "{\"80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}")),
                "web"))
        .isEmpty();
  }

  @Test
  void anAbsentEngineIsFine() {
    assertThat(parse("absent\n")).isEqualTo(DockerFacts.absent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "silent\n",
        "",
        "info {\"ServerVersion\":\"28.5.2\"}\n",
        "info {\"ServerVersion\":\"28.5.2\"}\nnetworks []\nexpected " + "a\n",
        "info {\"ServerVersion\":\"\",\"ServerErrors\":[\"no\"]}\nend\n"
      })
  void anEngineThatDoesNotTellAllDoesNotAnswer(String output) {
    DockerFacts facts = parse(output);

    assertThat(facts.state()).isEqualTo(DockerFacts.State.NOT_ANSWERING);
    assertThat(facts.containers()).isEmpty();
  }

  @Test
  void aContainerThatIsGoneByNowIsLeftOut() {
    DockerFacts bySocket = parse(running("expected " + ID + "\ngone " + ID + "\n"));
    DockerFacts byCommand =
        new DockerGatherer()
            .parse(
                new ProbeAnswer(
                    0, running("expected " + ID + "\n"), "Error: No such container: " + ID + "\n"));

    assertThat(bySocket.state()).isEqualTo(DockerFacts.State.RUNNING);
    assertThat(bySocket.containers()).isEmpty();
    assertThat(byCommand).isEqualTo(bySocket);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "expected 77\n",
        "broken 0123456789abcdef {\"message\":\"layer is missing\"}\n",
        "container {\"Id\":\"1\"}\n",
        "container {\"Id\n",
        "container []\n",
        "nonsense\n"
      })
  void nothingIsPassedOver(String line) {
    assertThatThrownBy(() -> parse(running(line)))
        .isInstanceOf(FwctlException.class)
        .extracting(e -> ((FwctlException) e).problems().getFirst().code())
        .isEqualTo(ErrorCode.ANSWER_MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"80/tcp\":[{\"HostIp\":\"nowhere\",\"HostPort\":\"8080\"}]}",
        "{\"0/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}",
        "{\"99999/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}",
        "{\"90-80/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"8080\"}]}"
      })
  void portsThatMakeNoSenseAreRefused(String ports) {
    assertThatThrownBy(() -> parse(publishing(ports, "{}"))).isInstanceOf(FwctlException.class);
  }

  @Test
  void aBrokenContainerIsNamedWithARemedy() {
    assertThatThrownBy(() -> parse(running("broken " + ID + " {\"message\":\"no layer\"}\n")))
        .hasMessageContainingAll("0123456789ab", "no layer", "docker rm");
  }

  @Test
  void swarmAndRootlessAreTold() {
    DockerFacts facts =
        parse(
            "info {\"ServerVersion\":\"27.1\",\"Swarm\":{\"LocalNodeState\":\"active\"},\"SecurityOptions\":[\"name=seccomp,profile=builtin\",\"name=rootless\"]}\nnetworks []\nend\n");

    assertThat(facts.settings()).isEqualTo(new DockerFacts.Settings(true, true, Optional.empty()));
  }

  @Test
  void aSubnetMayBeWrittenAsItsGateway() {
    DockerFacts facts =
        parse(
            "info {\"ServerVersion\":\"27.1\"}\nnetwork {\"Name\":\"n\",\"Id\":\"%s\",\"Driver\":\"bridge\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.1.2.3/16\"},{\"Gateway\":\"\"}]},\"Options\":null}\nend\n"
                .formatted(ID));

    assertThat(facts.networks())
        .containsExactly(
            new ContainerNetwork(
                "n",
                "bridge",
                Optional.of("br-0123456789ab"),
                List.of(IpPrefix.of("10.1.0.0/16")),
                List.of()));
  }
}
