package dev.fwctl.core.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.RuleOwner;
import dev.fwctl.core.known.Sample;
import dev.fwctl.model.CounterFacts;
import dev.fwctl.model.CounterFacts.Count;
import dev.fwctl.model.Family;
import dev.fwctl.model.Receipt;
import dev.fwctl.model.netfilter.RulesetText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExaminationTest {
  private static final Instant APPLIED = Instant.parse("2026-11-20T08:00:00Z");
  private static final Instant NOW = APPLIED.plusSeconds(9 * 86400);

  private static Diagnosis examine(String rules) {
    KnownHost host = Sample.host().with(Map.of(Family.IPV4, RulesetText.parse(rules)), List.of());
    return Examination.examine(
        host, Optional.empty(), Optional.empty(), Examination.UNUSED_FOR, NOW);
  }

  private static List<String> words(Diagnosis diagnosis) {
    List<String> words = new ArrayList<>();
    for (Finding finding : diagnosis.findings()) {
      words.add(
          switch (finding) {
            case Finding.NeverApplies it ->
                "%s %d %s".formatted(it.step().chain(), it.step().position(), it.reason());
            case Finding.NeverReached it -> "%s %d unreached".formatted(it.chain(), it.rules());
            case Finding.ToNowhere it ->
                "%s %d to %s".formatted(it.step().chain(), it.step().position(), it.chain());
            case Finding.Unused it ->
                "%s %d unused since %s"
                    .formatted(it.step().chain(), it.step().position(), it.since());
          });
    }
    return words;
  }

  @Test
  void findsRulesThatAreShadowedByTheUnionOfThoseBefore() {
    assertThat(
            words(
                examine(
                    """
                    *filter
                    :INPUT ACCEPT [0:0]
                    -A INPUT -s 10.0.0.0/9 -j DROP
                    -A INPUT -s 10.128.0.0/9 -j ACCEPT
                    -A INPUT -s 10.64.0.0/10 -p tcp -m tcp --dport 22 -j ACCEPT
                    -A INPUT -s 192.0.2.0/24 -j ACCEPT
                    COMMIT
                    """)))
        .containsExactly("INPUT 3 SHADOWED");
  }

  @Test
  void findsRulesThatNoPacketIsLike() {
    assertThat(
            words(
                examine(
                    """
                    *filter
                    :INPUT ACCEPT [0:0]
                    :WEB - [0:0]
                    -A INPUT -p tcp -m tcp --dport 80 -j WEB
                    -A WEB -p tcp -m tcp --dport 443 -j ACCEPT
                    -A WEB -j ACCEPT
                    COMMIT
                    """)))
        .containsExactly("WEB 1 IMPOSSIBLE");
  }

  @Test
  void findsChainsThatNothingLeadsToAndRulesThatLeadNowhere() {
    assertThat(
            words(
                examine(
                    """
                    *filter
                    :INPUT ACCEPT [0:0]
                    :OLD - [0:0]
                    :EMPTY - [0:0]
                    -A INPUT -p tcp -j EMPTY
                    -A OLD -p tcp -j ACCEPT
                    -A OLD -j DROP
                    COMMIT
                    """)))
        .containsExactly("INPUT 1 to EMPTY", "OLD 2 unreached");
  }

  @Test
  void aRuleThatIsNotUnderstoodMayApply() {
    assertThat(
            words(
                examine(
                    """
                    *filter
                    :INPUT ACCEPT [0:0]
                    -A INPUT -m nosuchmatch --foo -j DROP
                    -A INPUT -j ACCEPT
                    COMMIT
                    """)))
        .isEmpty();
  }

  @Test
  void whatProgramsWriteForWhatMayComeIsOnlyCounted() {
    Diagnosis diagnosis =
        examine(
            """
            *filter
            :FORWARD DROP [0:0]
            :DOCKER - [0:0]
            :DOCKER-USER - [0:0]
            -A FORWARD -j DOCKER-USER
            -A DOCKER -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j ACCEPT
            COMMIT
            """);
    assertThat(words(diagnosis)).isEmpty();
    assertThat(diagnosis.ofPrograms()).containsExactly(Map.entry(RuleOwner.DOCKER, 2));
  }

  @Test
  void findsAllowedSourcesThatNothingCameFrom() {
    CounterFacts counters =
        new CounterFacts(
            30L * 86400,
            List.of(
                new Count(Family.IPV4, "mangle", "FWCTL-INBOUND", 1, 0),
                new Count(Family.IPV4, "mangle", "FWCTL-INBOUND", 2, 17),
                new Count(Family.IPV4, "mangle", "FWCTL-INBOUND", 4, 0),
                new Count(Family.IPV4, "mangle", "FWCTL-INBOUND", 5, 0)));
    Receipt receipt =
        new Receipt(APPLIED, "alice", "run", Optional.empty(), false, "artifact", List.of());
    assertThat(words(examine(counters, receipt)))
        .contains("FWCTL-INBOUND 1 unused since PT216H")
        .filteredOn(word -> word.contains("unused"))
        .hasSize(1);
    CounterFacts justBooted = new CounterFacts(86400, counters.counts());
    assertThat(words(examine(justBooted, receipt))).contains("FWCTL-INBOUND 1 unused since PT24H");
    CounterFacts tooYoung = new CounterFacts(86399, counters.counts());
    assertThat(words(examine(tooYoung, receipt))).noneMatch(word -> word.contains("unused"));
    assertThat(examine(tooYoung, receipt).remarks())
        .anyMatch(remark -> remark.contains("not told yet"));
  }

  private static Diagnosis examine(CounterFacts counters, Receipt receipt) {
    return Examination.examine(
        Sample.host(), Optional.of(counters), Optional.of(receipt), Examination.UNUSED_FOR, NOW);
  }
}
