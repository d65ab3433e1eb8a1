package dev.fwctl.core.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.DefaultAction;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Place;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.spi.AddressSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyReaderTest {
  @TempDir Path folder;

  private PolicyRepository read(String document) throws IOException {
    Files.writeString(folder.resolve("a.yml"), document);
    return read();
  }

  private PolicyRepository read() {
    return new PolicyReader(Map.of()).read(folder, folder);
  }

  /** Reads rules of one direction, as a policy with nothing else has them. */
  private List<Policy.Rule> rules(String direction, String rules) throws IOException {
    Policy policy =
        read("""
                fwctl: 1
                sources: {office: [192.0.2.0/24, "2001:db8::/32"]}
                policies:
                  p:
                    hosts: all
                    %s:
                      allow:
                %s
                """
                .formatted(direction, rules.indent(8)))
            .policies()
            .getFirst();
    return (direction.equals("inbound") ? policy.inbound() : policy.outbound())
        .orElseThrow()
        .allow();
  }

  private static AddressSet addresses(PolicyRepository repository, String source) {
    return requireNonNull(repository.sources().get(source), "no such source").addresses();
  }

  private static String show(Policy.Rule rule) {
    return rule.local() + " | " + rule.traffic() + " | " + rule.peers();
  }

  @Test
  void readsTheExampleOfTheDesign() throws IOException {
    Files.writeString(
        folder.resolve("monitors.txt"), "# who watches\n198.51.100.9 # one\n\n2001:db8:9::/64\n");
    PolicyRepository repository =
        read(
            """
            fwctl: 1

            sources:
              office:   [203.0.113.0/24, "2001:db8:7::/48"]
              monitors: {file: monitors.txt}
              banned:   [198.51.100.66]

            policies:
              shop:
                hosts: docker:&prod
                inbound:
                  allow:
                    - to: {container: django}
                      port: 8081/tcp
                      from: [office, 198.51.100.7]
                    - to: {container: django}
                      container-port: 8080/tcp
                      from: monitors
                outbound:
                  default: accept
                  deny:
                    - {from: {container: worker}, to: any, port: 25/tcp}
              baseline:
                hosts: all
                external: [eth0]
                inbound:
                  default: drop
                  allow:
                    - {to: host, port: 22/tcp, from: office}
                    - {to: host, icmp: echo-request, from: any}
                  deny:
                    - {to: any, from: banned}
            """);

    assertThat(repository.files()).containsExactly("a.yml");
    assertThat(repository.sources()).containsOnlyKeys("office", "monitors", "banned");
    assertThat(addresses(repository, "monitors"))
        .isEqualTo(AddressSet.of(IpPrefix.of("198.51.100.9"), IpPrefix.of("2001:db8:9::/64")));
    assertThat(repository.policies()).extracting(Policy::name).containsExactly("baseline", "shop");

    Policy baseline = repository.policies().getFirst();
    assertThat(baseline.hosts()).isEqualTo("all");
    assertThat(baseline.hostsPlace()).isEqualTo(new Place("a.yml", 24, 12));
    assertThat(baseline.place()).isEqualTo(new Place("a.yml", 23, 3));
    assertThat(baseline.external())
        .containsExactly(new Policy.ExternalInterface("eth0", new Place("a.yml", 25, 16)));
    assertThat(baseline.outbound()).isEmpty();
    Policy.Rules inbound = baseline.inbound().orElseThrow();
    assertThat(inbound.fallback())
        .contains(new Policy.Fallback(DefaultAction.DROP, new Place("a.yml", 27, 16)));
    assertThat(inbound.place()).isEqualTo(new Place("a.yml", 26, 5));
    assertThat(inbound.allow())
        .extracting(PolicyReaderTest::show)
        .containsExactly("host | 22/tcp | office", "host | icmp echo-request | any");
    assertThat(inbound.deny())
        .extracting(PolicyReaderTest::show)
        .containsExactly("any | all ports | banned");
    assertThat(inbound.allow().getFirst().place()).isEqualTo(new Place("a.yml", 29, 11));

    Policy shop = repository.policies().get(1);
    assertThat(shop.inbound().orElseThrow().fallback()).isEmpty();
    assertThat(shop.inbound().orElseThrow().allow())
        .extracting(PolicyReaderTest::show)
        .containsExactly(
            "container django | 8081/tcp | office, 198.51.100.7",
            "container django | container port 8080/tcp | monitors");
    assertThat(shop.inbound().orElseThrow().allow().getFirst().peers().addresses())
        .isEqualTo(
            AddressSet.of(
                IpPrefix.of("203.0.113.0/24"),
                IpPrefix.of("2001:db8:7::/48"),
                IpPrefix.of("198.51.100.7")));
    assertThat(shop.outbound().orElseThrow().deny())
        .extracting(PolicyReaderTest::show)
        .containsExactly("container worker | 25/tcp | any");
  }

  @Test
  void readsEverySelector() throws IOException {
    assertThat(
            rules(
                "inbound",
                """
                - {to: {container: web-*}, from: any}
                - {to: {label: tier}, from: any}
                - {to: {label: com.example.tier=a=b}, from: any}
                - {to: {label: {com.example.tier: "a: {b}"}}, from: any}
                - {to: {label: {tier: }}, from: any}
                - {to: {label: tier=}, from: any}
                - {to: {compose: "shop/web-?"}, from: any}
                - {to: {image: "nginx:*", compose: shop/*, container: w, label: x}, from: any}
                - {to: {container: 5}, from: any, optional: true}
                - {to: published, from: any, optional: false}
                """))
        .extracting(PolicyReaderTest::show)
        .containsExactly(
            "container web-* | all ports | any",
            "label tier | all ports | any",
            "label com.example.tier=a=b | all ports | any",
            "label com.example.tier=a: {b} | all ports | any",
            "label tier | all ports | any",
            "label tier= | all ports | any",
            "compose shop/web-? | all ports | any",
            "container w label x compose shop/* image nginx:* | all ports | any",
            "container 5 | all ports | any",
            "published | all ports | any");
  }

  @Test
  void readsOptional() throws IOException {
    assertThat(
            rules(
                "inbound",
                """
                - {to: {container: a}, from: any, optional: true}
                - {to: {container: a}, from: any, optional: false}
                - {to: {container: a}, from: any}
                """))
        .extracting(Policy.Rule::optional)
        .containsExactly(true, false, false);
  }

  @Test
  void readsEveryWayToWritePorts() throws IOException {
    assertThat(
            rules(
                "inbound",
                """
                - {to: host, port: 22/tcp, from: any}
                - {to: host, port: "22/tcp", from: any}
                - {to: host, port: [80/tcp, 8000-8010/tcp, 53/udp, 5/sctp, 80/tcp], from: any}
                - {to: host, port: 1-65535/udp, from: any}
                - {to: host, port: 7-7/udp, from: any}
                - {to: host, icmp: any, from: any}
                - {to: any, icmp: timestamp-request, from: any}
                """))
        .extracting(rule -> rule.traffic().toString())
        .containsExactly(
            "22/tcp",
            "22/tcp",
            "80/tcp, 8000-8010/tcp, 53/udp, 5/sctp",
            "1-65535/udp",
            "7/udp",
            "icmp",
            "icmp timestamp-request");
  }

  @Test
  void readsOutboundRules() throws IOException {
    assertThat(
            rules(
                "outbound",
                """
                - {from: host, to: office, port: 53/udp}
                - {from: any, to: [192.0.2.1, office]}
                - {from: {compose: a/b}, to: any, icmp: echo-request}
                """))
        .extracting(PolicyReaderTest::show)
        .containsExactly(
            "host | 53/udp | office",
            "any | all ports | 192.0.2.1, office",
            "compose a/b | icmp echo-request | any");
  }

  @Test
  void takesASingleRuleForAListOfOne() throws IOException {
    assertThat(rules("inbound", "{to: host, from: office}")).hasSize(1);
  }

  @Test
  void readsAddressesThatYamlMightTakeForNumbers() throws IOException {
    PolicyRepository repository =
        read(
            """
            fwctl: 1
            sources:
              flow: [2001:db8::/48, 1:20:30::1, "::1/128", 10.0.0.0/8]
              block:
                - ::/0
                - fd00::1
              single: 192.0.2.7
              no: [192.0.2.1]
              true: [192.0.2.2]
            policies:
              on:
                hosts: off
                inbound: {default: drop, allow: {to: host, from: [no, true]}}
            """);
    assertThat(addresses(repository, "flow"))
        .isEqualTo(
            AddressSet.of(
                IpPrefix.of("2001:db8::/48"),
                IpPrefix.of("1:20:30::1"),
                IpPrefix.of("::1"),
                IpPrefix.of("10.0.0.0/8")));
    assertThat(addresses(repository, "block")).isEqualTo(AddressSet.of(IpPrefix.of("::/0")));
    assertThat(repository.policies().getFirst().hosts()).isEqualTo("off");
  }

  @Test
  void followsAnchorsAndMergeKeys() throws IOException {
    PolicyRepository repository =
        read(
            """
            fwctl: 1
            sources:
              office: &office [192.0.2.0/24]
              also-office: *office
            policies:
              web:
                hosts: web
                inbound: &inbound
                  default: drop
                  allow:
                    - &rule {to: host, port: &ports [80/tcp, 443/tcp], from: office}
                    - {<<: *rule, from: any}
                    - {to: published, port: *ports, from: also-office}
              database:
                hosts: db
                inbound:
                  <<: *inbound
                  default: reject
            """);
    Policy database = repository.policies().getFirst();
    assertThat(database.inbound().orElseThrow().fallback().orElseThrow().action())
        .isEqualTo(DefaultAction.REJECT);
    assertThat(database.inbound().orElseThrow().allow())
        .isEqualTo(repository.policies().get(1).inbound().orElseThrow().allow())
        .extracting(PolicyReaderTest::show)
        .containsExactly(
            "host | 80/tcp, 443/tcp | office",
            "host | 80/tcp, 443/tcp | any",
            "published | 80/tcp, 443/tcp | also-office");
  }

  @Test
  void readsATreeOfDocumentsInAnyOrderAndPassesOverTheRest() throws IOException {
    Files.createDirectories(folder.resolve("b/c"));
    Files.createDirectories(folder.resolve(".git"));
    Files.writeString(
        folder.resolve("a.yaml"),
        "fwctl: 1\npolicies: {p: {hosts: all, inbound: {deny: {to: any, from: late}}}}\n");
    Files.writeString(folder.resolve("b/c/z.YML"), "fwctl: 1\nsources: {late: {file: ../l.txt}}\n");
    Files.writeString(folder.resolve("b/l.txt"), "192.0.2.1\n");
    for (String name : List.of(".git/x.yml", ".x.yml", "x.yml.bak", "x.json", "README.md")) {
      Files.writeString(folder.resolve(name), "not: read");
    }
    PolicyRepository repository = read();
    assertThat(repository.files()).containsExactly("a.yaml", "b/c/z.YML");
    assertThat(repository.policies()).hasSize(1);
  }

  @Test
  void readsASingleDocument() throws IOException {
    Path file = folder.resolve("a.yml");
    Files.writeString(file, "fwctl: 1\n");
    Files.writeString(folder.resolve("b.yml"), "not: read\n");
    PolicyRepository repository = new PolicyReader(Map.of()).read(file, folder);
    assertThat(repository.policies()).isEmpty();
    assertThat(repository.files()).containsExactly("a.yml");
  }

  @Test
  void followsSymbolicLinks() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path policies = Files.createDirectory(folder.resolve("policies"));
    Files.writeString(elsewhere.resolve("a.yml"), "fwctl: 1\n");
    Files.createSymbolicLink(policies.resolve("linked"), elsewhere);
    assertThat(new PolicyReader(Map.of()).read(policies, folder).files())
        .containsExactly("policies/linked/a.yml");
  }

  /** Reads as many addresses of a documentation prefix as its value says. */
  private static final class CountingSource implements AddressSource {
    @Override
    public String key() {
      return "count";
    }

    @Override
    public AddressSet read(String value, Place place, Path folder) {
      return value.equals("0") ? AddressSet.none() : AddressSet.of(IpPrefix.of("192.0.2." + value));
    }
  }

  @Test
  void asksAPluginForAddresses() throws IOException {
    PolicyReader reader = new PolicyReader(Map.of("count", new CountingSource()));
    Path file = folder.resolve("a.yml");
    Files.writeString(file, "fwctl: 1\nsources: {x: {count: 7}}\n");
    assertThat(addresses(reader.read(folder, folder), "x"))
        .isEqualTo(AddressSet.of(IpPrefix.of("192.0.2.7")));
    Files.writeString(file, "fwctl: 1\nsources: {x: {count: 0}, y: {cuont: 1}}\n");
    assertThatThrownBy(() -> reader.read(folder, folder))
        .isInstanceOf(FwctlException.class)
        .hasMessage(
            """
            a.yml:2:22: '0' lists no address (list at least one, or remove the source)
            a.yml:2:30: unknown key 'cuont' (did you mean 'count'?)""");
  }

  @Test
  void letsNoPluginTakeTheKeyOfFiles() {
    assertThatThrownBy(() -> new PolicyReader(Map.of("file", new CountingSource())))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("'file', which is fwctl's own");
  }
}
