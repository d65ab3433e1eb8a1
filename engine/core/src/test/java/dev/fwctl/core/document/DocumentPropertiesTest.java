package dev.fwctl.core.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.yaml.snakeyaml.Yaml;

class DocumentPropertiesTest {
  private static final DocumentReader READER =
      new DocumentReader(Path.of("."), DocumentLimits.DEFAULT);

  private static Object plain(Node node) {
    return switch (node) {
      case Node.Scalar scalar -> scalar.text();
      case Node.Sequence sequence ->
          sequence.items().stream().map(DocumentPropertiesTest::plain).toList();
      case Node.Mapping mapping -> {
        Map<Object, Object> entries = new LinkedHashMap<>();
        mapping.entries().forEach((key, entry) -> entries.put(key, plain(entry.value())));
        yield entries;
      }
    };
  }

  /**
   * SnakeYAML's own reading, by its constructor rather than by its events, is the other opinion.
   */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void resolvesAliasesAndMergesAsSnakeYamlDoes(@ForAll("documents") String text) {
    Problems problems = new Problems();
    Optional<Document> document = READER.parse("f", text, problems);
    assertThat(problems.sorted()).isEmpty();
    Object expected = new Yaml().load(text);
    assertThat(plain(document.orElseThrow().root().orElseThrow())).isEqualTo(expected);
  }

  /** A list of anchored mappings, each of which may merge and alias those before it. */
  @Provide
  Arbitrary<String> documents() {
    return definition().list().ofMinSize(1).ofMaxSize(6).map(DocumentPropertiesTest::write);
  }

  private record Definition(List<String> keys, int merged, int alsoMerged, int aliased) {}

  private static Arbitrary<Definition> definition() {
    Arbitrary<Integer> other = Arbitraries.integers().between(-3, 5);
    return Combinators.combine(
            Arbitraries.of("a", "b", "c", "d").list().uniqueElements().ofMaxSize(4),
            other,
            other,
            other)
        .as(Definition::new);
  }

  private static String write(List<Definition> definitions) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < definitions.size(); i++) {
      Definition definition = definitions.get(i);
      List<String> entries = new ArrayList<>();
      for (String key : definition.keys()) {
        entries.add(key + ": " + key + i);
      }
      if (definition.aliased() >= 0 && definition.aliased() < i) {
        entries.add("alias: [*m" + definition.aliased() + ", x]");
      }
      int one = definition.merged();
      int other = definition.alsoMerged();
      if (one >= 0 && one < i) {
        // Anywhere among the keys: a merge key yields to those before and after it.
        entries.add(
            entries.size() / 2,
            other >= 0 && other < i ? "<<: [*m" + one + ", *m" + other + "]" : "<<: *m" + one);
      }
      text.append("- &m%d {%s}\n".formatted(i, String.join(", ", entries)));
    }
    return text.toString();
  }

  @Property(tries = 2000)
  void findsADocumentOrAProblemInEveryText(@ForAll("yamlLike") String text) {
    Problems problems = new Problems();
    Optional<Document> document = READER.parse("f", text, problems);
    assertThat(document.isPresent()).isEqualTo(problems.isEmpty());
    int lines = (int) text.lines().count() + 1;
    assertThat(problems.sorted())
        .allSatisfy(
            problem ->
                assertThat(problem.place())
                    .hasValueSatisfying(
                        place -> assertThat(place.line()).isLessThanOrEqualTo(lines)));
  }

  @Provide
  Arbitrary<String> yamlLike() {
    return Arbitraries.of(
            "a", "b: ", ": ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "&x ", "*x ",
            "!t ", "'", "\"", "#", " ", "|", ">", "? ", "<<: ", "---\n", "%Y", "\t", "é", "😀",
            "\\", "@", "`", "...\n", "~", "0")
        .list()
        .ofMaxSize(14)
        .map(parts -> String.join("", parts));
  }
}
