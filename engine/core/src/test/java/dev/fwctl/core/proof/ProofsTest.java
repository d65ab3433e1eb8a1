package dev.fwctl.core.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import org.junit.jupiter.api.Test;

class ProofsTest {
  private static Findings failing(ErrorCode code) {
    return Proofs.asFarAsItGoes(
        "fwctl gets in again",
        () -> {
          throw new FwctlException(Problem.of(code, "too entangled", "ask for less"));
        });
  }

  @Test
  void rulesThatAreTooManyForAProofAreNotRefused() {
    Findings findings = failing(ErrorCode.LIMIT_EXCEEDED);
    assertThat(findings.refusals()).isEmpty();
    assertThat(findings.warnings())
        .extracting(Problem::message)
        .containsExactly("it is not proved that fwctl gets in again: too entangled");
  }

  @Test
  void whatElseGoesWrongIsNoWarning() {
    assertThatThrownBy(() -> failing(ErrorCode.HOST_UNSUITABLE)).isInstanceOf(FwctlException.class);
    assertThat(Proofs.asFarAsItGoes("it is so", Findings::none)).isEqualTo(Findings.none());
  }
}
