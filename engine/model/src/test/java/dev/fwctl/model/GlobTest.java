package dev.fwctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class GlobTest {
  @Property
  void agreesWithTheRegularExpression(
      @ForAll @Chars({'a', 'b', '*', '?', '.'}) @StringLength(max = 8) String pattern,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 10) String text) {
    StringBuilder expression = new StringBuilder();
    for (char character : pattern.toCharArray()) {
      expression.append(
          switch (character) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(character));
          });
    }

    assertThat(new Glob(pattern).matches(text))
        .isEqualTo(Pattern.matches(expression.toString(), text));
  }

  @Test
  void aStarMatchesLineEnds() {
    assertThat(new Glob("web*").matches("web\n$(reboot)")).isTrue();
  }
}
