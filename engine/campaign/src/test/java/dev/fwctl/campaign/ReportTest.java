package dev.fwctl.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void takesTheLastOutcomeAmongWhatIsPrinted() {
    Report report =
        Report.of(
            0,
            """
            a line for a person
            {"type": "apply_start", "host": "nft"}
            {"type": "apply_errored", "outcome": "unchanged"}
            {"type": "apply_complete", "outcome": "applied"}
            {"type": "apply_summ""");
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
