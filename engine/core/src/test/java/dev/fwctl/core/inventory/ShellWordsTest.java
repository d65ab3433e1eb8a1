package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
  private static List<String> words(String text) throws Exception {
    return ShellWords.split(text, true).stream().map(ShellWords.Word::text).toList();
  }

  @Test
  void blanksSeparateWords() throws Exception {
    assertThat(words("  a\tb  c ")).containsExactly("a", "b", "c");
    assertThat(words("")).isEmpty();
  }

  @Test
  void quotesKeepBlanksAndJoinTheirWord() throws Exception {
    assertThat(words("a='b c'\"d  e\"f ''")).containsExactly("a=b cd  ef", "");
  }

  @Test
  void singleQuotesKeepBackslashesAndDoubleQuotesMost() throws Exception {
    assertThat(words("'a\\b' \"a\\b\" \"a\\\"b\" \"a\\\\b\" a\\ b"))
        .containsExactly("a\\b", "a\\b", "a\"b", "a\\b", "a b");
  }

  @Test
  void anUnquotedHashEndsTheLineEvenWithinAWord() throws Exception {
    assertThat(words("a#b c")).containsExactly("a");
    assertThat(words("a \"#b\" \\#c '#d' # e")).containsExactly("a", "#b", "#c", "#d");
    assertThat(ShellWords.split("a#b", false)).extracting("text").containsExactly("a#b");
  }

  @Test
  void aWordKnowsWhereItBegins() throws Exception {
    assertThat(ShellWords.split(" a  'b c' d", true)).extracting("start").containsExactly(1, 4, 10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a 'b", "a \"b", "a b\\", "a \"b\\\""})
  void whatIsNotClosedIsAnError(String text) {
    assertThatThrownBy(() -> ShellWords.split(text, true))
        .isInstanceOf(ShellWords.UnfinishedException.class);
  }

  @Property
  void quotedWordsComeBackAsTheyWere(
      @ForAll @Size(max = 6) List<@StringLength(max = 12) String> words) throws Exception {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      text.append('\'').append(word.replace("'", "'\\''")).append("' ");
    }

    assertThat(words(text.toString())).isEqualTo(words);
  }
}
