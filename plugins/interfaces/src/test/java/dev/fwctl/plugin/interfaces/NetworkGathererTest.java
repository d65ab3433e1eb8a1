package dev.fwctl.plugin.interfaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.spi.ProbeAnswer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkGathererTest {
  private static final String WITHOUT_LINKS = "web-1\nipv6\n[]\n";

  private static NetworkFacts parse(String output) {
    return new NetworkGatherer().parse(new ProbeAnswer(0, output, ""));
  }

  private static Route route(String destination, String gateway, String interfaceName) {
    return new Route(
        IpPrefix.of(destination),
        gateway.isEmpty() ? Optional.empty() : Optional.of(IpAddress.of(gateway)),
        interfaceName);
  }

  private static NetworkInterface named(NetworkFacts facts, String name) {
    return facts.interfaces().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie", "sid"})
  void everyReleaseIsUnderstood(String release) {
    NetworkFacts facts = new NetworkGatherer().parse(Recording.read("network-" + release + ".txt"));

    assertThat(facts.hostname()).isEqualTo("web-1");
    assertThat(facts.ipv6()).isTrue();
    assertThat(
            facts.interfaces().stream()
                .collect(Collectors.toMap(NetworkInterface::name, NetworkInterface::kind)))
        .containsOnly(
            Map.entry("lo", "loopback"),
            Map.entry("eth0", "veth"),
            Map.entry("outside", "veth"),
            Map.entry("br-abc", "bridge"),
            Map.entry("v0", "veth"),
            Map.entry("v1", "veth"),
            Map.entry("we\"ird\\", "bridge"),
            Map.entry("tun0", "tun"));
    assertThat(named(facts, "eth0").up()).isTrue();
    assertThat(named(facts, "v1").up()).isFalse();
    assertThat(named(facts, "eth0").addresses())
        .extracting(InterfaceAddress::toString)
        .contains("192.0.2.10/24", "192.0.2.77/24", "2001:db8::10/64")
        .hasSize(4);
    assertThat(named(facts, "tun0").addresses())
        .extracting(InterfaceAddress::toString)
        .contains("10.8.0.1/32");
    assertThat(facts.routes())
        .contains(
            route("0.0.0.0/0", "192.0.2.1", "eth0"),
            route("0.0.0.0/0", "192.0.2.2", "eth0"),
            route("0.0.0.0/0", "192.0.2.3", "eth0"),
            route("0.0.0.0/0", "", "tun0"),
            route("::/0", "2001:db8::1", "eth0"),
            route("::/0", "2001:db8::2", "eth0"),
            route("::/0", "2001:db8::3", "eth0"),
            route("::/0", "", "tun0"),
            route("10.97.0.0/16", "2001:db8::9", "eth0"),
            route("172.18.0.0/16", "", "br-abc"),
            route("10.8.0.2/32", "", "tun0"),
            route("2001:db8::/64", "", "eth0"))
        .noneMatch(route -> route.interfaceName().equals("lo"))
        .noneMatch(route -> route.destination().toString().startsWith("ff00"))
        .noneMatch(route -> route.destination().toString().startsWith("10.99"));
    assertThat(facts.facingOutside()).containsExactly("eth0", "tun0");
  }

  @Test
  void aHostNameIsDataWhateverItHolds() {
    assertThat(parse("$(reboot)\u001b[2J\nipv6\n[]\n[]\n").hostname())
        .isEqualTo("$(reboot)\u001b[2J");
  }

  @Test
  void aKernelWithoutIpv6IsTold() {
    assertThat(parse("web-1\nno ipv6\n[]\n[]\n").ipv6()).isFalse();
  }

  @Test
  void emptyObjectsArePassedOver() {
    assertThat(
            parse("web-1\nipv6\n[{},{\"ifname\":\"eth0\",\"flags\":[],\"addr_info\":[{}]}]\n[]\n")
                .interfaces())
        .containsExactly(new NetworkInterface("eth0", "", false, List.of()));
  }

  @Test
  void ofOtherTablesOnlyDefaultRoutesCount() {
    assertThat(
            parse(
                    WITHOUT_LINKS
                        + "[{\"type\":\"unicast\",\"dst\":\"default\",\"dev\":\"wg0\",\"table\":\"51820\"},"
                        + "{\"type\":\"unicast\",\"dst\":\"10.0.0.0/8\",\"dev\":\"wg0\",\"table\":\"51820\"},"
                        + "{\"type\":\"unicast\",\"dst\":\"default\",\"dev\":\"lo\",\"table\":\"local\"}]\n")
                .routes())
        .containsExactly(route("0.0.0.0/0", "", "wg0"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web-1\nipv6\n",
        "web-1\nipv6\n[]\n{}\n",
        "web-1\nipv6\n[]\n[\n",
        "web-1\nipv6\n[{\"ifname\":\"e\",\"addr_info\":[{\"local\":\"nowhere\"}]}]\n[]\n",
        "web-1\nipv6\n[]\n[{\"dst\":\"10.0.0.1/8\",\"dev\":\"e\"}]\n",
        "web-1\nipv6\n[]\n[{\"dst\":\"default\",\"gateway\":\"x\",\"dev\":\"e\"}]\n"
      })
  void nonsenseIsRefused(String output) {
    assertThatThrownBy(() -> parse(output))
        .isInstanceOf(FwctlException.class)
        .extracting(e -> ((FwctlException) e).problems().getFirst().code())
        .isEqualTo(ErrorCode.ANSWER_MALFORMED);
  }

  @Test
  void aFailureOfTheToolIsToldWithItsWords() {
    assertThatThrownBy(
            () ->
                new NetworkGatherer()
                    .parse(new ProbeAnswer(255, "web-1\nipv6\n", "Option \"-json\" is unknown\n")))
        .hasMessageContaining("Option \"-json\" is unknown");
  }

  @Test
  void aHostWithoutTheToolIsToldWhatToInstall() {
    assertThatThrownBy(
            () -> new NetworkGatherer().parse(new ProbeAnswer(127, "web-1\nipv6\n", "not found")))
        .hasMessageContaining("iproute2")
        .extracting(e -> ((FwctlException) e).problems().getFirst().code())
        .isEqualTo(ErrorCode.HOST_UNSUITABLE);
  }
}
