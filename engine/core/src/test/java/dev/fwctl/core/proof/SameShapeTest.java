package dev.fwctl.core.proof;

import static dev.fwctl.core.proof.Shop.DOCKER;
import static dev.fwctl.core.proof.Shop.facts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PredictedHost;
import dev.fwctl.analysis.Shape;
import dev.fwctl.analysis.Shapes;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.model.netfilter.OwnedRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SameShapeTest {
  private final Shapes shapes = new Shapes(List.of(AddressSet.of(IpPrefix.of("198.51.100.0/24"))));

  private Shape shape(UnaryOperator<String> renaming, String rules) {
    return shapes.of(List.of(OwnedRules.none()), renamed(renaming, rules));
  }

  /** Returns the shop, where all that has a name of its own is called something else. */
  private static PredictedHost renamed(UnaryOperator<String> renaming, String rules) {
    NetworkFacts network = facts(DOCKER).network();
    List<NetworkFacts.NetworkInterface> interfaces = new ArrayList<>();
    for (NetworkFacts.NetworkInterface one : network.interfaces()) {
      interfaces.add(
          new NetworkFacts.NetworkInterface(
              renaming.apply(one.name()),
              one.kind(),
              one.up(),
              one.addresses().stream()
                  .map(
                      it ->
                          new NetworkFacts.InterfaceAddress(
                              address(renaming, it.address()), it.prefixLength()))
                  .toList()));
    }
    List<NetworkFacts.Route> routes =
        network.routes().stream()
            .map(
                route ->
                    new NetworkFacts.Route(
                        IpPrefix.of(renaming.apply(route.destination().toString())),
                        route.gateway(),
                        renaming.apply(route.interfaceName())))
            .toList();
    DockerFacts docker = Shop.docker(false);
    List<Container> containers =
        docker.containers().stream()
            .map(
                one ->
                    new Container(
                        one.id() + "9",
                        one.name(),
                        one.image(),
                        one.running(),
                        one.networking(),
                        one.labels(),
                        one.published(),
                        one.exposed(),
                        one.attachments().stream()
                            .map(
                                it ->
                                    new Container.Attachment(
                                        it.network(),
                                        it.addresses().stream()
                                            .map(address -> address(renaming, address))
                                            .toList(),
                                        it.fixedAddresses()))
                            .toList()))
            .toList();
    List<DockerFacts.ContainerNetwork> networks =
        docker.networks().stream()
            .map(
                it ->
                    new DockerFacts.ContainerNetwork(
                        it.name(),
                        it.driver(),
                        it.bridge().map(renaming),
                        it.subnets(),
                        it.gatewayModes()))
            .toList();
    return Shop.predicted(
        facts(
            renaming.apply(rules),
            new NetworkFacts("other", interfaces, routes, network.ipv6()),
            new SshFacts(
                List.of(),
                Optional.of(
                    new OwnConnection(
                        Shop.OWN.client(), address(renaming, Shop.OWN.server()), 22))),
            new DockerFacts(
                docker.state(), docker.version(), containers, networks, docker.settings())),
        OwnedRules.none());
  }

  private static IpAddress address(UnaryOperator<String> renaming, IpAddress address) {
    return IpAddress.of(renaming.apply(address.toString()));
  }

  @Test
  void hostsThatDifferInNamesOfTheirOwnAreOfOneShape() {
    Shape shop = shape(text -> text, DOCKER);
    UnaryOperator<String> renaming =
        text ->
            text.replace("172.17.0.0/16", "172.31.0.0/16")
                .replace("172.17.0.", "172.31.9.")
                .replace("192.0.2.10", "192.0.2.77")
                .replace("2001:db8::10", "2001:db8::77")
                .replace("docker0", "br-0123456789ab");
    assertThat(renamed(renaming, DOCKER)).isNotEqualTo(renamed(text -> text, DOCKER));
    assertThat(shape(renaming, DOCKER)).isEqualTo(shop).hasSameHashCodeAs(shop);
  }

  @Test
  void hostsWithOtherRulesAreNot() {
    Shape shop = shape(text -> text, DOCKER);
    for (String other :
        List.of(
            DOCKER.replace("--dport 8081", "--dport 8082"),
            DOCKER.replace("-d 172.17.0.2/32", "-d 172.17.0.3/32"),
            DOCKER.replace("-d 172.17.0.2/32", "! -d 172.17.0.2/32"),
            DOCKER.replace("! -i docker0 -o docker0", "! -i docker0 -o eth0"),
            DOCKER.replace(":FORWARD DROP", ":FORWARD ACCEPT"),
            DOCKER.replace("172.17.0.2:80", "172.17.0.2:81"))) {
      assertThat(other).isNotEqualTo(DOCKER);
      assertThat(shape(text -> text, other)).as(other).isNotEqualTo(shop);
    }
  }

  /** An address is not like another where rules or assertions tell them apart. */
  @Test
  void hostsInOtherNetworksAreNotWhereThatMatters() {
    UnaryOperator<String> moved = text -> text.replace("192.0.2.10", "192.0.2.77");
    String rule = "-A FORWARD -d 192.0.2.0/26 -j DROP\n-A FORWARD -j DOCKER-USER";
    String telling = DOCKER.replace("-A FORWARD -j DOCKER-USER", rule);
    assertThat(shape(moved, telling)).isNotEqualTo(shape(text -> text, telling));
    UnaryOperator<String> asked = text -> text.replace("192.0.2.10", "198.51.100.9");
    assertThat(shape(asked, DOCKER)).isNotEqualTo(shape(text -> text, DOCKER));
  }

  @Test
  void patternsTellInterfacesApart() {
    String rules = DOCKER.replace("-A FORWARD -j DOCKER-USER", "-A FORWARD -o br-0+ -j DROP");
    UnaryOperator<String> inside = text -> text.replace("docker0", "br-0123456789ab");
    UnaryOperator<String> outside = text -> text.replace("docker0", "br-9123456789ab");
    assertThat(shape(inside, rules)).isNotEqualTo(shape(outside, rules));
    assertThat(shape(inside, DOCKER)).isEqualTo(shape(outside, DOCKER));
  }
}
