package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.core.explain.Explainer;
import dev.fwctl.core.explain.Explanation;
import dev.fwctl.core.explain.Question;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.Sample;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExplainTextTest {
  private static Explanation explain(KnownHost host, String from, String to) {
    return Explainer.explain(host, Question.parse(from, to, Optional.empty()));
  }

  private static String text(String from, String to) {
    return new ExplainText(Style.PLAIN).explanation(explain(Sample.host(), from, to));
  }

  @Test
  void tellsTheWayOfAPacket() {
    assertThat(text("203.0.113.7", "192.0.2.10:8081/tcp"))
        .isEqualTo(
            """
            203.0.113.7:49152 -> 192.0.2.10:8081/tcp on web-01, in by eth0
              (taken for granted: the kernel forwards packets, and takes them from this
               source (ip_forward, rp_filter))

              mangle PREROUTING
                  1 -i eth0 -j FWCTL-INBOUND  # fwctl hook
                FWCTL-INBOUND
                  1 -p tcp -m tcp --dport 8081 -m set --match-set fwctl-office src -j RETURN
                    policy shop, policies/shop.yml:14

              nat PREROUTING
                  1 -m addrtype --dst-type LOCAL -j DOCKER
                DOCKER
                  1 ! -i docker0 -p tcp -m tcp --dport 8081 -j DNAT --to-destination
                      172.17.0.2:80

              destination NAT: now bound for 172.17.0.2:80

              route: out by docker0

              filter FORWARD
                  1 -o docker0 -j DOCKER
                DOCKER
                  1 -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j
                      ACCEPT

            Sent out by docker0 to 172.17.0.2:80/tcp.
              that is container 'shop' in network 'bridge'
            """);
  }

  @Test
  void tellsBothWaysFromARuleThatIsNotUnderstood() {
    assertThat(text("203.0.113.7", "192.0.2.10:25/tcp"))
        .isEqualTo(
            """
            203.0.113.7:49152 -> 192.0.2.10:25/tcp on web-01, in by eth0

              mangle PREROUTING
                  1 -i eth0 -j FWCTL-INBOUND  # fwctl hook
                FWCTL-INBOUND
                  3 -p tcp -m tcp --dport 25 -m recent --name spam -j RETURN
                ? this rule is not understood

            It depends on a rule that is not understood:
              rule 3 of FWCTL-INBOUND in mangle
                  3 -p tcp -m tcp --dport 25 -m recent --name spam -j RETURN
              if rule 3 of FWCTL-INBOUND in mangle applies:
                Delivered to the host itself at 192.0.2.10:25/tcp.
                  the facts do not tell whether anybody listens there
              if rule 3 of FWCTL-INBOUND in mangle does not apply:
                Dropped by rule 5 of FWCTL-INBOUND in mangle.
                  5 -j DROP
                    policy default, policies/shop.yml:9
            """);
  }

  @Test
  void movesNoCursor() {
    String rules =
        """
        *filter
        :INPUT ACCEPT [0:0]
        :E\u001b[2J - [0:0]
        -A INPUT -m comment --comment "a\u001b[31m" -j E\u001b[2J
        -A E\u001b[2J -m mystery --text "\u001b]0;x\u0007" -j DROP
        COMMIT
        """;
    KnownHost host = Sample.host();
    Explanation explanation =
        explain(
            new KnownHost(
                "web\u001b[1m",
                host.network(),
                host.docker(),
                host.ssh(),
                host.listeners(),
                Map.of(Family.IPV4, RulesetText.parse(rules)),
                List.of(),
                List.of("\u001b[5m"),
                List.of("\u001b[6m")),
            "203.0.113.7",
            "192.0.2.10:25/tcp");
    String text = new ExplainText(Style.PLAIN).explanation(explanation);
    assertThat(text.replace("\n", "")).doesNotMatch("(?s).*\\p{Cntrl}.*").contains("\\u001b[2J");
  }

  @Test
  void tellsItAsOneEvent() throws IOException {
    List<String> lines = new ArrayList<>();
    new Events(lines::add, () -> Instant.EPOCH)
        .explanation(explain(Sample.host(), "192.0.2.8", "192.0.2.10:8081/tcp"));
    JsonNode event = new JsonMapper().readTree(lines.getFirst());
    assertThat(event.path("type").asText()).isEqualTo("explanation");
    assertThat(event.path("@message").asText())
        .isEqualTo("192.0.2.8:49152 -> 192.0.2.10:8081/tcp on web-01, in by eth0: dropped");
    assertThat(event.path("ending").asText()).isEqualTo("dropped");
    assertThat(event.at("/ways/0/decided_by").toString())
        .isEqualTo(
            """
            {"table":"mangle","chain":"FWCTL-INBOUND","position":5,\
            "rule":"-m comment --comment \\"policies/shop.yml:9 default\\" -j DROP",\
            "owner":"fwctl","policy":{"name":"default","file":"policies/shop.yml","line":9}}""");
    assertThat(event.at("/ways/0/stages/0/stage").asText()).isEqualTo("hook");
  }
}
