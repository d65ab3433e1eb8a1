package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LabConditionTest {
  @Test
  void runsWhereTheLabRuns() {
    assertThat(LabCondition.decide(Optional.empty(), "true").isDisabled()).isFalse();
  }

  @Test
  void skipsAndSaysWhy() {
    assertThat(LabCondition.decide(Optional.of("no root"), "").getReason()).contains("no root");
    assertThat(LabCondition.decide(Optional.of("no root"), "").isDisabled()).isTrue();
  }

  @Test
  void neverSkipsInContinuousIntegration() {
    assertThatThrownBy(() -> LabCondition.decide(Optional.of("no root"), "true"))
        .hasMessageContaining("no root");
  }
}
