package dev.fwctl.core.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  private static final List<String> NAMES =
      List.of("office", "monitors", "banned", "any", "container-port", "vpn");

  @ParameterizedTest
  @CsvSource({
    "ofice, office",
    "offcie, office",
    "Office, office",
    "monitor, monitors",
    "moni, monitors",
    "container_port, container-port",
    "an, any",
    "nyx, ''",
    "x, ''",
    "warehouse, ''",
    "'', ''"
  })
  void findsWhatWasMeant(String name, String expected) {
    assertThat(Suggestions.closest(name, NAMES).orElse("")).isEqualTo(expected);
  }

  @Test
  void takesTheNearestOfSeveral() {
    assertThat(Suggestions.closest("web2", List.of("web11", "web1", "web22"))).contains("web1");
  }

  @Test
  void listsTheCandidatesWhenNoneIsClose() {
    assertThat(Suggestions.hint("ofice", NAMES, "sources")).contains("did you mean 'office'?");
    assertThat(Suggestions.hint("x", List.of("b", "a"), "known keys")).contains("known keys: a, b");
    assertThat(Suggestions.hint("x", List.of(), "known keys")).isEmpty();
    assertThat(
            Suggestions.hint(
                "x",
                IntStream.range(10, 40).mapToObj(i -> "source" + i).toList(),
                "declared sources"))
        .hasValueSatisfying(hint -> assertThat(hint).endsWith("source20, source21 and 18 more"));
  }
}
