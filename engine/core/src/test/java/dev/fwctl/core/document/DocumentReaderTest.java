package dev.fwctl.core.document;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {
  @TempDir Path folder;

  private final Problems problems = new Problems();

  private Node parse(String text) {
    Optional<Document> document = reader(DocumentLimits.DEFAULT).parse("f.yml", text, problems);
    assertThat(problems.sorted()).isEmpty();
    return document.orElseThrow().root().orElseThrow();
  }

  private List<String> errors(String text) {
    return errors(text, DocumentLimits.DEFAULT);
  }

  private List<String> errors(String text, DocumentLimits limits) {
    assertThat(reader(limits).parse("f.yml", text, problems)).isEmpty();
    return problems.sorted().stream().map(Problem::toString).toList();
  }

  private DocumentReader reader(DocumentLimits limits) {
    return new DocumentReader(folder, limits);
  }

  private List<String> fileErrors(byte[] content) throws IOException {
    Path file = folder.resolve("sub/f.yml");
    Files.createDirectories(folder.resolve("sub"));
    Files.write(file, content);
    assertThat(reader(DocumentLimits.DEFAULT).read(file, problems)).isEmpty();
    return problems.sorted().stream().map(Problem::toString).toList();
  }

  /** Writes a tree as JSON-like text, which shows its shape and nothing of its places. */
  private static String show(Node node) {
    return switch (node) {
      case Node.Scalar scalar -> scalar.isNull() ? "null" : "'" + scalar.text() + "'";
      case Node.Sequence sequence ->
          sequence.items().stream().map(DocumentReaderTest::show).toList().toString();
      case Node.Mapping mapping ->
          mapping.entries().values().stream()
              .map(entry -> entry.key().text() + ": " + show(entry.value()))
              .toList()
              .toString()
              .replaceFirst("\\[", "{")
              .replaceFirst("\\]$", "}");
    };
  }

  @Test
  void readsEveryScalarAsText() {
    assertThat(
            show(parse("[yes, 0644, 22:30, 1e3, 0x1F, ~, null, '~', \"\", !!str 5, 2026-01-01]")))
        .isEqualTo(
            "['yes', '0644', '22:30', '1e3', '0x1F', null, null, '~', '', '5', '2026-01-01']");
  }

  @Test
  void knowsThePlaceOfEachNodeAndKey() {
    Node.Mapping root = (Node.Mapping) parse("# comment\na:\n  - b\n  - {ключ: é, c: d}\n");
    assertThat(root.entry("a").orElseThrow().key().place()).hasToString("f.yml:2:1");
    Node.Sequence list = (Node.Sequence) root.get("a").orElseThrow();
    assertThat(list.place()).hasToString("f.yml:3:3");
    assertThat(list.items().getFirst().place()).hasToString("f.yml:3:5");
    Node.Mapping inner = (Node.Mapping) list.items().get(1);
    assertThat(inner.get("ключ").orElseThrow().place()).hasToString("f.yml:4:12");
    assertThat(inner.entry("c").orElseThrow().key().place()).hasToString("f.yml:4:15");
  }

  @Test
  void countsColumnsInCharactersAlsoBeyondTheBasicPlane() {
    Node.Mapping root = (Node.Mapping) parse("{\"😀😀\": x}");
    assertThat(root.get("😀😀").orElseThrow().place()).hasToString("f.yml:1:8");
  }

  @Test
  void keepsTagsAndStyles() {
    Node.Mapping root =
        (Node.Mapping) parse("{a: !vault x, b: !!int 5, c: 'q', d: !set {}, e: ! y}");
    assertThat(root.get("a").orElseThrow().tag()).contains("!vault");
    assertThat(root.get("b").orElseThrow().tag()).contains("tag:yaml.org,2002:int");
    assertThat(((Node.Scalar) root.get("c").orElseThrow()).plain()).isFalse();
    assertThat(root.get("d").orElseThrow().tag()).contains("!set");
    assertThat(root.get("e").orElseThrow().tag()).isEmpty();
  }

  @Test
  void resolvesAliases() {
    assertThat(show(parse("{a: &x [1, 2], b: *x, c: [*x, &x 3, *x]}")))
        .isEqualTo("{a: ['1', '2'], b: ['1', '2'], c: [['1', '2'], '3', '3']}");
  }

  @Test
  void mergesMappings() {
    assertThat(show(parse("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}")))
        .isEqualTo("{a: {x: '1', y: '2'}, b: {x: '1', y: '3', z: '4'}}");
  }

  @Test
  void letsTheEarlierOfMergedMappingsWin() {
    assertThat(show(parse("- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b], z: 3}")))
        .isEqualTo("[{x: '1'}, {x: '2', y: '2'}, {x: '1', y: '2', z: '3'}]");
  }

  @Test
  void mergesWhatIsMergedItself() {
    assertThat(show(parse("- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}")))
        .isEqualTo("[{x: '1'}, {x: '1', y: '2'}, {x: '1', y: '2'}]");
  }

  @Test
  void takesAQuotedMergeKeyForAKey() {
    assertThat(show(parse("{'<<': 1}"))).isEqualTo("{<<: '1'}");
  }

  @Test
  void refusesToMergeWhatIsNoMapping() {
    assertThat(errors("a: &a [1]\nb: {<<: *a}\nc: {<<: 5}"))
        .containsExactly(
            "f.yml:1:8: a merge key takes a mapping or a list of mappings, not text"
                + " (write '<<: *anchor', where the anchor is on a mapping)",
            "f.yml:3:9: a merge key takes a mapping or a list of mappings, not text"
                + " (write '<<: *anchor', where the anchor is on a mapping)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "# nothing\n", "---\n", "~", "\ufeff", "---\n# x\n...\n"})
  void findsNothingInAnEmptyDocument(String text) throws IOException {
    Path file = folder.resolve("f.yml");
    Files.writeString(file, text);
    assertThat(reader(DocumentLimits.DEFAULT).read(file, problems).orElseThrow().root()).isEmpty();
    assertThat(problems.isEmpty()).isTrue();
  }

  @Test
  void acceptsAByteOrderMarkAndCarriageReturns() throws IOException {
    Path file = folder.resolve("f.yml");
    Files.writeString(file, "\ufeffa: 1\r\nb: 2\r\n");
    Node.Mapping root =
        (Node.Mapping)
            reader(DocumentLimits.DEFAULT).read(file, problems).orElseThrow().root().orElseThrow();
    assertThat(root.entry("a").orElseThrow().key().place()).hasToString("f.yml:1:1");
    assertThat(root.entry("b").orElseThrow().key().place()).hasToString("f.yml:2:1");
  }

  @Test
  void namesBothPlacesOfEveryDuplicateKey() {
    assertThat(errors("a: 1\nb: {c: 1, c: 2}\na: 3\n<<: {}\n<<: {}"))
        .containsExactly(
            "f.yml:2:11: key 'c' is given twice; the first is at f.yml:2:5 (remove one)",
            "f.yml:3:1: key 'a' is given twice; the first is at f.yml:1:1 (remove one)",
            "f.yml:5:1: key '<<' is given twice; the first is at f.yml:4:1"
                + " (merge several with a list: <<: [*one, *two])");
  }

  @Test
  void refusesKeysThatAreNotText() {
    assertThat(errors("{[a]: 1, {b: c}: 2}"))
        .containsExactly(
            "f.yml:1:2: a key must be text, not a list (quote a text that begins with '[' or '{')",
            "f.yml:1:10: a key must be text, not a mapping (quote a text that begins with '[' or '{')");
  }

  @Test
  void refusesASecondDocument() {
    assertThat(errors("a: 1\n---\nb: 2\n"))
        .containsExactly(
            "f.yml:2:1: a second document begins here"
                + " (one file holds one document; put this one into a file of its own)");
  }

  @Test
  void refusesCycles() {
    assertThat(errors("a: &a\n  b: [*a]"))
        .containsExactly(
            "f.yml:2:7: alias '*a' stands inside what it stands for, which begins at f.yml:1:4"
                + " (remove the cycle)");
  }

  @Test
  void suggestsAnAnchorOrQuotes() {
    assertThat(errors("a: &office 1\nb: *ofice"))
        .containsExactly(
            "f.yml:2:4: alias '*ofice' refers to an anchor that is not declared above"
                + " (did you mean '*office'?)");
    assertThat(errors("image: *nginx"))
        .contains(
            "f.yml:1:8: alias '*nginx' refers to an anchor that is not declared above"
                + " (declare '&nginx' first; a pattern that begins with '*' needs quotes)");
  }

  @Test
  void refusesAliasesThatExplode() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
      text.append("a%d: &a%d [".formatted(i, i))
          .append(("*a" + (i - 1) + ", ").repeat(10))
          .append("]\n");
    }
    assertThat(errors(text.toString()))
        .containsExactly(
            "f.yml:6:5: holds more than 1000000 values once its aliases are followed"
                + " (repeat less by aliases, or split the document)");
  }

  @Test
  void refusesMergesThatExplode() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      text.append("m%d: &m%d {k%d: 1".formatted(i, i, i))
          .append(i == 0 ? "}\n" : ", <<: *m" + (i - 1) + "}\n");
    }
    assertThat(errors(text.toString(), new DocumentLimits(1 << 20, 10_000, 100)))
        .singleElement()
        .asString()
        .contains("holds more than 10000 values once its aliases are followed");
  }

  @Test
  void refusesDeepNesting() {
    assertThat(errors("[".repeat(100_000)))
        .containsExactly("f.yml:1:101: nested deeper than 100 levels (flatten the document)");
  }

  @Test
  void refusesDeepNestingByAliases() {
    StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 200; i++) {
      text.append("a%d: &a%d [*a%d]\n".formatted(i, i, i - 1));
    }
    assertThat(errors(text.toString()))
        .singleElement()
        .asString()
        .contains("nested deeper than 100 levels by its aliases");
  }

  @Test
  void refusesALargeFileBeforeReadingItWhole() throws IOException {
    Path file = folder.resolve("large.yml");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(50_000_000);
    }
    assertThat(reader(DocumentLimits.DEFAULT).read(file, problems)).isEmpty();
    assertThat(problems.sorted())
        .extracting(Problem::toString)
        .containsExactly(
            "large.yml:1:1: the file is larger than 4 MiB (split it into several files)");
  }

  @Test
  void pointsAtTheFirstByteThatIsNotUtf8() throws IOException {
    assertThat(fileErrors("a: 1\nb: [é, caf".getBytes(UTF_8)).toString()).doesNotContain("UTF-8");
    assertThat(fileErrors("a: 1\nb: café".getBytes(ISO_8859_1)))
        .contains("sub/f.yml:2:7: byte 0xe9 is not UTF-8 (save the file as UTF-8)");
  }

  @Test
  void recognisesUtf16() throws IOException {
    assertThat(fileErrors("\ufeffa: 1".getBytes(UTF_16LE)))
        .containsExactly("sub/f.yml:1:1: the file is UTF-16, not UTF-8 (save the file as UTF-8)");
  }

  @Test
  void refusesTruncatedUtf8() throws IOException {
    assertThat(fileErrors(new byte[] {'a', (byte) 0xc3}))
        .containsExactly("sub/f.yml:1:2: byte 0xc3 is not UTF-8 (save the file as UTF-8)");
  }

  @ParameterizedTest
  @ValueSource(chars = {'\0', '\u001b', '\u007f', '\u0085', '\u2028', '\u2029', '\uffff'})
  void refusesControlCharacters(char character) throws IOException {
    assertThat(fileErrors(("a: 1\r\nb:" + character).getBytes(UTF_8)))
        .containsExactly(
            "sub/f.yml:2:3: character U+%04X has no place in a text file (remove it, or write it as an escape in double quotes)"
                .formatted((int) character));
  }

  @Test
  void reportsFilesThatCannotBeRead() {
    DocumentReader reader = reader(DocumentLimits.DEFAULT);
    assertThat(reader.read(folder.resolve("none.yml"), problems)).isEmpty();
    assertThat(reader.read(folder, problems)).isEmpty();
    assertThat(problems.sorted())
        .extracting(Problem::toString)
        .containsExactly("none.yml does not exist", folder + " is a folder, not a file");
  }

  @Test
  void namesFilesOutsideTheBaseByTheirFullPath() {
    assertThat(reader(DocumentLimits.DEFAULT).display(folder.resolveSibling("other/../x.yml")))
        .isEqualTo(folder.resolveSibling("x.yml").toString());
  }
}
