package dev.fwctl.core.facts;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.model.UnderWay;
import java.time.Duration;
import java.util.ArrayList;
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
    /** What tells of fwctl and not of the host. */
    private static final List<String> OUR_OWN =
        List.of(ReceiptFormat.NAME, UnderWayFormat.NAME, BootFormat.NAME);

    public Gathered {
      requireNonNull(facts, "facts is null");
      missing =
          Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, FwctlException>) missing));
      requireNonNull(took, "took is null");
    }

    /** Returns why the host can't be planned for; an empty list when it can. */
    public List<Problem> obstacles() {
      return missing.entrySet().stream()
          .filter(entry -> !OUR_OWN.contains(entry.getKey()))
          .flatMap(entry -> entry.getValue().problems().stream())
          .toList();
    }

    /**
     * Returns what is amiss but does not hinder a plan: a receipt that can't be read, a change that
     * is under way.
     */
    public List<Problem> warnings() {
      List<Problem> warnings = new ArrayList<>();
      for (String name : OUR_OWN) {
        Optional.ofNullable(missing.get(name))
            .ifPresent(failure -> warnings.addAll(failure.problems()));
      }
      facts.find(UnderWay.class).map(UnderWayFormat::warnings).ifPresent(warnings::addAll);
      return List.copyOf(warnings);
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
