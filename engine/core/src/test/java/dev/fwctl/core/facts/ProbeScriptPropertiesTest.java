package dev.fwctl.core.facts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.spi.Execution;
import dev.fwctl.spi.ProbeAnswer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a probe prints, it is that probe's answer and no other's. */
class ProbeScriptPropertiesTest {
  private static final String TOKEN = "fwctl0123456789abcdef";

  /** Text that knows the frame but not the token. */
  @Provide
  Arbitrary<String> hostile() {
    Arbitrary<String> scrap =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(8),
            Arbitraries.of(
                "\n",
                " ",
                " begin a\n",
                " end a 0\n",
                "\nfwctl begin b\n",
                "\nfwctl0123456789abcde end a 0\n",
                "\nfwctl_token end a 0\n",
                "\u001b[2J\r",
                "$(reboot)",
                "\0"));
    return scrap.list().ofMaxSize(12).map(scraps -> String.join("", scraps));
  }

  @Provide
  Arbitrary<ProbeAnswer> answer() {
    return Combinators.combine(Arbitraries.integers().between(0, 255), hostile(), hostile())
        .as(ProbeAnswer::new);
  }

  @Provide
  Arbitrary<List<ProbeAnswer>> answers() {
    return answer().list().ofSize(3);
  }

  @Property(tries = 500)
  void whatIsFramedComesOutAsItWasPrinted(
      @ForAll("answers") List<ProbeAnswer> answers, @ForAll("hostile") String before) {
    SequencedMap<String, String> probes = new LinkedHashMap<>();
    StringBuilder output = new StringBuilder(before);
    StringBuilder errors = new StringBuilder(before);
    for (int i = 0; i < answers.size(); i++) {
      String name = String.valueOf((char) ('a' + i));
      probes.put(name, ":");
      frame(output, name, answers.get(i).output(), answers.get(i).exitStatus());
      frame(errors, name, answers.get(i).errors(), answers.get(i).exitStatus());
    }

    List<ProbeScript.Section> sections =
        new ProbeScript(TOKEN, probes)
            .split(new Execution(0, output.toString(), errors.toString()));

    assertThat(sections)
        .extracting(section -> section.answer().orElseThrow())
        .containsExactlyElementsOf(answers);
  }

  /** The frame as the script's own echo writes it. */
  private static void frame(StringBuilder stream, String name, String text, int status) {
    stream.append('\n').append(TOKEN).append(" begin ").append(name).append('\n');
    stream.append(text);
    stream.append('\n').append(TOKEN).append(" end ").append(name).append(' ').append(status);
    stream.append('\n');
  }
}
