package dev.fwctl.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void takesTheLastOutcomeAmongWhatIsPrinted() {
    Report report =
        Report.of(
            0,
            """
            a line for a person
            {"type": "apply_start", "host": "nft", "@timestamp": "2026-11-20T10:00:00.250+01:00"}
            {"type": "apply_errored", "outcome": "unchanged"}
            {"type": "apply_complete", "outcome": "applied"}
            {"type": "apply_summ""");
    assertThat(report.begun()).contains(Instant.parse("2026-11-20T09:00:00.250Z"));
    assertThat(report.outcome()).contains("applied");
    assertThat(report.saysApplied()).isTrue();
    assertThat(report.saysUnknown()).isFalse();
    assertThat(Report.of(3, "{\"outcome\": \"lost\"}").saysUnknown()).isTrue();
    assertThat(Report.of(137, "")).hasToString("exit 137");
  }

  @Test
  void tellsWhenAHostBeginsToBeChanged() {
    String before = "{\"type\":\"version\"}\n{\"type\":\"change_summary\"}\n";
    assertThat(Report.tellsOfABegin(before)).isFalse();
    assertThat(Report.tellsOfABegin(before + "{\"type\":\"apply_start\"}\n")).isTrue();
  }
}
