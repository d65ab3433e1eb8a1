package dev.fwctl.core.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.core.exposure.ExposedHost;
import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.FleetSurvey.Subject;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * What a person reads. Run with {@code -Dfwctl.golden=write} to write what is expected anew, and
 * read the difference.
 */
class ExposureTextTest {
  private static FleetSurvey.Result survey(KnownHost... hosts) {
    return FleetSurvey.of(
        Arrays.stream(hosts).map(host -> subject(host.name(), () -> Optional.of(host))).toList());
  }

  private static Subject subject(String name, Supplier<Optional<KnownHost>> known) {
    return new Subject(name, known);
  }

  private static String text(FleetSurvey.Result result, boolean everySource) {
    return new ExposureText(Style.PLAIN, new ProblemText(Path.of("")), everySource)
        .exposure(result);
  }

  @Test
  void saysWhoReachesWhatTheWorstFirst() {
    KnownHost plain = ExposedHost.plain().known();
    KnownHost guarded =
        ExposedHost.with(
                "-A DOCKER-USER -i eth0 -s 203.0.113.0/24 -j RETURN",
                "-A DOCKER-USER -i eth0 -m recent --rcheck --name guests --rsource -j RETURN",
                "-A DOCKER-USER -i eth0 -j DROP")
            .unseen("the nftables table inet guard")
            .known()
            .called("web-03");
    FleetSurvey.Result result = survey(plain, plain.called("web-02"), guarded);
    String text = text(result, false);
    assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    golden("exposure.txt", text);
    String page = ExposureHtml.page(result, "0.1", Instant.EPOCH);
    assertIsSelfContained(page);
    golden("exposure.html", page);
  }

  /** A page that asks for nothing from elsewhere, and runs nothing. */
  private static void assertIsSelfContained(String page) {
    assertThat(page.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http:", "https:", "<script", "<link", "<img", "@import", "url(", "src=");
  }

  private static void golden(String name, String text) {
    try {
      if ("write".equals(System.getProperty("fwctl.golden"))) {
        Files.writeString(Path.of("src/test/resources/dev/fwctl/core/report").resolve(name), text);
      } else {
        try (InputStream expected =
            requireNonNull(ExposureTextTest.class.getResourceAsStream(name), name)) {
          assertThat(text).isEqualTo(new String(expected.readAllBytes(), UTF_8));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void namesManySourcesOnlyWhenAsked() {
    List<String> rules = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      rules.add("-A DOCKER-USER -s 203.0.113.%d0/32 -j RETURN".formatted(i));
    }
    rules.add("-A DOCKER-USER -j DROP");
    FleetSurvey.Result result =
        survey(ExposedHost.with(rules.toArray(String[]::new)).listen().known());
    assertThat(text(result, false)).contains("203.0.113.10 and 8 more to 8081/tcp, by DNAT");
    assertThat(text(result, true).replaceAll("\\s+", " ")).contains("203.0.113.80, 203.0.113.90");
  }

  @Test
  void whatHostsSayIsData() {
    KnownHost hostile =
        ExposedHost.plain()
            .container(
                ExposedHost.container(
                    "a\u001b[31m<b>", "172.17.0.9", ExposedHost.published(80, 80, "")))
            .container(
                ExposedHost.container(
                    "</style><script>alert(\"'&", "172.17.0.8", ExposedHost.published(81, 81, "")))
            .unseen("\u001b[2J")
            .known()
            .called("web\u0007");
    String text = text(survey(hostile), false);
    assertThat(text.replace("\n", "")).doesNotMatch("(?s).*\\p{Cntrl}.*").contains("\\u001b[2J");
    String page = ExposureHtml.page(survey(hostile), "0.1", Instant.EPOCH);
    assertThat(page.replace("\n", ""))
        .doesNotMatch("(?s).*\\p{Cntrl}.*")
        .doesNotContain("<b>", "<script>alert")
        .contains("a\\u001b[31m&lt;b&gt;", "&lt;/style&gt;&lt;script&gt;alert(&quot;&#39;&amp;");
    assertIsSelfContained(page);
  }

  @Test
  void saysWhichHostsAreLeftOutAndWhy() {
    FleetSurvey.Result result =
        FleetSurvey.of(
            List.of(
                subject(
                    "web-09",
                    () -> {
                      throw new FwctlException(
                          Problem.of(ErrorCode.UNREACHABLE, "web-09 does not answer", "start it"));
                    }),
                subject("no-host", Optional::empty)));
    assertThat(text(result, false))
        .isEqualTo(
            """
            ! web-09: left out
            error: web-09 does not answer [FW030]
              hint: start it

            0 endpoints on 0 hosts. 1 host left out.
            """);
  }

  @Test
  void tellsItAsEvents() throws IOException {
    List<String> lines = new ArrayList<>();
    new Events(lines::add, () -> Instant.EPOCH).exposure(survey(ExposedHost.plain().known()));
    assertThat(lines).hasSize(2);
    JsonNode host = new JsonMapper().readTree(lines.getFirst());
    assertThat(host.path("type").asText()).isEqualTo("host_exposure");
    assertThat(host.path("outside").toString()).isEqualTo("[\"eth0\",\"eth1\"]");
    JsonNode shop = host.at("/endpoints/0");
    assertThat(shop.path("kind").asText()).isEqualTo("container");
    assertThat(shop.path("ports").asText()).isEqualTo("80/tcp");
    assertThat(shop.path("severity").asText()).isEqualTo("everyone");
    assertThat(shop.path("sources").toString()).isEqualTo("[\"0.0.0.0/0\",\"::/0\"]");
    assertThat(shop.at("/ways/0/path").asText()).isEqualTo("dnat");
    assertThat(shop.at("/ways/0/dialled/0").asText()).isEqualTo("8081/tcp");
    assertThat(shop.at("/ways/0/reasons/0/rules/1").toString())
        .isEqualTo(
            """
            {"table":"filter","chain":"DOCKER","position":1,\
            "rule":"-d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT",\
            "owner":"Docker"}""");
    JsonNode summary = new JsonMapper().readTree(lines.getLast());
    assertThat(summary.path("endpoints").toString())
        .isEqualTo(
            "{\"everyone\":2,\"many\":0,\"some\":0,\"private\":0,\"neighbours\":1,\"nobody\":1}");
    assertThat(summary.path("@message").asText())
        .isEqualTo(
            "4 endpoints on 1 host: 2 open to everyone, 1 open to who can route to it, 1 open to"
                + " nobody.");
  }
}
