package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.intent.Interest;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.model.HostFacts;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What the changes of a plan rest on, noted host by host while all that a host told is there.
 *
 * <p>Hosts on which it is equal share it.
 */
public final class Bases implements PlanRun.Witness {
  private final Function<String, Optional<Interest>> interest;
  private final Map<String, Basis> byHost = new ConcurrentHashMap<>();
  private final Map<Basis, Basis> known = new ConcurrentHashMap<>();

  /**
   * Notes nothing yet.
   *
   * @param interest what the policies want to know of a host, by its name
   */
  public Bases(Function<String, Optional<Interest>> interest) {
    this.interest = requireNonNull(interest, "interest is null");
  }

  @Override
  public void planned(HostPlan.Changed plan, HostFacts facts) {
    String host = plan.host().name();
    Basis basis = Basis.of(interest.apply(host), plan.backend(), facts);
    Basis first = known.putIfAbsent(basis, basis);
    byHost.put(host, first == null ? basis : first);
  }

  /** Returns what the change of a host rests on. */
  Basis of(String host) {
    return requireNonNull(byHost.get(host), "a change that nobody saw planned");
  }
}
