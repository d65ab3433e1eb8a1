package dev.fwctl.core.exposure;

import static dev.fwctl.core.exposure.ExposedHost.container;
import static dev.fwctl.core.exposure.ExposedHost.listener;
import static dev.fwctl.core.exposure.ExposedHost.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.core.exposure.Way.Path;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.TransportProtocol;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSurveyTest {
  private static final AddressSet IPV4 = AddressSet.of(IpPrefix.everything(Family.IPV4));
  private static final AddressSet IPV6 = AddressSet.of(IpPrefix.everything(Family.IPV6));

  private static AddressSet addresses(String... prefixes) {
    return AddressSet.ofPrefixes(Arrays.stream(prefixes).map(IpPrefix::of).toList());
  }

  private static HostExposure survey(ExposedHost host) {
    return HostSurvey.of(host.known());
  }

  private static Exposure endpoint(HostExposure host, String words) {
    return host.exposures().stream()
        .filter(exposure -> exposure.endpoint().toString().equals(words))
        .findFirst()
        .orElseThrow(() -> new AssertionError(words + " is not among " + host.exposures()));
  }

  private static Way way(Exposure exposure, Path path) {
    return exposure.ways().stream()
        .filter(way -> way.path() == path && !way.byRoute())
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is not among " + exposure.ways()));
  }

  @Test
  void whatDockerPublishesIsOpenToEveryoneOfBothFamilies() {
    Exposure shop = endpoint(survey(ExposedHost.plain()), "container shop 80/tcp");
    assertThat(shop.severity()).isEqualTo(Severity.EVERYONE);
    assertThat(shop.certain()).isTrue();
    assertThat(shop.sources().isAny()).isTrue();

    Way dnat = way(shop, Path.DNAT);
    assertThat(dnat.dialled()).hasToString("[8081/tcp]");
    assertThat(dnat.addresses()).isEqualTo(AddressSet.none());
    assertThat(dnat.sources()).isEqualTo(IPV4);
    assertThat(dnat.reasons().getFirst().rules())
        .extracting(step -> step.table() + " " + step.chain() + " " + step.position())
        .containsExactly("nat DOCKER 2", "filter DOCKER 1");
    // IPv6 is not translated: docker-proxy listens there.
    Way proxy = way(shop, Path.PROXY);
    assertThat(proxy.sources()).isEqualTo(IPV6);
    assertThat(proxy.reasons().getFirst().unhindered()).isTrue();
  }

  @Test
  void whatIsPublishedOnTheLoopbackAddressIsOpenToNeighbours() {
    Exposure db = endpoint(survey(ExposedHost.plain()), "container db 5432/tcp");
    assertThat(db.severity()).isEqualTo(Severity.NEIGHBOURS);
    assertThat(db.sensitive()).contains("PostgreSQL");
    assertThat(db.ways()).allMatch(Way::byRoute);
    assertThat(db.ways())
        .extracting(Way::path, Way::addresses)
        .containsExactlyInAnyOrder(
            tuple(Path.DNAT, addresses("127.0.0.1/32")),
            tuple(Path.DIRECT, addresses("172.17.0.3/32")));
    assertThat(db.sources()).isEqualTo(AddressSet.none());
  }

  @Test
  void whatListensOnTheLoopbackAddressIsOpenToNobody() {
    Exposure mail = endpoint(survey(ExposedHost.plain()), "master 25/tcp");
    assertThat(mail.severity()).isEqualTo(Severity.NOBODY);
    assertThat(mail.ways()).isEmpty();
  }

  @Test
  void rulesOfOthersNarrowWhoComesIn() {
    HostExposure host =
        survey(
            ExposedHost.with(
                "-A DOCKER-USER -i eth0 -s 203.0.113.0/24 -j RETURN",
                "-A DOCKER-USER -i eth0 -s 198.51.100.7/32 -j RETURN",
                "-A DOCKER-USER -i eth0 -j DROP"));
    Exposure shop = endpoint(host, "container shop 80/tcp");
    Way dnat = way(shop, Path.DNAT);
    // By eth1, which no rule speaks of, its own network still comes in.
    assertThat(dnat.sources())
        .isEqualTo(addresses("203.0.113.0/24", "198.51.100.7/32", "10.0.0.0/24"));
    assertThat(dnat.reasons()).hasSize(3);
    assertThat(way(shop, Path.PROXY).sources()).isEqualTo(IPV6);
  }

  @ParameterizedTest
  @CsvSource({
    "-s 10.0.0.0/8, PRIVATE",
    "-s 203.0.113.0/24, SOME",
    "-s 203.0.0.0/16, SOME",
    "-s 203.0.0.0/15, MANY",
    "! -s 0.0.0.0/1, MANY",
    "! -s 203.0.113.0/24, EVERYONE",
    "'', EVERYONE"
  })
  void tellsHowBadItIs(String source, Severity severity) {
    HostExposure host =
        survey(
            ExposedHost.with(
                    "-A DOCKER-USER -i eth+ " + source + " -j RETURN",
                    "-A DOCKER-USER -i eth+ -j DROP")
                .listen());
    assertThat(endpoint(host, "container shop 80/tcp").severity()).isEqualTo(severity);
  }

  @Test
  void whatHangsOnRulesThatAreNotUnderstoodIsToldApart() {
    HostExposure host =
        survey(
            ExposedHost.with(
                "-A DOCKER-USER -s 203.0.113.0/24 -j RETURN",
                "-A DOCKER-USER -m recent --rcheck --name guests --rsource -j RETURN",
                "-A DOCKER-USER -j DROP"));
    Exposure shop = endpoint(host, "container shop 80/tcp");
    Way dnat = way(shop, Path.DNAT);
    assertThat(dnat.sources()).isEqualTo(addresses("203.0.113.0/24"));
    assertThat(dnat.perhaps()).isEqualTo(IPV4.minus(addresses("203.0.113.0/24")));
    assertThat(dnat.dependsOn().get(Family.IPV4))
        .singleElement()
        .satisfies(step -> assertThat(step.position()).isEqualTo(2));
    // Everyone of IPv6 comes in for sure.
    assertThat(shop.certain()).isTrue();
    assertThat(
            endpoint(
                survey(
                    ExposedHost.with(
                            "-A DOCKER-USER -m recent --rcheck --name guests --rsource -j RETURN",
                            "-A DOCKER-USER -j DROP")
                        .listen()),
                "container shop 80/tcp"))
        .satisfies(
            one -> {
              assertThat(one.severity()).isEqualTo(Severity.EVERYONE);
              assertThat(one.certain()).isFalse();
            });
  }

  @Test
  void aTargetThatIsNotUnderstoodMayLetEveryoneIn() {
    HostExposure host =
        survey(ExposedHost.with("-A DOCKER-USER -p tcp -j NFQUEUE --queue-num 1").listen());
    Way dnat = way(endpoint(host, "container shop 80/tcp"), Path.DNAT);
    assertThat(dnat.sources()).isEqualTo(AddressSet.none());
    assertThat(dnat.perhaps()).isEqualTo(IPV4);
    assertThat(dnat.dependsOn().get(Family.IPV4)).hasSize(1);
  }

  @Test
  void servicesOfTheHostAreNamedByTheirPrograms() {
    HostExposure host =
        survey(
            ExposedHost.plain()
                .listen(
                    listener(TransportProtocol.UDP, "192.0.2.10", 53, "named"),
                    listener(TransportProtocol.TCP, "10.0.0.10", 9100, "node_exporter"),
                    listener(TransportProtocol.TCP, "*", 6379, "redis-server")));
    assertThat(endpoint(host, "named 53/udp").sources()).isEqualTo(IPV4);
    assertThat(way(endpoint(host, "named 53/udp"), Path.HOST).addresses())
        .isEqualTo(addresses("192.0.2.10/32"));
    // The host takes packets for its inner address by its outer interface, too.
    assertThat(endpoint(host, "node_exporter 9100/tcp").severity()).isEqualTo(Severity.EVERYONE);
    Exposure redis = endpoint(host, "redis-server 6379/tcp");
    assertThat(redis.sources().isAny()).isTrue();
    // Of what is equally bad, what no stranger should reach comes first.
    assertThat(host.exposures().getFirst()).isEqualTo(redis);
  }

  @Test
  void containersOnTheHostsNetworkAreKnownByWhatTheyExpose() {
    HostExposure host =
        survey(
            ExposedHost.plain()
                .container(container("monitor", Networking.HOST, List.of(published(0, 0, ""))))
                .listen(listener(TransportProtocol.TCP, "*", 9090, "prometheus")));
    assertThat(endpoint(host, "prometheus 9090/tcp").severity()).isEqualTo(Severity.EVERYONE);
  }

  @Test
  void aContainerThatNothingGuardsIsOpenAtEveryPort() {
    KnownHost open =
        new ExposedHost("*filter\n:FORWARD ACCEPT\nCOMMIT\n", "")
            .container(container("loose", "172.17.0.9"))
            .known();
    HostExposure host = HostSurvey.of(open);
    Exposure loose = endpoint(host, "container loose 0-65535/tcp");
    assertThat(loose.severity()).isEqualTo(Severity.NEIGHBOURS);
    assertThat(endpoint(host, "container shop 80/tcp").ways())
        .extracting(Way::path)
        .contains(Path.DIRECT);
    assertThat(endpoint(host, "container shop 0-79/tcp").severity()).isEqualTo(Severity.NEIGHBOURS);
  }

  @Test
  void aPublicAddressOfAContainerIsReachedFromAfar() {
    KnownHost open =
        new ExposedHost(ExposedHost.DOCKER, "*filter\n:FORWARD ACCEPT\nCOMMIT\n")
            .container(container("six", "2001:db8:1::2"))
            .known();
    // No route leads there by docker0, so the host would send it out again by eth0.
    assertThat(endpoint(HostSurvey.of(open), "container six 0-65535/tcp").severity())
        .isEqualTo(Severity.EVERYONE);
  }

  @Test
  void aMachineBehindTheHostIsNamedByItsAddress() {
    ExposedHost host =
        new ExposedHost(
            ExposedHost.DOCKER
                .replace(
                    ":DOCKER -\n-A PRE",
                    ":DOCKER -\n"
                        + "-A PREROUTING -d 192.0.2.77/32 -p tcp --dport 443 -j DNAT --to-destination"
                        + " 10.0.0.7\n-A PRE")
                .replace(":FORWARD DROP", ":FORWARD ACCEPT"),
            "");
    Exposure behind = endpoint(survey(host), "10.0.0.7 443/tcp");
    assertThat(behind.sources()).isEqualTo(IPV4);
    assertThat(way(behind, Path.DNAT).addresses()).isEqualTo(addresses("192.0.2.77/32"));
  }

  @Test
  void withoutSocketsDockerProxyIsAQuestion() {
    HostExposure host = survey(ExposedHost.plain().withoutListeners());
    Way proxy = way(endpoint(host, "container shop 80/tcp"), Path.PROXY);
    assertThat(proxy.sources()).isEqualTo(AddressSet.none());
    assertThat(proxy.perhaps()).isEqualTo(IPV6);
    assertThat(proxy.unknowns()).containsExactly("whether docker-proxy listens there");
    assertThat(host.remarks()).anyMatch(remark -> remark.contains("which programs listen"));
  }

  @Test
  void whatCanNotBeToldIsSaid() {
    assertThat(survey(ExposedHost.plain().unseen("the nftables table inet filter")).unseen())
        .containsExactly("the nftables table inet filter");
    assertThatExceptionOfType(FwctlException.class)
        .isThrownBy(() -> HostSurvey.of(KnownHost.of("web-01", new HostFacts(new TreeMap<>()))))
        .satisfies(
            failure -> {
              assertThat(failure.problems().getFirst().code()).isEqualTo(ErrorCode.UNKNOWN_NAME);
              assertThat(failure.problems().getFirst().hint()).isPresent();
            });
  }
}
