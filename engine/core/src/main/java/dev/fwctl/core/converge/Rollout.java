package dev.fwctl.core.converge;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * In which order hosts are changed, and when to stop.
 *
 * @param parallelism how many connections are open at once, at least 1
 * @param waves how many hosts are done after each wave, all in all; what is left is a last wave
 * @param maxFailures the run stops as soon as so many hosts have failed, gone back or not answered
 *     since they were changed; nothing when it goes on whatever happens. A share of all hosts is at
 *     least one host
 */
public record Rollout(int parallelism, List<Share> waves, Optional<Share> maxFailures) {
  public Rollout {
    waves = List.copyOf(waves);
    requireNonNull(maxFailures, "maxFailures is null");
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism is not positive: " + parallelism);
    }
  }

  /** Returns a rollout of one wave that goes on whatever happens. */
  public static Rollout allAtOnce(int parallelism) {
    return new Rollout(parallelism, List.of(), Optional.empty());
  }

  /** Returns the waves: each takes at least one host, as long as there are any. */
  <T> List<List<T>> split(List<T> all) {
    List<List<T>> split = new ArrayList<>();
    int done = 0;
    for (Share wave : waves) {
      int end = Math.min(all.size(), Math.max(done + 1, wave.of(all.size())));
      if (end > done) {
        split.add(all.subList(done, end));
        done = end;
      }
    }
    if (done < all.size()) {
      split.add(all.subList(done, all.size()));
    }
    return List.copyOf(split);
  }

  /** Returns with how many failures a run on so many hosts stops. */
  int budget(int hosts) {
    return maxFailures.map(share -> Math.max(1, share.of(hosts))).orElse(Integer.MAX_VALUE);
  }
}
