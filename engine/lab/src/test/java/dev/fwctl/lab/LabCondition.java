package dev.fwctl.lab;

import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Decides whether the tests marked {@link OnLab} run. */
final class LabCondition implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    ConditionEvaluationResult result =
        decide(Lab.unsupportedReason(), System.getenv().getOrDefault("CI", ""));
    if (!result.isDisabled()) {
      Lab.installMissingPackages(System.out::println);
    }
    return result;
  }

  static ConditionEvaluationResult decide(Optional<String> reason, String ci) {
    if (reason.isEmpty()) {
      return ConditionEvaluationResult.enabled("this machine can run the lab");
    }
    if (ci.toLowerCase(Locale.ROOT).equals("true")) {
      throw new IllegalStateException(
          "with CI=true a test that needs the lab is never skipped: " + reason.get());
    }
    return ConditionEvaluationResult.disabled(reason.get());
  }
}
