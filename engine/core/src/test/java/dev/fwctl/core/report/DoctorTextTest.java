package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.IdleRule.Reason;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.doctor.Diagnosis;
import dev.fwctl.core.doctor.Finding;
import dev.fwctl.core.known.PolicyLine;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.RulesetText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DoctorTextTest {
  private static Step step(String table, String chain, int position, String rule) {
    String text = "*%s\n:%s - [0:0]\n-A %s %s\nCOMMIT\n".formatted(table, chain, chain, rule);
    return new Step(
        table,
        chain,
        position,
        RulesetText.parse(text).getFirst().chains().getFirst().rules().getFirst());
  }

  @Test
  void saysWhatToLookAtOnEachHost() {
    Step shadowed =
        step("filter", "INPUT", 9, "-s 10.1.0.0/16 -p tcp -m tcp --dport 9999 -j ACCEPT");
    Step impossible = step("filter", "WEB", 1, "-p tcp -m tcp --dport 443 -j ACCEPT");
    Step jump = step("filter", "INPUT", 2, "-p tcp -j EMPTY");
    Step unused =
        step(
            "mangle",
            "FWCTL-INBOUND",
            6,
            "-s 203.0.113.5/32 -p tcp -m comment --comment \"policies/shop.yml:8 shop\""
                + " -j RETURN");
    Diagnosis ill =
        new Diagnosis(
            "web-01",
            List.of(
                new Finding.ToNowhere(Family.IPV4, jump, "EMPTY"),
                new Finding.NeverApplies(Family.IPV4, shadowed, Reason.SHADOWED),
                new Finding.NeverApplies(Family.IPV6, impossible, Reason.IMPOSSIBLE),
                new Finding.NeverReached(Family.IPV4, "filter", "OLD", 3),
                new Finding.Unused(
                    Family.IPV4, unused, PolicyLine.of(unused).orElseThrow(), Duration.ofDays(9))),
            new TreeMap<>(Map.of(RuleOwner.DOCKER, 1, RuleOwner.UFW, 38)),
            List.of("not known: whether it \u001b[31mblinks"));
    Diagnosis well = new Diagnosis("web-02", List.of(), new TreeMap<>(), List.of());
    Map<String, List<Problem>> unread =
        Map.of("web-03", List.of(Problem.of(ErrorCode.HOST_UNSUITABLE, "no answer", "wait")));

    assertThat(
            new DoctorText(Style.PLAIN, new ProblemText(Path.of(".")))
                .report(List.of(ill, well), unread))
        .isEqualTo(
            """
            web-01
              ! IPv4 rule 2 of INPUT in filter does nothing: chain EMPTY is empty or not
                there
                  -p tcp -j EMPTY
              ! IPv4 rule 9 of INPUT in filter never applies: rules before it take all that
                it is for
                  -s 10.1.0.0/16 -p tcp -m tcp --dport 9999 -j ACCEPT
              ! IPv6 rule 1 of WEB in filter never applies: no packet that comes there is
                like that
                  -p tcp -m tcp --dport 443 -j ACCEPT
              ! IPv4 chain OLD in filter (3 rules): no packet gets into it
              ! IPv4 rule 6 of FWCTL-INBOUND in mangle (policy shop, policies/shop.yml:8)
                has let in nothing for 9 days
                  -s 203.0.113.5/32 -p tcp -m comment --comment "policies/shop.yml:8 shop"
                    -j RETURN
              (never apply, but a program wrote them ahead: 1 rule of Docker, 38 rules of
               ufw)
              (not known: whether it \\u001b[31mblinks)

            web-02
              nothing to mend

            ! web-03: not examined
            error: no answer [FW022]
              hint: wait

            Doctor: 5 findings on 1 of 3 hosts (1 not examined).
            """);
  }
}
