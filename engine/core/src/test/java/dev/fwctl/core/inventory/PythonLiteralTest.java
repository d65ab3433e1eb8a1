package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The outcomes are those of {@code str(ast.literal_eval(value))}, or the text as it is. */
class PythonLiteralTest {
  private static Variable read(String text) {
    return PythonLiteral.read(text, new Place("hosts", 1, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "22 | 22",
        "+5 | 5",
        "-5 | -5",
        "- 5 | -5",
        "0x1F | 31",
        "0o17 | 15",
        "0b101 | 5",
        "1_000 | 1000",
        "00 | 0",
        "1.0 | 1.0",
        "1.50 | 1.5",
        ".5 | 0.5",
        "1e3 | 1000.0",
        "1e16 | 1e+16",
        "1.5e-7 | 1.5e-07",
        "True | True",
        "'a' | a",
        "'a' \"b\" | ab",
        "'a' # c | a",
        "8080 # c | 8080",
        "('a') | a",
        "r'a\\b' | a\\b",
        "'a\\tb' | a\tb",
        "'\\x41\\u00e9\\101' | AéA",
        "'a\\qb' | a\\qb",
        "b'x' | x",
        "'''a'b''' | a'b",
      })
  void aLiteralIsWhatItSays(String text, String value) {
    assertThat(read(text).text()).contains(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web1",
        "10.0.0.1",
        "0644",
        "007",
        "yes",
        "true",
        "true # c",
        "deploy # c",
        "--5",
        "1j",
        "1__0",
        "1 2",
        "'a",
        "'a'b",
        "a'b'",
        "[::1]",
        "[a, b]",
        "{a: b}",
        "{1, 2: 3}",
        "{{ x }}",
        "'{{ x }}' + 'y'",
        "1,b",
        "-",
        "0x",
        "'\\x4'",
        "None.x",
        "2001:db8::1",
      })
  void whatIsNoLiteralIsText(String text) {
    assertThat(read(text).text()).contains(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1, 'a'] | is a list",
        "[] | is a list",
        "(1,) | is a list",
        "() | is a list",
        "1,2 | is a list",
        "'a', | is a list",
        "{'a': [1, {2: 3}],} | is a mapping",
        "{} | is a mapping",
        "{1, 2} | is a set",
      })
  void aCollectionIsNoText(String text, String unsupported) {
    assertThat(read(text).unsupported()).contains(unsupported);
    assertThat(read(text).text()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"None", " None # c"})
  void noneIsNothing(String text) {
    assertThat(read(text).text()).isEmpty();
    assertThat(read(text).unsupported()).isEmpty();
  }

  @Property
  void aQuotedTextComesBackAsItWas(@ForAll String text) {
    String quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";

    assertThat(read(quoted).text()).contains(text);
  }

  @Property
  void integersComeBackAsTheyWere(@ForAll long number) {
    assertThat(read(Long.toString(number)).text()).contains(Long.toString(number));
  }

  @Property
  void anyTextIsReadSomehow(@ForAll String text) {
    Variable variable = read(text);

    assertThat(variable.text().isPresent() && variable.unsupported().isPresent()).isFalse();
  }

  @Property
  void numbersReadBackAsTheSame(@ForAll double number) {
    assertThat(Double.parseDouble(PythonNumbers.text(number))).isEqualTo(number);
  }
}
