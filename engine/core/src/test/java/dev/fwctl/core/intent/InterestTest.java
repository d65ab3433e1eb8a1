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
import static dev.fwctl.core.intent.Samples.inbound;
import static dev.fwctl.core.intent.Samples.inside;
import static dev.fwctl.core.intent.Samples.named;
import static dev.fwctl.core.intent.Samples.onHostNetwork;
import static dev.fwctl.core.intent.Samples.optional;
import static dev.fwctl.core.intent.Samples.outbound;
import static dev.fwctl.core.intent.Samples.publish;
import static dev.fwctl.core.intent.Samples.repository;
import static dev.fwctl.core.intent.Samples.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Container;
import dev.fwctl.model.Container.Networking;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.HostIntent;
import dev.fwctl.model.LocalEnd;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.Traffic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

class InterestTest {
  private static final Traffic ALL = new Traffic.All();

  private static final Policy SHOP =
      inbound("shop", "all", dropping(rule(1, named("web*"), dialled("8081/tcp"), anyone())));
  private static final Policy MAIL =
      outbound("mail", "all", denying(optional(rule(2, named("mail*"), ALL, anyone()))));

  private static SortedSet<String> words(DockerFacts docker, Policy... policies) {
    return new IntentResolver(repository(policies), among("web1"))
        .interest("web1")
        .orElseThrow()
        .in(facts(docker));
  }

  @Test
  void namesWhatThePoliciesLookAt() {
    assertThat(words(docker(container("web", "8081:80/tcp")), SHOP))
        .containsExactly(
            "Docker runs",
            "container web has networks of Docker",
            "container web is meant by 'container web*'",
            "container web is on network bridge",
            "container web publishes 8081->80/tcp",
            "fwctl comes from 192.0.2.9 to port 22",
            "interface eth0 has a default route",
            "network bridge has driver bridge");
  }

  @Test
  void aContainerThatNoPolicyCouldMeanIsNotAmongIt() {
    Container web = container("web", "8081:80/tcp");

    assertThat(words(docker(web, container("backup")), SHOP)).isEqualTo(words(docker(web), SHOP));
  }

  @Test
  void aContainerThatPublishesAPortIs() {
    Container web = container("web", "8081:80/tcp");

    assertThat(words(docker(web, container("backup", "9000:9000/tcp")), SHOP))
        .contains("container backup publishes 9000->9000/tcp");
  }

  @Test
  void aStrangerOnTheNetworkOfASenderIs() {
    assertThat(words(docker(container("mail"), container("backup")), MAIL))
        .contains("container backup is on network bridge", "network bridge is bridge docker0");
  }

  @Test
  void thereIsNoneOnAHostWithoutPolicy() {
    assertThat(new IntentResolver(repository(SHOP), among("web1")).interest("db1")).isEmpty();
  }

  /** One of few ways in which a container can be. */
  private static Container sample(int name, int way) {
    String called = List.of("web1", "web2", "mail1", "mail2", "job").get(name);
    return switch (way) {
      case 0 -> container(called);
      case 1 -> container(called, "8081:80/tcp");
      case 2 -> container(called, "127.0.0.1:8081:80/tcp", "8090-8092:90-92/tcp");
      case 3 -> dynamic(container(called, "8081:80/tcp"));
      case 4 -> onHostNetwork(called, "8081/tcp");
      case 5 -> container(called, Networking.CONTAINER, List.of());
      case 6 -> container(called, Networking.NETWORKS, List.of("backend"), "8081:80/tcp");
      case 7 -> container(called, Networking.NETWORKS, List.of("backend", "dual"));
      case 8 -> container(called, Networking.NETWORKS, List.of("lan"));
      case 9 -> container(called, Networking.NETWORKS, List.of("open"));
      case 10 -> fixed(called, "backend", "172.20.0.9");
      default -> fixed(called, "dual", "172.21.0.9", "fd00:21::9");
    };
  }

  private static final int WAYS = 12;

  private static Container dynamic(Container like) {
    PublishedPort port = publish("8081:80/tcp");
    return new Container(
        like.id(),
        like.name(),
        like.image(),
        like.running(),
        like.networking(),
        new TreeMap<>(),
        List.of(new PublishedPort(port.ports(), port.hostAddress(), port.containerPorts(), true)),
        List.of(),
        like.attachments());
  }

  @Provide
  Arbitrary<DockerFacts> dockers() {
    Arbitrary<Container> containers =
        Combinators.combine(
                Arbitraries.integers().between(0, 4), Arbitraries.integers().between(0, WAYS - 1))
            .as(InterestTest::sample);
    return containers
        .list()
        .ofMaxSize(3)
        .uniqueElements(Container::name)
        .map(
            list ->
                docker(
                    list.stream()
                        .sorted(Comparator.comparing(Container::name))
                        .toArray(Container[]::new)));
  }

  @Provide
  Arbitrary<List<Policy>> policies() {
    Arbitrary<LocalEnd> in =
        Arbitraries.of(
            named("web*"), named("web1"), new LocalEnd.Published(), new LocalEnd.Anything());
    Arbitrary<Traffic> traffic = Arbitraries.of(ALL, dialled("8081/tcp"), inside("80/tcp"));
    Arbitrary<LocalEnd> out =
        Arbitraries.of(named("mail*"), named("mail1"), new LocalEnd.HostItself());
    Arbitrary<Policy> inbounds =
        Combinators.combine(in, traffic)
            .as(
                (local, what) ->
                    inbound(
                        "in",
                        "all",
                        dropping(
                            optional(
                                rule(
                                    1,
                                    local,
                                    local instanceof LocalEnd.Anything ? ALL : what,
                                    anyone())))));
    Arbitrary<Policy> outbounds =
        out.map(local -> outbound("out", "all", denying(optional(rule(2, local, ALL, anyone())))));
    return Combinators.combine(inbounds.optional(), outbounds.optional())
        .as(
            (one, other) -> {
              List<Policy> all = new ArrayList<>();
              one.ifPresent(all::add);
              other.ifPresent(all::add);
              return all;
            });
  }

  /** The intents of many hosts under some policies: equal wherever the hosts say the same. */
  @Property(tries = 300)
  void whereItIsEqualTheIntentIsEqual(
      @ForAll("policies") List<Policy> policies, @ForAll("hosts") List<DockerFacts> hosts) {
    IntentResolver resolver =
        new IntentResolver(repository(policies.toArray(Policy[]::new)), among("web1"));
    Optional<Interest> interest = resolver.interest("web1");
    Map<SortedSet<String>, Optional<HostIntent>> known = new HashMap<>();
    boolean met = false;
    for (DockerFacts docker : hosts) {
      if (interest.isEmpty()) {
        continue;
      }
      SortedSet<String> words = interest.get().in(facts(docker));
      Optional<HostIntent> intent = intent(resolver.resolve("web1", facts(docker)));
      if (known.containsKey(words)) {
        met = true;
        assertThat(intent).as("%s", words).isEqualTo(known.get(words));
      }
      known.put(words, intent);
    }
    Statistics.label("met again").collect(met);
    Statistics.label("met again")
        .coverage(checker -> checker.check(true).percentage(share -> share > 20));
  }

  private static Optional<HostIntent> intent(HostOutcome outcome) {
    return outcome instanceof HostOutcome.Resolved resolved
        ? Optional.of(resolved.intent())
        : Optional.empty();
  }

  @Provide
  Arbitrary<List<DockerFacts>> hosts() {
    return dockers().list().ofSize(60);
  }
}
