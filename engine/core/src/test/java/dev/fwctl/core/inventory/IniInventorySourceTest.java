package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fwctl.model.InventoryTree;
import dev.fwctl.model.InventoryTree.Child;
import dev.fwctl.model.InventoryTree.Group;
import dev.fwctl.model.InventoryTree.HostEntry;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IniInventorySourceTest {
  private static InventoryTree parse(String text) {
    return IniInventorySource.parse("hosts", text);
  }

  private static Group group(InventoryTree tree, String name) {
    return tree.groups().stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everythingKnowsItsPlace() {
    InventoryTree tree =
        parse(
            "lone\r\n\r\n  [web]\r\n  web1  x=1   y='a b'\n[web:vars]\n z = 3\n[p:children]\n web\n");

    assertThat(tree.groups())
        .extracting(Group::name, group -> group.place().toString())
        .containsExactly(
            tuple("ungrouped", "hosts:1:1"), tuple("web", "hosts:3:3"), tuple("p", "hosts:7:1"));
    HostEntry web1 = group(tree, "web").hosts().getFirst();
    assertThat(web1.place()).isEqualTo(new Place("hosts", 4, 3));
    assertThat(web1.variables().get("x")).extracting("place").hasToString("hosts:4:9");
    assertThat(web1.variables().get("y")).extracting("place").hasToString("hosts:4:15");
    assertThat(group(tree, "web").variables().get("z"))
        .extracting("place")
        .hasToString("hosts:6:2");
    assertThat(group(tree, "p").children())
        .containsExactly(new Child("web", new Place("hosts", 8, 2)));
  }

  @Test
  void aGroupThatOnlyGetsVariablesIsNotDeclared() {
    InventoryTree tree = parse("[a:vars]\nx=1\n[b:children]\nc\n[d]\n");

    assertThat(tree.groups()).extracting(Group::declared).containsExactly(false, true, true);
  }

  @Test
  void aHostMayBeInSeveralGroupsAndInARangeBesides() {
    InventoryTree tree = parse("[a]\nh[1:2]\nh1 x=1\n[b]\nh1\n[a:vars]\ny=2\n[a]\nh3\n");

    assertThat(group(tree, "a").hosts())
        .extracting(HostEntry::name)
        .containsExactly("h1", "h2", "h1", "h3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[a]/h1/h1 | hosts:3:1: host h1 is listed twice in group a; the first is at hosts:2:1",
        "h1/[a]/h1/[ungrouped]/h1 | hosts:5:1: host h1 is listed twice in group ungrouped; the first is at hosts:1:1",
        "[a b] | hosts:1:1: '[a b]' is not the head of a section",
        "[a:b:c] | hosts:1:1: '[a:b:c]' is not the head of a section",
        "[] | hosts:1:1: '[]' is not the head of a section",
        "[a:hots] | hosts:1:1: a section can't be of kind 'hots'",
        "[a] ; c | hosts:1:1: [a] is not a range",
        "h x | hosts:1:3: expected NAME=VALUE after the host",
        "h x = 1 | hosts:1:3: expected NAME=VALUE after the host",
        "h =1 | hosts:1:3: expected NAME=VALUE after the host",
        "h x='a | hosts:1:5: the quote ' is not closed",
        "h x=a\\ | hosts:1:6: nothing follows the backslash",
        "h[1:x] | hosts:1:1: range [1:x] goes neither from number to number nor from letter to letter",
        "[a:children]/b c | hosts:2:1: expected the name of a group, not 'b c'",
        "[a:vars]/x | hosts:2:1: expected NAME=VALUE",
        "[a:vars]/=1 | hosts:2:1: expected NAME=VALUE",
        "--- | hosts:1:1: '---' can't be a host",
        "all: | hosts:1:1: 'all:' can't be a host",
        "h1:ssh | hosts:1:1: the port of 'h1:ssh' is 'ssh'",
        "'' | hosts:1:1: a host has no name",
        "<html> | hosts:1:1: '<html>' can't be the name of a host",
      })
  void whatIsNoInventoryIsRefusedWithItsPlace(String lines, String message) {
    assertThat(Fleet.problemsOf(() -> parse(lines.replace('/', '\n'))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.place().orElseThrow() + ": " + problem.message())
                  .isEqualTo(message);
              assertThat(problem.hint()).isPresent();
            });
  }

  @Test
  void allErrorsOfAFileAreReported() {
    assertThat(Fleet.problemsOf(() -> parse("a b\n[c d]\ne[\n")))
        .extracting(problem -> problem.place().orElseThrow().line())
        .containsExactly(1, 2, 3);
  }

  @Test
  void anErrorNeverShowsAValue() {
    for (String text :
        List.of("h ansible_password=s3cret s3cret", "[a:vars]\ns3cret", "h p='s3cret")) {
      assertThat(Fleet.problemsOf(() -> parse(text)))
          .extracting(Problem::toString)
          .isNotEmpty()
          .noneMatch(problem -> problem.contains("s3cret"));
    }
  }

  /** A group as INI can say it. */
  record Written(Set<String> hosts, Set<String> children, Map<String, String> variables) {}

  @Provide
  Arbitrary<SequencedMap<String, Written>> inventories() {
    Arbitrary<String> name =
        Arbitraries.strings()
            .withCharRange('a', 'e')
            .withChars("0-_.")
            .ofMinLength(1)
            .ofMaxLength(4)
            .map(text -> "n" + text);
    Arbitrary<String> value =
        Arbitraries.strings().withCharRange(' ', '~').withChars("äö'\"\\#= []{}").ofMaxLength(12);
    Arbitrary<Written> group =
        Combinators.combine(
                name.set().ofMaxSize(4),
                name.set().ofMaxSize(2),
                Arbitraries.maps(name, value).ofMaxSize(3))
            .as(Written::new);
    return Arbitraries.maps(name, group).ofMaxSize(5).map(LinkedHashMap::new);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void whatIsWrittenIsRead(@ForAll("inventories") SequencedMap<String, Written> written) {
    StringBuilder text = new StringBuilder();
    written.forEach(
        (name, group) -> {
          text.append("\n; ").append(name).append("\n[").append(name).append("] # hosts\n");
          group.hosts().forEach(host -> text.append("  ").append(host).append(" # a host\n"));
          text.append('[').append(name).append(":children]\n");
          group.children().forEach(child -> text.append(child).append("\n\n"));
          text.append('[').append(name).append(":vars]\n");
          group
              .variables()
              .forEach(
                  (key, value) ->
                      text.append(key).append(" = ").append(literal(value)).append('\n'));
        });

    InventoryTree tree = parse(text.toString());

    assertThat(tree.groups()).extracting(Group::name).containsExactlyElementsOf(written.keySet());
    for (Group group : tree.groups()) {
      Written expected = written.get(group.name());
      assertThat(expected).isNotNull();
      assertThat(group.hosts())
          .extracting(HostEntry::name)
          .containsExactlyElementsOf(expected.hosts());
      assertThat(group.children())
          .extracting(Child::name)
          .containsExactlyElementsOf(expected.children());
      assertThat(values(group)).isEqualTo(expected.variables());
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aHostLineSurvivesQuoting(@ForAll("inventories") SequencedMap<String, Written> written) {
    Map<String, String> variables = new LinkedHashMap<>();
    written.values().forEach(group -> variables.putAll(group.variables()));
    StringBuilder line = new StringBuilder("host:22");
    variables.forEach(
        (key, value) ->
            line.append(" '")
                .append((key + "=" + literal(value)).replace("'", "'\\''"))
                .append('\''));

    HostEntry host = parse(line.toString()).groups().getFirst().hosts().getFirst();

    assertThat(host.name()).isEqualTo("host");
    assertThat(host.port()).hasValue(22);
    Map<String, String> read = new LinkedHashMap<>();
    host.variables().forEach((key, variable) -> read.put(key, variable.text().orElse("nothing")));
    assertThat(read).isEqualTo(variables);
  }

  /** Writes a text so that it can be taken for nothing else. */
  private static String literal(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static Map<String, String> values(Group group) {
    Map<String, String> values = new LinkedHashMap<>();
    group
        .variables()
        .forEach((key, variable) -> values.put(key, variable.text().orElse("nothing")));
    return values;
  }
}
