package dev.fwctl.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.FwctlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens to a document, it is read or refused with messages that a terminal can bear. */
class PolicyRobustnessTest {
  private static final String DOCUMENT =
      """
      fwctl: 1
      sources:
        office: &office [203.0.113.0/24, "2001:db8:7::/48"]
        home: *office
      policies:
        shop: &shop
          hosts: docker:&prod
          external: [eth0]
          inbound:
            default: drop
            allow:
              - &rule {to: {container: django}, port: 8081/tcp, from: [office, 198.51.100.7]}
              - {<<: *rule, to: {label: {a: b}}, from: home}
              - {to: host, icmp: echo-request, from: any}
          outbound:
            deny: {from: {compose: a/b, image: "c:*"}, to: any, port: [25/tcp, 53-54/udp]}
        other: {<<: *shop, hosts: all}
      """;

  private static final List<String> PIECES =
      List.of(
          "",
          " ",
          "\n",
          "\n  ",
          ":",
          ": ",
          "-",
          "[",
          "]",
          "{",
          "}",
          ",",
          "&a ",
          "*office",
          "*rule",
          "!x ",
          "\"",
          "'",
          "0",
          "/",
          "null",
          "~",
          "any",
          "host",
          "<<: ",
          "\u001b[31m",
          "\u202e",
          "\"\\u001b\\n\"",
          "[[]]",
          "{}",
          "a: b, ");

  private record Change(int at, int removed, String inserted) {}

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void readsOrRefusesWhateverIsChanged(@ForAll("changes") List<Change> changes) throws IOException {
    StringBuilder text = new StringBuilder(DOCUMENT);
    for (Change change : changes) {
      int at = Math.min(change.at(), text.length());
      text.replace(at, Math.min(text.length(), at + change.removed()), change.inserted());
    }
    Path folder = Files.createTempDirectory("fwctl-robustness");
    Path file = Files.writeString(folder.resolve("a.yml"), text);
    try {
      assertThat(new PolicyReader(Map.of()).read(folder, folder).files()).hasSize(1);
    } catch (FwctlException refused) {
      String shown = new ProblemText(folder).errors(refused);
      assertThat(shown).startsWith("a.yml:").doesNotContain("\u001b", "\u202e");
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    return Combinators.combine(
            Arbitraries.integers().between(0, DOCUMENT.length()),
            Arbitraries.of(0, 0, 1, 2, 5, 12),
            Arbitraries.of(PIECES))
        .as(Change::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }
}
