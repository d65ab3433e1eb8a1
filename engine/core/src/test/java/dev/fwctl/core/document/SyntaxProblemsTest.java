package dev.fwctl.core.document;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Problem;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntaxProblemsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '→',
      quoteCharacter = '\u0001',
      textBlock =
          """
          a: b: c → f:1:5: a ':' is not expected here (quote a value that holds ': ' or ends in ':', or check the indentation)
          from: 2001:db8:: → f:1:16: a ':' is not expected here (quote a value that holds ': ' or ends in ':', or check the indentation)
          a:⏎\tb: 1 → f:2:1: a tab stands where only spaces may (indent with spaces)
          a: 'x⏎b: 1 → f:1:4: a quote is opened here and never closed (close it)
          a: "\\q" → f:1:6: not an escape that YAML knows (write '\\\\' for a backslash, or use single quotes)
          a: [1, 2⏎b: 3 → f:2:2: ',' or ']' is expected here, in the list that begins at f:1:4 (separate entries with ',' and close with ']')
          a: {b: 1 → f:1:4: this mapping is opened and never closed (close it with '}')
          a: [b → f:1:4: this list is opened and never closed (close it with ']')
          a: {b: 1⏎c: 2 → f:2:2: ',' or '}' is expected here, in the mapping that begins at f:1:4 (separate entries with ',' and close with '}')
          a: [b-?] → f:1:7: ',' or ']' is expected here, in the list that begins at f:1:4 (quote a text that holds '?')
          a: * → f:1:4: '*' begins an alias, and no name follows (quote a pattern that begins with '*')
          a: & → f:1:4: '&' begins an anchor, and no name follows (quote a text that begins with '&')
          a: !< → f:1:4: '!' begins a tag, and this is none (quote a text that begins with '!')
          a: 1⏎b⏎c: 1 → f:2:1: a key without ':' (write 'key: value'; quote a text that spans lines)
          a:⏎  - 1⏎ - 2 → f:3:2: the indentation fits nothing above, in what begins at f:1:1 (items of one list begin in the same column)
          a:⏎  b: 1⏎ c: 2 → f:3:2: the indentation fits nothing above, in what begins at f:1:1 (keys of one mapping begin in the same column)
          a: 'x' y → f:1:8: a text goes on after its closing quote (quote the whole of it)
          a: [b]] → f:1:7: this closes nothing that is open (remove it, or quote the text)
          a: } → f:1:4: this closes nothing that is open (remove it, or quote the text)
          a: [::1] → f:1:5: a value can't begin with ':' in brackets (quote it, as in ["::1"])
          a: @b → f:1:4: a value can't begin with '@' (quote it)
          a: |b → f:1:5: after '|' or '>' the text begins on the next line (quote a text that begins with '|' or '>')
          %YAML 3.0⏎---⏎a: 1 → f:1:1: not well-formed YAML: found incompatible YAML document (version 1.* is required)
          """)
  void saysWhatIsWrongInAnAuthorsWords(String text, String expected) {
    Problems problems = new Problems();
    new DocumentReader(Path.of("."), DocumentLimits.DEFAULT)
        .parse("f", text.replace('⏎', '\n').replace("\\t", "\t"), problems);
    assertThat(problems.sorted()).extracting(Problem::toString).containsExactly(expected);
  }
}
