package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.TextReader;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.Group;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlInventorySourceTest {
  @TempDir Path folder;

  private YamlInventorySource source() {
    return new YamlInventorySource(
        new YamlFiles(
            new TextReader(folder, DocumentLimits.DEFAULT.bytes()),
            new DocumentReader(folder, DocumentLimits.DEFAULT)));
  }

  private InventoryTree parse(String text) {
    return source().parse("hosts.yml", text);
  }

  private Group group(String name, String text) {
    return parse(text).groups().stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<Problem> problems(String text) {
    return Fleet.problemsOf(() -> parse(text));
  }

  @Test
  void anchorsAliasesAndMergeKeysWork() {
    Group group =
        group(
            "web",
            """
            base: &base
              vars: &vars {ansible_user: deploy, ansible_port: 22}
            web:
              <<: *base
              hosts:
                web1: {<<: *vars, ansible_port: 2222}
                web2: *vars
            """);

    assertThat(group.variables()).containsOnlyKeys("ansible_user", "ansible_port");
    assertThat(group.hosts().get(0).variables().get("ansible_port"))
        .extracting(Variable::text)
        .isEqualTo(Optional.of("2222"));
    assertThat(group.hosts().get(0).variables().get("ansible_user"))
        .extracting(Variable::text)
        .isEqualTo(Optional.of("deploy"));
    assertThat(group.hosts().get(1).variables()).containsKey("ansible_user");
  }

  @Test
  void theSameHostTwiceIsAnErrorThatNamesBothPlaces() {
    assertThat(problems("web:\n  hosts:\n    web1:\n    web2:\n    web1: {x: 1}\n"))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place().orElseThrow()).hasToString("hosts.yml:5:5");
              assertThat(problem.message()).contains("web1").contains("hosts.yml:3:5");
            });
  }

  @Test
  void rangesAndPortsWorkInHostKeys() {
    Group group = group("web", "web:\n  hosts:\n    web[1:2]:2222: {x: 1}\n    \"[::1]:23\":\n");

    assertThat(group.hosts()).extracting(HostEntry::name).containsExactly("web1", "web2", "::1");
    assertThat(group.hosts())
        .extracting(host -> host.port().orElseThrow())
        .containsExactly(2222, 2222, 23);
  }

  @Test
  void jsonIsYamlEvenWithTabs() {
    Group group = group("web", "{\n\t\"web\": {\n\t\t\"hosts\": {\"web1\": null}\n\t}\n}\n");

    assertThat(group.hosts()).extracting(HostEntry::name).containsExactly("web1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "plain | plain",
        "'22' | 22",
        "22 | 22",
        "0644 | 420",
        "0o644 | 0o644",
        "0x1F | 31",
        "0b11 | 3",
        "1_000 | 1000",
        "-1 | -1",
        "22:30 | 1350",
        "'22:30' | 22:30",
        "1.50 | 1.5",
        "1e3 | 1e3",
        "yes | True",
        "Off | False",
        "'yes' | yes",
        "y | y",
        "10.0.0.1 | 10.0.0.1",
        "089 | 089",
        "2024-01-31 | 2024-01-31",
        "\"a\\tb\" | a\tb",
        "!!str yes | yes",
        "! 010 | 010",
      })
  void scalarsBecomeTextAsInAnsible(String yaml, String text) {
    Variable variable = variable(yaml);

    assertThat(variable.text()).contains(text);
    assertThat(variable.unsupported()).isEmpty();
  }

  private Variable variable(String yaml) {
    Variable variable = group("a", "a: {vars: {x: " + yaml + "}}\n").variables().get("x");
    assertThat(variable).isNotNull();
    return variable;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[a, b] | is a list",
        "{a: b} | is a mapping",
        "!vault x | is encrypted by Ansible Vault",
        "!custom x | has the tag !custom, which is not supported",
      })
  void whatIsNoTextSaysWhy(String yaml, String why) {
    Variable variable = variable(yaml);

    assertThat(variable.text()).isEmpty();
    assertThat(variable.unsupported()).contains(why);
  }

  @ParameterizedTest
  @CsvSource({"''", "~", "null"})
  void nothingIsNothing(String yaml) {
    assertThat(variable(yaml).text()).isEmpty();
    assertThat(variable(yaml).unsupported()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[web] | hosts.yml:1:1: expected a mapping, not a list",
        "web | hosts.yml:1:1: expected a mapping, not text",
        "web: [a] | hosts.yml:1:6: group web is a list, not a mapping",
        "web: {hots: {a: }} | hosts.yml:1:7: a group has no key 'hots'",
        "web: {db: {hosts: {a: }}} | hosts.yml:1:7: a group has no key 'db'",
        "web: {hosts: [a, b]} | hosts.yml:1:14: hosts of group web is a list, not a mapping",
        "web: {children: [a]} | hosts.yml:1:17: children of group web is a list, not a mapping",
        "web: {vars: x} | hosts.yml:1:13: vars of group web is text, not a mapping",
        "web: {hosts: {a: b}} | hosts.yml:1:18: host a is text, not a mapping",
        "web: {hosts: {1: }} | hosts.yml:1:15: '1' is a number or a truth value for YAML, not the name of a host",
        "web: {hosts: {no: }} | hosts.yml:1:15: 'no' is a number or a truth value for YAML, not the name of a host",
        "10: {hosts: {a: }} | hosts.yml:1:1: '10' is a number or a truth value for YAML, not the name of a group",
        "web: {hosts: {'': }} | hosts.yml:1:15: a host has no name",
        "web: {hosts: {a b: }} | hosts.yml:1:15: 'a b' can't be the name of a host",
        "web: {hosts: {'a[2:1]': }} | hosts.yml:1:15: range [2:1] ends before it begins",
        "{plugin: aws_ec2, regions: [eu]} | hosts.yml:1:2: this configures an inventory plugin of Ansible, which fwctl does not run",
      })
  void whatIsNoInventoryIsRefusedWithItsPlace(String yaml, String message) {
    assertThat(problems(yaml))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place().orElseThrow() + ": " + problem.message())
                  .isEqualTo(message);
              assertThat(problem.hint()).isPresent();
            });
  }

  @Test
  void anEncryptedInventoryIsRefused() {
    assertThat(problems("$ANSIBLE_VAULT;1.1;AES256\n6162\n"))
        .extracting(Problem::code)
        .containsExactly(ErrorCode.UNSUPPORTED);
  }

  @Test
  void allErrorsOfAFileAreReported() {
    assertThat(problems("a: 1\nb: {hosts: [x]}\nc: {vars: {}, hosts: {y: 2}}\n")).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hosts.yml | anything | true",
        "hosts.yaml | anything | true",
        "hosts.json | anything | true",
        "hosts.ini | all: | false",
        "hosts | all: | true",
        "hosts | --- | true",
        "hosts | # c/all:/  hosts: | true",
        "hosts | {\"all\": {}} | true",
        "hosts | web: {hosts: {a: }} | true",
        "hosts | 'we b': | true",
        "hosts | [web] | false",
        "hosts | web1 | false",
        "hosts | web1:2222 x=y | false",
        "hosts | web1 x=a: | false",
        "hosts | # only | false",
        "hosts.example.com | all: | false",
      })
  void aFileWithoutAnEndingIsToldByItsFirstLine(String name, String lines, boolean yaml)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name), lines.replace('/', '\n'));

    assertThat(source().accepts(file)).isEqualTo(yaml);
  }
}
