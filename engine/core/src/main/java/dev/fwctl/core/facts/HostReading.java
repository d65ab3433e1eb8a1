package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What came of asking one host. */
public sealed interface HostReading {
  /** Returns how long it took, from the start of the connection on. */
  Duration took();

  /**
   * The host answered.
   *
   * @param facts what it told
   * @param missing why a fact is missing, by the name of its gatherer; a receipt that can't be read
   *     stands here too
   * @param took how long it took
   */
  record Gathered(HostFacts facts, SortedMap<String, FwctlException> missing, Duration took)
      implements HostReading {
    public Gathered {
      requireNonNull(facts, "facts is null");
      missing =
          Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, FwctlException>) missing));
      requireNonNull(took, "took is null");
    }

    /** Returns why the host can't be planned for; an empty list when it can. */
    public List<Problem> obstacles() {
      return missing.entrySet().stream()
          .filter(entry -> !entry.getKey().equals(ReceiptFormat.NAME))
          .flatMap(entry -> entry.getValue().problems().stream())
          .toList();
    }

    /** Returns what is amiss but does not hinder a plan: a receipt that can't be read. */
    public List<Problem> warnings() {
      return Optional.ofNullable(missing.get(ReceiptFormat.NAME))
          .map(FwctlException::problems)
          .orElse(List.of());
    }
  }

  /**
   * The host did not answer, or not in any way that makes sense.
   *
   * @param failure why, with what caused it for {@code --debug}
   * @param took how long it took
   */
  record Failed(FwctlException failure, Duration took) implements HostReading {
    public Failed {
      requireNonNull(failure, "failure is null");
      requireNonNull(took, "took is null");
    }

    /** Returns why, at least one problem. */
    public List<Problem> problems() {
      return failure.problems();
    }
  }
}
