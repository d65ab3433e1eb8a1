package dev.fwctl.acceptance.differential;

import dev.fwctl.acceptance.differential.Examination.Disagreement;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.NetworkFacts;
import java.util.List;
import java.util.Optional;

/** Makes a trial smaller as long as answers differ. */
final class Shrinking {
  private final Site site;
  private final NetworkFacts network;

  /**
   * A trial of which nothing can be left out.
   *
   * @param trial the trial
   * @param disagreements how answers to it differ
   */
  record Smallest(Trial trial, List<Disagreement> disagreements) {}

  Shrinking(Site site, NetworkFacts network) {
    this.site = site;
    this.network = network;
  }

  Smallest of(Trial trial) {
    List<Trial> single = trial.shots().stream().map(trial::with).toList();
    Smallest smallest =
        firstThatDiffers(single).orElseGet(() -> new Smallest(trial, examine(trial)));
    while (true) {
      Optional<Smallest> smaller = firstThatDiffers(smallest.trial().smaller());
      if (smaller.isEmpty()) {
        return smallest;
      }
      smallest = smaller.get();
    }
  }

  private Optional<Smallest> firstThatDiffers(List<Trial> trials) {
    return trials.stream()
        .map(trial -> new Smallest(trial, examine(trial)))
        .filter(it -> !it.disagreements().isEmpty())
        .findFirst();
  }

  private List<Disagreement> examine(Trial trial) {
    try {
      return new Examination(site, network, trial).run().disagreements();
    } catch (FwctlException refused) {
      // Without that match iptables does not take the rule.
      return List.of();
    }
  }
}
