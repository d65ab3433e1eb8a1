package dev.fwctl.core.intent;

import static dev.fwctl.core.intent.Samples.among;
import static dev.fwctl.core.intent.Samples.anyone;
import static dev.fwctl.core.intent.Samples.container;
import static dev.fwctl.core.intent.Samples.denying;
import static dev.fwctl.core.intent.Samples.dialled;
import static dev.fwctl.core.intent.Samples.docker;
import static dev.fwctl.core.intent.Samples.dropping;
import static dev.fwctl.core.intent.Samples.facts;
import static dev.fwctl.core.intent.Samples.fixed;
import static dev.fwctl.core.intent.Samples.from;
import static dev.fwctl.core.intent.Samples.inbound;
import static dev.fwctl.core.intent.Samples.inside;
import static dev.fwctl.core.intent.Samples.line;
import static dev.fwctl.core.intent.Samples.named;
import static dev.fwctl.core.intent.Samples.onHostNetwork;
import static dev.fwctl.core.intent.Samples.optional;
import static dev.fwctl.core.intent.Samples.outbound;
import static dev.fwctl.core.intent.Samples.ports;
import static dev.fwctl.core.intent.Samples.publish;
import static dev.fwctl.core.intent.Samples.repository;
import static dev.fwctl.core.intent.Samples.rule;
import static dev.fwctl.core.intent.Samples.rules;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.ContainerSelector.ComposeGlob;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Glob;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.HostIntent.InboundEntry;
import dev.fwctl.model.HostIntent.Origin;
import dev.fwctl.model.HostIntent.OutboundEntry;
import dev.fwctl.model.HostIntent.PublishedEndpoint;
import dev.fwctl.model.HostIntent.Target;
import dev.fwctl.model.IcmpKind;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.LocalEnd.Anything;
import dev.fwctl.model.LocalEnd.HostItself;
import dev.fwctl.model.LocalEnd.Published;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.Policy;
import dev.fwctl.model.Problem;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class IntentResolverTest {
  private static final Traffic ALL = new Traffic.All();

  private static HostOutcome resolve(DockerFacts docker, Policy... policies) {
    return new IntentResolver(repository(policies), among("web1")).resolve("web1", facts(docker));
  }

  private static HostIntent intent(DockerFacts docker, Policy... policies) {
    HostOutcome outcome = resolve(docker, policies);
    assertThat(outcome).isInstanceOf(HostOutcome.Resolved.class);
    return ((HostOutcome.Resolved) outcome).intent();
  }

  private static HostIntent.Inbound inboundOf(DockerFacts docker, Policy.Rule... allow) {
    return intent(docker, inbound("shop", "all", dropping(allow))).inbound().orElseThrow();
  }

  private static List<PublishedEndpoint> reached(DockerFacts docker, Policy.Rule rule) {
    List<InboundEntry> allows = inboundOf(docker, rule).allows();
    assertThat(allows).hasSize(1);
    return ((Target.PublishedPorts) allows.getFirst().target()).endpoints();
  }

  private static List<Problem> refusal(DockerFacts docker, Policy.Rule... allow) {
    return refusal(resolve(docker, inbound("shop", "all", dropping(allow))));
  }

  private static List<Problem> refusal(HostOutcome outcome) {
    assertThat(outcome).isInstanceOf(HostOutcome.Refused.class);
    return ((HostOutcome.Refused) outcome).problems();
  }

  private static List<Problem> warnings(DockerFacts docker, Policy.Rule... allow) {
    HostOutcome outcome = resolve(docker, inbound("shop", "all", dropping(allow)));
    assertThat(outcome).isInstanceOf(HostOutcome.Resolved.class);
    return ((HostOutcome.Resolved) outcome).warnings();
  }

  private static PublishedEndpoint endpoint(String container, String published) {
    return new PublishedEndpoint(container, publish(published));
  }

  @Nested
  class Containers {
    @Test
    void theDialledPortIsTheHostsPort() {
      DockerFacts docker = docker(container("django", "8081:8080/tcp"));
      assertThat(reached(docker, rule(5, named("django"), dialled("8081/tcp"), anyone())))
          .containsExactly(endpoint("django", "8081:8080/tcp"));
    }

    @Test
    void theInnerPortLeadsThroughThePortMap() {
      DockerFacts docker =
          docker(container("django", "8081:8080/tcp"), container("other", "8080:8080/tcp"));
      assertThat(reached(docker, rule(5, named("django"), inside("8080/tcp"), anyone())))
          .containsExactly(endpoint("django", "8081:8080/tcp"));
    }

    @Test
    void partsOfRangesKeepTheirInnerPorts() {
      DockerFacts docker = docker(container("range", "8000-8010:9000-9010/tcp"));
      assertThat(reached(docker, rule(5, named("range"), dialled("8003-8004/tcp"), anyone())))
          .containsExactly(endpoint("range", "8003-8004:9003-9004/tcp"));
      assertThat(reached(docker, rule(5, named("range"), inside("9009-9999/tcp"), anyone())))
          .containsExactly(endpoint("range", "8009-8010:9009-9010/tcp"));
    }

    @Test
    void onePortOnSeveralAddressesIsSeveralEndpoints() {
      DockerFacts docker =
          docker(container("web", "192.0.2.1:80:8080/tcp", "192.0.2.2:80:8080/tcp"));
      assertThat(reached(docker, rule(5, named("web"), dialled("80/tcp"), anyone())))
          .containsExactly(
              endpoint("web", "192.0.2.1:80:8080/tcp"), endpoint("web", "192.0.2.2:80:8080/tcp"));
    }

    @Test
    void withoutAPortEveryPublishedPortIsMeant() {
      DockerFacts docker = docker(container("web", "80:80/tcp", "53:53/udp"));
      assertThat(reached(docker, rule(5, named("w*"), ALL, anyone())))
          .containsExactly(endpoint("web", "53:53/udp"), endpoint("web", "80:80/tcp"));
    }

    @Test
    void selectsByLabelComposeServiceAndImage() {
      TreeMap<String, String> labels = new TreeMap<>();
      labels.put("tier", "front");
      labels.put("com.docker.compose.project", "shop");
      labels.put("com.docker.compose.service", "web");
      Container plain = container("shop-web-1", "80:80/tcp");
      Container labelled =
          new Container(
              plain.id(),
              plain.name(),
              "registry.example/shop/web:2",
              false,
              plain.networking(),
              labels,
              plain.published(),
              List.of(),
              plain.attachments());
      DockerFacts docker = docker(container("other", "81:81/tcp"), labelled);
      Optional<Glob> none = Optional.empty();
      List<ContainerSelector> selectors =
          List.of(
              new ContainerSelector(
                  none,
                  Optional.of(
                      new ContainerSelector.LabelGlob(
                          new Glob("tier"), Optional.of(new Glob("fr*")))),
                  Optional.empty(),
                  none),
              new ContainerSelector(
                  none,
                  Optional.empty(),
                  Optional.of(new ComposeGlob(new Glob("shop"), new Glob("*"))),
                  none),
              new ContainerSelector(
                  none, Optional.empty(), Optional.empty(), Optional.of(new Glob("*/shop/web:*"))));
      for (ContainerSelector selector : selectors) {
        assertThat(reached(docker, rule(5, new LocalEnd.Containers(selector), ALL, anyone())))
            .as(selector.toString())
            .containsExactly(endpoint("shop-web-1", "80:80/tcp"));
      }
    }

    @Test
    void anUnpublishedPortIsRefusedWithWhatIsPublished() {
      DockerFacts docker = docker(container("django", "8081:8080/tcp"));
      assertThat(refusal(docker, rule(5, named("django"), dialled("9000/tcp"), anyone())))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.NOT_ON_HOST);
                assertThat(problem.place()).contains(line(5));
                assertThat(problem.message())
                    .isEqualTo(
                        "container django does not publish 9000/tcp; published: 8081->8080/tcp");
              });
    }

    @Test
    void aConfusionOfInnerAndDialledPortsIsTold() {
      DockerFacts docker = docker(container("django", "8081:8080/tcp"));
      assertThat(refusal(docker, rule(5, named("django"), dialled("8080/tcp"), anyone())))
          .singleElement()
          .satisfies(
              problem ->
                  assertThat(problem.hint())
                      .contains(
                          "8080/tcp is the port inside; clients dial 8081/tcp: did you mean"
                              + " 'container-port: 8080/tcp'?"));
      assertThat(refusal(docker, rule(5, named("django"), inside("8081/tcp"), anyone())))
          .singleElement()
          .satisfies(
              problem ->
                  assertThat(problem.hint())
                      .contains(
                          "8081/tcp is the port that clients dial: did you mean 'port: 8081/tcp'?"));
    }

    @Test
    void theProtocolCounts() {
      DockerFacts docker = docker(container("dns", "53:53/udp"));
      assertThat(refusal(docker, rule(5, named("dns"), dialled("53/tcp"), anyone()))).hasSize(1);
    }

    @Test
    void everyListedPortMustBeThere() {
      DockerFacts docker = docker(container("web", "80:80/tcp"));
      assertThat(refusal(docker, rule(5, named("web"), dialled("80/tcp", "443/tcp"), anyone())))
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("443/tcp"));
    }

    @Test
    void hostNetworkingIsReachedAtThePortThatTheRuleNames() {
      DockerFacts docker = docker(onHostNetwork("exporter"));
      Policy.Rule rule = rule(5, named("exporter"), dialled("9100/tcp"), anyone());
      assertThat(reached(docker, rule)).containsExactly(endpoint("exporter", "9100:9100/tcp"));
      assertThat(inboundOf(docker, rule).published())
          .containsExactly(endpoint("exporter", "9100:9100/tcp"));
    }

    @Test
    void hostNetworkingWithoutAPortIsReachedAtWhatItExposes() {
      assertThat(
              reached(
                  docker(onHostNetwork("exporter", "9100/tcp")),
                  rule(5, named("exporter"), ALL, anyone())))
          .containsExactly(endpoint("exporter", "9100:9100/tcp"));
      assertThat(
              refusal(docker(onHostNetwork("exporter")), rule(5, named("exporter"), ALL, anyone())))
          .singleElement()
          .satisfies(problem -> assertThat(problem.hint()).contains("name the port in the rule"));
    }

    @Test
    void whatGoesPastTheHostCannotBeEnforced() {
      for (String network : List.of("lan", "open")) {
        Container container =
            container("cam", Networking.NETWORKS, List.of("bridge", network), "80:80/tcp");
        assertThat(refusal(docker(container), rule(5, named("cam"), ALL, anyone())))
            .singleElement()
            .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.UNENFORCEABLE));
        assertThat(warnings(docker(container), rule(5, new Anything(), ALL, anyone())))
            .singleElement()
            .satisfies(
                problem ->
                    assertThat(problem.message()).startsWith("no policy guards container cam"));
      }
    }

    @Test
    void aPortThatDockerChoseIsAWarning() {
      Container plain = container("web");
      Container dynamic =
          new Container(
              plain.id(),
              "web",
              plain.image(),
              true,
              plain.networking(),
              plain.labels(),
              List.of(
                  new PublishedPort(
                      ports("32768/tcp"), Optional.empty(), ports("80/tcp").ports(), true)),
              List.of(),
              plain.attachments());
      assertThat(warnings(docker(dynamic), rule(5, named("web"), inside("80/tcp"), anyone())))
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("chooses anew"));
    }

    @Test
    void aRefusalOfAContainerWithoutPortsStillMeansItsAddress() {
      HostIntent.Inbound inbound =
          intent(
                  docker(container("postgres")),
                  inbound(
                      "shop", "all", denying(rule(5, named("postgres"), ALL, from("10.0.0.0/8")))))
              .inbound()
              .orElseThrow();
      assertThat(inbound.fallback()).isEqualTo(DefaultAction.ACCEPT);
      assertThat(inbound.denies())
          .extracting(InboundEntry::target)
          .containsExactly(new Target.PublishedPorts(List.of()));
    }

    @Test
    void anAllowOfAContainerWithoutPortsIsAWarning() {
      assertThat(warnings(docker(container("postgres")), rule(5, named("postgres"), ALL, anyone())))
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("publishes no port"));
    }

    @Test
    void anAllowOfWhatIsPublishedOnLoopbackAloneIsAWarning() {
      Policy.Rule rule = rule(5, named("db"), ALL, anyone());
      String loopback = "127.0.0.1:5432:5432/tcp";
      assertThat(warnings(docker(container("db", loopback)), rule))
          .singleElement()
          .satisfies(
              problem ->
                  assertThat(problem.message())
                      .isEqualTo(
                          "nobody gets in by this rule here: it is published on a loopback address"
                              + " alone (127.0.0.1:5432->5432/tcp)"));
      assertThat(warnings(docker(container("db", loopback, "9187:9187/tcp")), rule)).isEmpty();
    }

    @Test
    void aContainerOnAnotherHostMattersNotHere() {
      assertThat(
              inboundOf(docker(container("web", "80:80/tcp")), rule(5, named("db"), ALL, anyone()))
                  .allows())
          .isEmpty();
    }
  }

  @Nested
  class HostAndOthers {
    @Test
    void hostPortsIcmpAndAnything() {
      HostIntent.Inbound inbound =
          inboundOf(
              docker(container("web", "80:80/tcp")),
              rule(5, new HostItself(), dialled("22/tcp"), anyone()),
              rule(6, new HostItself(), new Traffic.Icmp(IcmpKind.ECHO_REQUEST), anyone()),
              rule(7, new HostItself(), ALL, anyone()),
              rule(8, new Anything(), ALL, anyone()),
              rule(9, new Anything(), dialled("1-65535/udp"), anyone()));
      assertThat(inbound.allows())
          .extracting(InboundEntry::target)
          .containsExactly(
              new Target.HostPorts(List.of(ports("22/tcp"))),
              new Target.IcmpMessages(IcmpKind.ECHO_REQUEST),
              new Target.HostEverything(),
              new Target.Everything(),
              new Target.AnyPorts(List.of(ports("1-65535/udp"))));
      assertThat(inbound.allows().getFirst().place()).isEqualTo(line(5));
      assertThat(inbound.allows().getFirst().policy()).isEqualTo("shop");
      assertThat(inbound.published()).containsExactly(endpoint("web", "80:80/tcp"));
    }

    @Test
    void aPublishedPortIsNotTheHosts() {
      DockerFacts docker = docker(container("django", "8081:8080/tcp"));
      assertThat(refusal(docker, rule(5, new HostItself(), dialled("8081/tcp"), anyone())))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.message()).contains("container django answers 8081/tcp");
                assertThat(problem.hint().orElseThrow()).contains("{container: django}");
              });
      assertThat(refusal(docker, rule(5, new HostItself(), dialled("8000-9000/tcp"), anyone())))
          .hasSize(1);
      assertThat(
              inboundOf(docker, rule(5, new HostItself(), dialled("8081/udp"), anyone())).allows())
          .hasSize(1);
    }

    @Test
    void aPortThatIsPublishedOnOneAddressIsTheHostsOnOthers() {
      DockerFacts docker = docker(container("web", "192.0.2.1:80:80/tcp"));
      assertThat(inboundOf(docker, rule(5, new HostItself(), dialled("80/tcp"), anyone())).allows())
          .hasSize(1);
    }

    @Test
    void aPortOfAContainerWithHostNetworkingIsNotTheHosts() {
      assertThat(
              refusal(
                  docker(onHostNetwork("exporter")),
                  rule(5, named("exporter"), dialled("9100/tcp"), anyone()),
                  rule(6, new HostItself(), dialled("9100/tcp"), anyone())))
          .singleElement()
          .satisfies(problem -> assertThat(problem.place()).contains(line(6)));
    }

    @Test
    void publishedMeansEveryContainersPorts() {
      DockerFacts docker =
          docker(
              container("a", "80:80/tcp"),
              container("b", "81-83:80-82/tcp"),
              onHostNetwork("c", "84/tcp"));
      assertThat(reached(docker, rule(5, new Published(), ALL, anyone())))
          .containsExactly(endpoint("a", "80:80/tcp"), endpoint("b", "81-83:80-82/tcp"));
      assertThat(reached(docker, rule(5, new Published(), dialled("82/tcp"), anyone())))
          .containsExactly(endpoint("b", "82:81/tcp"));
      assertThat(reached(docker, rule(5, new Published(), inside("80/tcp"), anyone())))
          .containsExactly(endpoint("a", "80:80/tcp"), endpoint("b", "81:80/tcp"));
    }
  }

  @Nested
  class Outbound {
    private List<OutboundEntry> denies(DockerFacts docker, Policy.Rule... deny) {
      return intent(docker, outbound("shop", "all", denying(deny)))
          .outbound()
          .orElseThrow()
          .denies();
    }

    private List<Problem> refused(DockerFacts docker, Policy.Rule... deny) {
      return refusal(resolve(docker, outbound("shop", "all", denying(deny))));
    }

    @Test
    void fromTheHostAndFromEverything() {
      assertThat(
              denies(
                  docker(),
                  rule(5, new HostItself(), dialled("25/tcp"), anyone()),
                  rule(6, new Anything(), ALL, anyone())))
          .extracting(OutboundEntry::origin)
          .containsExactly(new Origin.HostItself(), new Origin.Everything());
    }

    @Test
    void aBridgeOfItsOwnTellsAContainer() {
      DockerFacts docker =
          docker(
              container("worker", Networking.NETWORKS, List.of("backend", "bridge")),
              container("worker2", Networking.NETWORKS, List.of("backend")));
      assertThat(denies(docker, rule(5, named("worker*"), dialled("25/tcp"), anyone())))
          .extracting(OutboundEntry::origin)
          .containsExactly(
              new Origin.Containers(
                  List.of("worker", "worker2"), List.of("br-0a1b2c3d4e5f", "docker0"), List.of()));
    }

    @Test
    void aSharedBridgeNeedsAFixedAddress() {
      Container stranger = container("web", Networking.NETWORKS, List.of("backend"));
      assertThat(
              refused(
                  docker(container("worker", Networking.NETWORKS, List.of("backend")), stranger),
                  rule(5, named("worker"), ALL, anyone())))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.UNENFORCEABLE);
                assertThat(problem.message()).contains("shares network backend with web");
              });
      assertThat(
              denies(
                  docker(fixed("worker", "backend", "172.20.0.5"), stranger),
                  rule(5, named("worker"), ALL, anyone())))
          .extracting(OutboundEntry::origin)
          .containsExactly(
              new Origin.Containers(
                  List.of("worker"), List.of(), List.of(IpAddress.of("172.20.0.5"))));
    }

    @Test
    void aFixedAddressInOneFamilyIsNotEnough() {
      Container stranger = container("web", Networking.NETWORKS, List.of("dual"));
      assertThat(
              refused(
                  docker(fixed("worker", "dual", "172.21.0.5"), stranger),
                  rule(5, named("worker"), ALL, anyone())))
          .hasSize(1);
      assertThat(
              denies(
                  docker(fixed("worker", "dual", "172.21.0.5", "fd00:21::5"), stranger),
                  rule(5, named("worker"), ALL, anyone())))
          .hasSize(1);
    }

    @Test
    void whatCannotBeToldApartIsRefused() {
      for (Container container :
          List.of(
              onHostNetwork("worker"),
              container("worker", Networking.CONTAINER, List.of()),
              container("worker", Networking.NETWORKS, List.of("lan")))) {
        assertThat(refused(docker(container), rule(5, named("worker"), ALL, anyone())))
            .singleElement()
            .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.UNENFORCEABLE));
      }
    }

    @Test
    void aContainerWithoutNetworkSendsNothing() {
      assertThat(
              denies(
                  docker(container("worker", Networking.NONE, List.of())),
                  rule(5, named("worker"), ALL, anyone())))
          .isEmpty();
    }
  }

  @Nested
  class Hosts {
    @Test
    void aHostThatNoPolicySpeaksOfHasNone() {
      IntentResolver resolver =
          new IntentResolver(
              repository(inbound("shop", "web1", dropping())), among("web1", "web2"));
      assertThat(resolver.resolve("web2", facts(docker())))
          .isInstanceOf(HostOutcome.NoPolicy.class);
      assertThat(resolver.hasPolicy("web1")).isTrue();
      assertThat(resolver.hasPolicy("web2")).isFalse();
    }

    @Test
    void policiesAddUp() {
      HostIntent.Inbound inbound =
          intent(
                  docker(container("web", "80:80/tcp")),
                  inbound(
                      "base",
                      "all",
                      dropping(rule(5, new HostItself(), dialled("22/tcp"), anyone()))),
                  inbound(
                      "shop",
                      "web1",
                      rules(
                          50,
                          Optional.empty(),
                          List.of(rule(51, named("web"), ALL, anyone())),
                          List.of(rule(52, new Anything(), ALL, from("198.51.100.66/32"))))))
              .inbound()
              .orElseThrow();
      assertThat(inbound.fallback()).isEqualTo(DefaultAction.DROP);
      assertThat(inbound.fallbackPlace()).contains(line(101));
      assertThat(inbound.allows()).hasSize(2);
      assertThat(inbound.denies()).hasSize(1);
    }

    @Test
    void contradictingDefaultsNameBothPlaces() {
      IntentResolver resolver =
          new IntentResolver(
              repository(
                  inbound(
                      "a", "all", rules(10, Optional.of(DefaultAction.DROP), List.of(), List.of())),
                  inbound(
                      "b",
                      "web2",
                      rules(20, Optional.of(DefaultAction.ACCEPT), List.of(), List.of()))),
              among("web1", "web2"));
      assertThat(resolver.problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.code()).isEqualTo(ErrorCode.CONFLICT);
                assertThat(problem.place()).contains(line(21));
                assertThat(problem.message()).contains(line(11).toString()).contains("host web2");
              });
    }

    @Test
    void anAllowWithoutADefaultIsAnError() {
      Policy.Rule rule = rule(5, new HostItself(), dialled("22/tcp"), anyone());
      IntentResolver resolver =
          new IntentResolver(
              repository(
                  inbound("a", "all", rules(10, Optional.empty(), List.of(rule), List.of()))),
              among("web1"));
      assertThat(resolver.problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.place()).contains(line(5));
                assertThat(problem.hint().orElseThrow()).contains("default: drop");
              });
    }

    @Test
    void errorsComeInTheOrderOfTheirPlaces() {
      Policy policy = inbound("a", "db", dropping());
      List<Policy> policies = new ArrayList<>();
      for (int line : List.of(30, 10, 20)) {
        policies.add(
            new Policy(
                "at" + line,
                policy.hosts(),
                line(line),
                List.of(),
                policy.inbound(),
                Optional.empty(),
                line(line)));
      }
      assertThat(
              new IntentResolver(repository(policies.toArray(Policy[]::new)), among("web1"))
                  .problems())
          .extracting(problem -> problem.place().orElseThrow())
          .containsExactly(line(10), line(20), line(30));
    }

    @Test
    void aPatternWithoutHostsIsAnError() {
      assertThat(
              new IntentResolver(repository(inbound("a", "db", dropping())), among("web1"))
                  .problems())
          .singleElement()
          .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.UNKNOWN_NAME));
    }

    @Test
    void anInterfaceThatTheHostLacksIsRefused() {
      Policy policy = inbound("a", "all", dropping());
      for (String name : List.of("eth7", "docker0", "lo")) {
        Policy named =
            new Policy(
                "a",
                "all",
                line(1),
                List.of(new Policy.ExternalInterface(name, line(2))),
                policy.inbound(),
                Optional.empty(),
                line(1));
        assertThat(refusal(resolve(docker(), named)))
            .singleElement()
            .satisfies(
                problem -> {
                  assertThat(problem.place()).contains(line(2));
                  assertThat(problem.hint().orElseThrow()).contains("eth0");
                });
      }
    }

    @Test
    void withoutADefaultRouteTheInterfaceMustBeNamed() {
      NetworkFacts network =
          new NetworkFacts("test", List.of(Samples.face("eth0", "")), List.of(), true);
      HostFacts facts = facts(docker(), network);
      Policy policy = inbound("a", "all", dropping());
      assertThat(
              refusal(new IntentResolver(repository(policy), among("web1")).resolve("web1", facts)))
          .singleElement()
          .satisfies(
              problem -> assertThat(problem.hint().orElseThrow()).contains("'external: [eth0]'"));
    }

    @Test
    void aDockerThatDoesNotAnswerFailsClosed() {
      DockerFacts silent =
          new DockerFacts(
              DockerFacts.State.NOT_ANSWERING,
              "",
              List.of(),
              List.of(),
              new DockerFacts.Settings(false, false, Optional.empty()));
      assertThat(refusal(resolve(silent, inbound("a", "all", dropping()))))
          .singleElement()
          .satisfies(problem -> assertThat(problem.code()).isEqualTo(ErrorCode.HOST_UNSUITABLE));
    }

    @Test
    void aHostWithoutDockerIsAFineHost() {
      HostIntent intent =
          intent(
              DockerFacts.absent(),
              inbound(
                  "a", "all", dropping(rule(5, new HostItself(), dialled("22/tcp"), anyone()))));
      assertThat(intent.external()).containsExactly("eth0");
      assertThat(intent.own())
          .contains(new HostIntent.OwnAccess(Samples.OWN.client(), Samples.OWN.serverPort()));
    }

    @Test
    void aContainerMadeAnewChangesNothing() {
      Container before = container("web", "80:80/tcp");
      Container after =
          new Container(
              "another-id",
              "web",
              before.image(),
              false,
              before.networking(),
              before.labels(),
              before.published(),
              before.exposed(),
              List.of(
                  new Container.Attachment(
                      "bridge", List.of(IpAddress.of("172.17.0.9")), List.of())));
      Policy policy = inbound("a", "all", dropping(rule(5, named("web"), ALL, anyone())));
      assertThat(intent(docker(before), policy)).isEqualTo(intent(docker(after), policy));
    }
  }

  @Test
  void hostsOfOneKindShareOneIntent() {
    Policy policy = inbound("a", "all", dropping(rule(5, named("web"), ALL, anyone())));
    IntentResolver resolver = new IntentResolver(repository(policy), among("web1", "web2"));
    HostOutcome one = resolver.resolve("web1", facts(docker(container("web", "80:80/tcp"))));
    HostOutcome other = resolver.resolve("web2", facts(docker(container("web", "80:80/tcp"))));
    assertThat(((HostOutcome.Resolved) one).intent())
        .isSameAs(((HostOutcome.Resolved) other).intent());
  }

  @Nested
  class WholeFleet {
    private final Policy.Rule rule = rule(5, named("djagno"), ALL, anyone());

    private IntentResolver resolver(Policy.Rule allow) {
      return new IntentResolver(
          repository(inbound("shop", "all", dropping(allow))), among("web1", "web2"));
    }

    @Test
    void aSelectorThatSelectsNothingAnywhereIsAnError() {
      IntentResolver resolver = resolver(rule);
      resolver.resolve("web1", facts(docker(container("django", "80:80/tcp"))));
      resolver.resolve("web2", facts(docker()));
      assertThat(resolver.finish().errors())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.place()).contains(line(5));
                assertThat(problem.message()).contains("container djagno");
              });
    }

    @Test
    void oneHostWithTheContainerIsEnough() {
      IntentResolver resolver = resolver(rule);
      resolver.resolve("web1", facts(docker(container("djagno", "80:80/tcp"))));
      resolver.resolve("web2", facts(docker()));
      assertThat(resolver.finish()).isEqualTo(new IntentResolver.Findings(List.of(), List.of()));
    }

    @Test
    void aHostThatWasNotLookedAtMayHaveIt() {
      IntentResolver resolver = resolver(rule);
      resolver.resolve("web1", facts(docker()));
      IntentResolver.Findings findings = resolver.finish();
      assertThat(findings.errors()).isEmpty();
      assertThat(findings.warnings())
          .singleElement()
          .satisfies(problem -> assertThat(problem.message()).contains("1 of 2 hosts"));
    }

    @Test
    void optionalAllowsIt() {
      IntentResolver resolver = resolver(optional(rule));
      resolver.resolve("web1", facts(docker()));
      resolver.resolve("web2", facts(docker()));
      assertThat(resolver.finish().errors()).isEmpty();
    }

    @Test
    void aRuleOfTheSameWordsInTwoPoliciesIsTwoRules() {
      IntentResolver resolver =
          new IntentResolver(
              repository(
                  inbound("a", "web1", dropping(rule(5, named("web"), ALL, anyone()))),
                  inbound("b", "web2", dropping(rule(6, named("web"), ALL, anyone())))),
              among("web1", "web2"));
      resolver.resolve("web1", facts(docker(container("web", "80:80/tcp"))));
      resolver.resolve("web2", facts(docker()));
      assertThat(resolver.finish().errors())
          .singleElement()
          .satisfies(problem -> assertThat(problem.place()).contains(line(6)));
    }
  }
}
