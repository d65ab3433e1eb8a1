package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Receipt;
import java.util.List;
import java.util.Optional;

/**
 * What on a host no longer is as fwctl left it.
 *
 * @param receipt what was applied last; nothing when rules of ours stand there without one
 * @param changes what leads from what was applied to what is there
 * @param lasts whether what was applied will be in force again after the next boot; when it is,
 *     there is at least one change
 */
public record Drift(Optional<Receipt> receipt, List<RuleChange> changes, boolean lasts) {
  public Drift {
    requireNonNull(receipt, "receipt is null");
    changes = List.copyOf(changes);
    if (changes.isEmpty() && lasts) {
      throw new IllegalArgumentException("drift without a difference");
    }
  }

  /** Compares a receipt with what is there. */
  static Optional<Drift> between(Optional<Receipt> receipt, List<RuleLine> inForce, boolean lasts) {
    List<RuleLine> applied =
        receipt.stream().flatMap(it -> it.rules().stream()).map(RuleLine::read).toList();
    List<RuleChange> changes = RuleDifference.between(applied, inForce);
    return changes.isEmpty() && lasts
        ? Optional.empty()
        : Optional.of(new Drift(receipt, changes, lasts));
  }
}
