package dev.fwctl.core.plan;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.FirewallBackend;
import java.util.List;
import java.util.Optional;

/** What is to be done on one host. */
public sealed interface HostPlan {
  Host host();

  /** Returns what the user should know of the host, whatever is done on it. */
  List<Problem> warnings();

  /**
   * Nothing is left to do.
   *
   * @param host the host
   * @param governed whether any policy is for it
   * @param warnings see {@link HostPlan#warnings()}
   */
  record Unchanged(Host host, boolean governed, List<Problem> warnings) implements HostPlan {
    public Unchanged {
      requireNonNull(host, "host is null");
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * The host is to be changed.
   *
   * @param host the host
   * @param change the change
   * @param backend the firewall that carries it out
   * @param facts what it takes to carry the change out: the firewall without its rules, and the
   *     receipt
   * @param drift what on the host no longer is as it was applied
   * @param warnings see {@link HostPlan#warnings()}
   */
  record Changed(
      Host host,
      Change change,
      FirewallBackend backend,
      HostFacts facts,
      Optional<Drift> drift,
      List<Problem> warnings)
      implements HostPlan {
    public Changed {
      requireNonNull(host, "host is null");
      requireNonNull(change, "change is null");
      requireNonNull(backend, "backend is null");
      requireNonNull(facts, "facts is null");
      requireNonNull(drift, "drift is null");
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * The host is left alone, because it could not be asked or because the policy can't be carried
   * out on it.
   *
   * @param host the host
   * @param problems why, at least one
   * @param warnings see {@link HostPlan#warnings()}
   */
  record NotPlannable(Host host, List<Problem> problems, List<Problem> warnings)
      implements HostPlan {
    public NotPlannable {
      requireNonNull(host, "host is null");
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("not plannable without a problem");
      }
    }

    /** Tells whether a proof failed, so that nothing may be carried out on any host. */
    public boolean isRefused() {
      return problems.stream().anyMatch(problem -> problem.code().refuses());
    }

    /** Tells whether the host could not be asked at all. */
    public boolean isUnreachable() {
      return problems.stream()
          .anyMatch(
              problem ->
                  switch (problem.code()) {
                    case UNREACHABLE, HOST_KEY, AUTHENTICATION, PRIVILEGE, LIMIT_EXCEEDED -> true;
                    default -> false;
                  });
    }
  }
}
