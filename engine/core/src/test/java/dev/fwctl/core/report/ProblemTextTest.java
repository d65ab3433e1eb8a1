package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProblemTextTest {
  @TempDir Path folder;

  private String render(String content, int line, int column) throws IOException {
    Files.writeString(folder.resolve("f.yml"), content);
    return new ProblemText(folder)
        .error(
            Problem.at(
                new Place("f.yml", line, column), ErrorCode.UNKNOWN_NAME, "unknown x", "write y"));
  }

  @Test
  void showsTheLineWithACaretAndTheHint() throws IOException {
    assertThat(render("a: 1\nb: [x, z]\n", 2, 5))
        .isEqualTo(
            """
            f.yml:2:5: error: unknown x [FW005]
              2 | b: [x, z]
                |     ^
                hint: write y
            """);
  }

  @Test
  void pointsBehindTheEndOfALine() throws IOException {
    assertThat(render("a: [1", 1, 6))
        .contains(
            """
              1 | a: [1
                |      ^
            """);
  }

  @Test
  void leavesOutALineThatIsNotThere() throws IOException {
    assertThat(render("a: 1\n", 7, 1))
        .isEqualTo(
            """
            f.yml:7:1: error: unknown x [FW005]
              hint: write y
            """);
  }

  @Test
  void showsWindowsOfLongLines() throws IOException {
    String line = "begin" + "-".repeat(200) + "x" + "+".repeat(200) + "end";
    String shown = render(line, 1, 206);
    List<String> lines = shown.lines().toList();
    assertThat(lines).allSatisfy(each -> assertThat(each).hasSizeLessThanOrEqualTo(80));
    assertThat(lines.get(1)).startsWith("  1 | …---").endsWith("+++…");
    assertThat(lines.get(1).indexOf('x')).isEqualTo(lines.get(2).indexOf('^'));
    assertThat(render(line, 1, 1)).contains("  1 | begin---").contains("    | ^\n");
    assertThat(render(line, 1, 408)).contains("+++end\n");
  }

  @Test
  void neverPrintsWhatMovesTheCursor() throws IOException {
    String text = render("a: \u001b[31m\u0007\u202e\tx\u0000", 1, 9);
    assertThat(text)
        .contains(
            """
              1 | a: \\u001b[31m\\u0007\\u202e x\\u0000
                |              ^
            """);
    Problem problem =
        Problem.of(ErrorCode.UNREACHABLE, "host said \u001b]0;x\u0007\nroot#", "a\rb");
    assertThat(new ProblemText(folder).error(problem))
        .isEqualTo(
            """
            error: host said \\u001b]0;x\\u0007\\nroot# [FW030]
              hint: a\\rb
            """);
  }

  @Test
  void alignsTheCaretUnderWideAndCombiningCharacters() throws IOException {
    assertThat(render("日本e\u0301: x", 1, 7)).contains("  1 | 日本e\u0301: x\n    |        ^\n");
  }

  @Test
  void showsWhatIsNotUtf8() throws IOException {
    Files.write(folder.resolve("l.yml"), "caf\u00e9: 1".getBytes(StandardCharsets.ISO_8859_1));
    Problem problem = Problem.at(new Place("l.yml", 1, 4), ErrorCode.DOCUMENT_MALFORMED, "bad");
    assertThat(new ProblemText(folder).error(problem)).contains("  1 | caf\ufffd: 1\n    |    ^\n");
  }

  @Test
  void breaksLongMessagesAtSpacesOnly() {
    String name = "n".repeat(90);
    Problem problem =
        Problem.of(
            ErrorCode.CONFLICT,
            "one word after another ".repeat(5) + name,
            "this is a hint that goes on and on ".repeat(4).strip());
    assertThat(new ProblemText(folder).error(problem))
        .isEqualTo(
            """
            error: one word after another one word after another one word after another one
              word after another one word after another
              %s [FW006]
              hint: this is a hint that goes on and on this is a hint that goes on and on
                    this is a hint that goes on and on this is a hint that goes on and on
            """
                .formatted(name));
  }

  @Test
  void rendersEveryProblemOfAnException() {
    FwctlException exception =
        new FwctlException(
            List.of(Problem.of(ErrorCode.USAGE, "one"), Problem.of(ErrorCode.PLUGIN, "two")));
    assertThat(new ProblemText(folder).errors(exception))
        .isEqualTo("error: one [FW001]\n\nerror: two [FW008]\n");
    assertThat(new ProblemText(folder).warning(Problem.of(ErrorCode.UNENFORCEABLE, "three")))
        .isEqualTo("warning: three [FW021]\n");
  }
}
