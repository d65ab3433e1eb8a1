package dev.fwctl.core.policy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import dev.fwctl.core.document.Document;
import dev.fwctl.core.document.DocumentLimits;
import dev.fwctl.core.document.DocumentReader;
import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the JSON Schema that editors use and the parser against each other, so that the two can't
 * part.
 *
 * <p>Whatever is a matter of structure both judge alike; what only the parser can know stands under
 * {@code parser-only} in the corpus.
 */
class PolicySchemaTest {
  private static final JsonSchema SCHEMA = schema();

  private static InputStream resource(String name) {
    return requireNonNull(PolicyReader.class.getResourceAsStream(name), name);
  }

  private static JsonSchema schema() {
    return JsonSchemaFactory.getInstance(VersionFlag.V202012)
        .getSchema(resource("policy.schema.json"));
  }

  /** A document of the corpus and what is to be said of it. */
  record Case(String verdict, String message, String document) {
    @Override
    public String toString() {
      return verdict + ": " + document.strip().replace('\n', '⏎');
    }
  }

  private static Stream<Case> corpus() throws IOException {
    String text;
    try (InputStream stream = resource("schema-corpus.txt")) {
      text = new String(stream.readAllBytes(), UTF_8);
    }
    List<Case> cases = new ArrayList<>();
    List<String> parts = List.of(("\n" + text).split("\n=== "));
    for (String part : parts.subList(1, parts.size())) {
      String head = part.lines().findFirst().orElseThrow();
      String verdict = head.split(" ", 2)[0];
      cases.add(
          new Case(
              verdict,
              head.substring(verdict.length()).strip(),
              part.substring(Math.min(part.length(), head.length() + 1))));
    }
    assertThat(cases).extracting(Case::verdict).contains("valid", "invalid", "parser-only");
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  void agreesWithTheParserOnTheCorpus(Case each) {
    List<String> refusals = refusals(each.document());
    boolean parserTakes = refusals.isEmpty();
    boolean schemaTakes = schemaTakes(each.document());
    assertThat(parserTakes).as("parser: %s", refusals).isEqualTo(each.verdict().equals("valid"));
    assertThat(schemaTakes).as("schema").isEqualTo(!each.verdict().equals("invalid"));
    if (each.verdict().equals("parser-only")) {
      assertThat(refusals).singleElement().asString().contains(each.message());
    }
  }

  @Test
  void takesTheExamplesOfTheRepository() throws IOException {
    Path examples = Path.of("../../policies");
    List<Path> repositories;
    try (Stream<Path> found = Files.list(examples)) {
      repositories = found.filter(Files::isDirectory).toList();
    }
    assertThat(repositories).isNotEmpty();
    for (Path repository : repositories) {
      List<String> files = new PolicyReader(Map.of()).read(repository, examples).files();
      for (String file : files) {
        assertThat(schemaTakes(Files.readString(examples.resolve(file)))).as(file).isTrue();
      }
    }
  }

  private static List<String> refusals(String document) {
    try {
      Path folder = Files.createTempDirectory("fwctl-schema");
      Path file = Files.writeString(folder.resolve("a.yml"), document);
      try {
        assertThat(new PolicyReader(Map.of()).read(folder, folder).files()).hasSize(1);
        return List.of();
      } catch (FwctlException refused) {
        return refused.problems().stream().map(Problem::toString).toList();
      } finally {
        Files.delete(file);
        Files.delete(folder);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static boolean schemaTakes(String document) {
    Problems problems = new Problems();
    // Duplicate keys are beyond JSON; the schema sees the first of them.
    Optional<Document> read =
        new DocumentReader(Path.of("."), DocumentLimits.DEFAULT).parse("a.yml", document, problems);
    if (read.isEmpty()) {
      return problems.sorted().stream().allMatch(problem -> problem.message().contains("twice"));
    }
    JsonNode json =
        read.get()
            .root()
            .map(PolicySchemaTest::json)
            .orElseGet(() -> JsonNodeFactory.instance.nullNode());
    return SCHEMA.validate(json).isEmpty();
  }

  /**
   * Returns what an editor sees, by the core schema of YAML 1.2. Source: YAML 1.2.2, section
   * 10.3.2.
   */
  private static JsonNode json(Node node) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    return switch (node) {
      case Node.Scalar scalar -> json(scalar);
      case Node.Sequence sequence ->
          factory
              .arrayNode()
              .addAll(sequence.items().stream().map(PolicySchemaTest::json).toList());
      case Node.Mapping mapping -> {
        ObjectNode object = factory.objectNode();
        mapping.entries().forEach((key, entry) -> object.set(key, json(entry.value())));
        yield object;
      }
    };
  }

  private static JsonNode json(Node.Scalar scalar) {
    JsonNodeFactory factory = JsonNodeFactory.instance;
    String text = scalar.text();
    if (scalar.isNull()) {
      return factory.nullNode();
    }
    if (!scalar.plain()) {
      return factory.textNode(text);
    }
    if (text.matches("true|True|TRUE|false|False|FALSE")) {
      return factory.booleanNode(text.charAt(0) == 't' || text.charAt(0) == 'T');
    }
    if (text.matches("[-+]?[0-9]+")) {
      return factory.numberNode(new BigInteger(text));
    }
    return text.matches("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?")
        ? factory.numberNode(new BigDecimal(text))
        : factory.textNode(text);
  }

  /** Documents that are made up of right parts and, here and there, of wrong ones. */
  static final class GeneratedTest {
    private static final List<String> WRONG =
        List.of(
            "null",
            "\"\"",
            "5",
            "true",
            "[]",
            "{}",
            "[[]]",
            "\"a\\tb\"",
            "{\"x\": 1}",
            "[null]",
            "\"host\"",
            "\"any\"",
            "[\"any\", {}]");

    @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheParser(@ForAll("documents") String document) {
      List<String> refusals = refusals(document);
      boolean schemaTakes = schemaTakes(document);
      Statistics.collect(schemaTakes);
      Statistics.coverage(
          coverage -> {
            coverage.check(true).percentage(share -> share > 5);
            coverage.check(false).percentage(share -> share > 5);
          });
      assertThat(schemaTakes)
          .as("schema of%n%s%nparser: %s", document, refusals)
          .isEqualTo(refusals.isEmpty());
    }

    @Provide
    Arbitrary<String> documents() {
      return mapping(
          Map.of("fwctl", Arbitraries.of("1", "1", "1", "\"1\"", "2")),
          Map.of(
              "sources",
                  mapping(Map.of("office", source()), Map.of("x-1", source(), "1x", source())),
              "policies", mapping(Map.of("p", policy()), Map.of("q", policy(), "a/b", policy())),
              "assertions", mapping(Map.of("a", assertion()), Map.of("b", assertion()))));
    }

    private static Arbitrary<String> assertion() {
      Map<String, Arbitrary<String>> more = new LinkedHashMap<>();
      more.put("hosts", orWrong(Arbitraries.of("\"all\"", "web")));
      return Arbitraries.of("never", "only", "always", "none")
          .flatMap(
              kind -> {
                Map<String, Arbitrary<String>> said = Map.of(kind, orWrong(asserted(kind)));
                return Arbitraries.frequencyOf(
                    Tuple.of(20, mapping(said, more)),
                    Tuple.of(1, mapping(said, Map.of("never", asserted("never")))));
              });
    }

    /** What 'only' says of anybody is nothing, which the schema does not know. */
    private static Arbitrary<String> asserted(String kind) {
      return kind.equals("only")
          ? mapping(
              Map.of(
                  "to",
                  near("\"published\"", "direct"),
                  "from",
                  Arbitraries.of("192.0.2.1", "[192.0.2.1]", "[]", "null", "5")),
              Map.of("port", ports(), "optional", optional()))
          : inbound();
    }

    private static Arbitrary<String> source() {
      Arbitrary<String> address = Arbitraries.of("\"192.0.2.0/24\"", "\"2001:db8::1\"", "\"::/0\"");
      // A key that no plugin takes is not among the wrong ones: only the parser knows the plugins.
      return Arbitraries.frequencyOf(
          Tuple.of(9, Arbitraries.oneOf(address, list(address))),
          Tuple.of(
              1, Arbitraries.of("null", "5", "true", "[]", "{}", "[[]]", "[null]", "\"any\"")));
    }

    private static Arbitrary<String> policy() {
      return orWrong(
          mapping(
              Map.of("hosts", orWrong(Arbitraries.of("\"all\"", "\"web:&prod\"", "web"))),
              Map.of(
                  "external",
                  orWrong(list(Arbitraries.of("\"eth0\"", "\"lo\"", "br-1", "\"eth+\""))),
                  "inbound",
                  direction(inbound()),
                  "outbound",
                  direction(outbound()))));
    }

    private static Arbitrary<String> direction(Arbitrary<String> rule) {
      return orWrong(
          mapping(
              Map.of(),
              Map.of(
                  "default",
                  orWrong(Arbitraries.of("drop", "\"reject\"", "accept", "\"Drop\"")),
                  "allow",
                  orWrong(Arbitraries.oneOf(rule, list(rule))),
                  "deny",
                  orWrong(list(rule)))));
    }

    private static Arbitrary<String> inbound() {
      return mapping(
          Map.of("to", near("\"published\"", "direct"), "from", far()),
          Map.of(
              "port", ports(), "container-port", ports(), "icmp", icmp(), "optional", optional()));
    }

    private static Arbitrary<String> outbound() {
      return mapping(
          Map.of("from", near("\"any\""), "to", far()),
          Map.of("port", ports(), "icmp", icmp(), "optional", optional()));
    }

    private static Arbitrary<String> near(String... words) {
      return orWrong(
          Arbitraries.oneOf(
              Arbitraries.of("\"host\"", "any"), Arbitraries.of(words), selector(), selector()));
    }

    private static Arbitrary<String> selector() {
      return mapping(
          Map.of(),
          Map.of(
              "container", orWrong(Arbitraries.of("\"web-*\"", "db", "7", "\"/db\"")),
              "label",
                  orWrong(Arbitraries.of("a", "\"a=b\"", "\"=b\"", "{\"a\": b}", "{\"a\": null}")),
              "compose", orWrong(Arbitraries.of("a/b", "\"*/b\"", "a", "a/b/c")),
              "image", orWrong(Arbitraries.of("\"nginx:*\"", "nginx"))));
    }

    private static Arbitrary<String> far() {
      // The schema does not know names; 'office' is not always declared, an address is always one.
      Arbitrary<String> peer = Arbitraries.of("any", "\"192.0.2.1\"", "\"2001:db8::/32\"");
      return Arbitraries.frequencyOf(
          Tuple.of(12, Arbitraries.oneOf(peer, list(peer))),
          Tuple.of(
              1,
              Arbitraries.of("null", "\"\"", "5", "[]", "{}", "[[]]", "\"host\"", "[any, null]")));
    }

    private static Arbitrary<String> ports() {
      Arbitrary<String> port =
          Arbitraries.of(
              "80/tcp",
              "\"8000-8010/udp\"",
              "1/sctp",
              "65535/tcp",
              "80/tcp",
              "22/tcp",
              "0/tcp",
              "65536/tcp",
              "80",
              "80/icmp");
      return orWrong(Arbitraries.oneOf(port, list(port)));
    }

    private static Arbitrary<String> icmp() {
      return orWrong(Arbitraries.of("echo-request", "\"any\"", "timestamp-request", "ping"));
    }

    private static Arbitrary<String> optional() {
      return Arbitraries.of("true", "false", "\"true\"", "null", "1");
    }

    private static Arbitrary<String> orWrong(Arbitrary<String> right) {
      return Arbitraries.frequencyOf(Tuple.of(25, right), Tuple.of(1, Arbitraries.of(WRONG)));
    }

    private static Arbitrary<String> list(Arbitrary<String> item) {
      return item.list()
          .ofMinSize(1)
          .ofMaxSize(3)
          .map(items -> "[" + String.join(", ", items) + "]");
    }

    /**
     * A mapping with all of some keys, mostly, some of others, and rarely one that is not known.
     */
    private static Arbitrary<String> mapping(
        Map<String, Arbitrary<String>> mostly, Map<String, Arbitrary<String>> sometimes) {
      Map<String, Arbitrary<Optional<String>>> entries = new LinkedHashMap<>();
      mostly.forEach((key, value) -> entries.put(key, value.optional(0.98)));
      sometimes.forEach((key, value) -> entries.put(key, value.optional(0.4)));
      entries.put("unknown", Arbitraries.of("1").optional(0.01));
      Arbitrary<List<String>> texts = Arbitraries.just(List.of());
      for (Map.Entry<String, Arbitrary<Optional<String>>> entry : entries.entrySet()) {
        texts =
            Combinators.combine(texts, entry.getValue())
                .as(
                    (before, value) ->
                        Stream.concat(
                                before.stream(),
                                value.map(text -> "\"" + entry.getKey() + "\": " + text).stream())
                            .toList());
      }
      return texts.map(parts -> "{" + String.join(", ", parts) + "}");
    }
  }
}
