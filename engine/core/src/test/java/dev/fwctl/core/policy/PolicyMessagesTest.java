package dev.fwctl.core.policy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.FwctlException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every message for a bad document word for word.
 *
 * <p>A case is a document or a folder of them in {@code bad/}, with what a user reads in {@code
 * bad/CASE.txt}. Run with {@code -Dfwctl.golden=write} to write the latter anew, and read the
 * difference.
 */
class PolicyMessagesTest {
  private static final boolean WRITE = "write".equals(System.getProperty("fwctl.golden"));

  @TempDir Path folder;

  private static Path bad() {
    try {
      return Path.of(
          requireNonNull(PolicyMessagesTest.class.getResource("bad"), "no test resources").toURI());
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Stream<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(bad())) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.endsWith(".txt"))
              .toList();
      return names.stream().sorted();
    }
  }

  private static String messages(Path documents, Path base) {
    FwctlException refused =
        catchThrowableOfType(
            FwctlException.class, () -> new PolicyReader(Map.of()).read(documents, base));
    assertThat(refused).as("%s is refused", documents).isNotNull();
    return new ProblemText(base).errors(refused);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void saysWhatIsWrongWhereAndWhatToDo(String name) throws IOException {
    String expected = name.replace(".yml", "") + ".txt";
    String messages = messages(bad().resolve(name), bad());
    if (WRITE) {
      Files.writeString(
          Path.of("src/test/resources/dev/fwctl/core/policy/bad").resolve(expected), messages);
    } else {
      assertThat(messages).isEqualTo(Files.readString(bad().resolve(expected)));
    }
  }

  @Test
  void refusesWhatIsNotUtf8() throws IOException {
    Files.write(
        folder.resolve("latin.yml"),
        "fwctl: 1\n# caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(messages(folder, folder))
        .isEqualTo(
            """
            latin.yml:2:6: error: byte 0xe9 is not UTF-8 [FW003]
              2 | # caf\ufffd
                |      ^
                hint: save the file as UTF-8
            """);
  }

  @Test
  void refusesALargeDocument() throws IOException {
    try (RandomAccessFile sparse =
        new RandomAccessFile(folder.resolve("large.yml").toFile(), "rw")) {
      sparse.setLength(50_000_000);
    }
    assertThat(messages(folder, folder))
        .isEqualTo(
            """
            large.yml:1:1: error: the file is larger than 4 MiB [FW003]
              hint: split it into several files
            """);
  }

  @Test
  void refusesARepositoryWithoutDocuments() {
    assertThat(messages(folder, folder.resolveSibling("elsewhere")).replaceAll("\\s+", " "))
        .startsWith(
            "error: the policy folder " + folder + " holds no document [FW002] hint: write");
    assertThat(messages(folder.resolve("none"), folder))
        .isEqualTo(
            """
            error: the policy folder none does not exist [FW002]
              hint: make it, or name another with -p
            """);
  }

  @Test
  void refusesFoldersThatHoldThemselves() throws IOException {
    Files.createSymbolicLink(folder.resolve("again"), folder);
    assertThat(messages(folder, folder))
        .isEqualTo("error: again can't be read: it links to a folder that it lies in [FW002]\n");
  }

  @Test
  void countsTheRestOfAFileThatIsNoList() throws IOException {
    Files.writeString(folder.resolve("list.txt"), "not an address\n".repeat(1000));
    Files.writeString(folder.resolve("a.yml"), "fwctl: 1\nsources: {office: {file: list.txt}}\n");
    assertThat(messages(folder, folder))
        .contains("list.txt:20:1: error: 'not an address' is not an IP address or prefix")
        .contains("list.txt:21:1: error: 980 more lines of this file are no addresses")
        .doesNotContain("list.txt:22");
  }
}
