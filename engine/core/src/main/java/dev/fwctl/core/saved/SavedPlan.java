package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A plan as a file holds it: all that is to be done and what it rests on, and nothing that is
 * secret.
 *
 * @param manifest where it comes from
 * @param plan what is to be done; its hosts have no credentials and no facts
 * @param bases what each change rests on, by the name of its host
 */
public record SavedPlan(Manifest manifest, Plan plan, SortedMap<String, Basis> bases) {
  public SavedPlan {
    requireNonNull(manifest, "manifest is null");
    requireNonNull(plan, "plan is null");
    bases = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, Basis>) bases));
  }

  /**
   * Makes of a plan what can be saved.
   *
   * @param noted what each of its changes rests on
   */
  public static SavedPlan of(Manifest manifest, Plan plan, Bases noted) {
    SortedMap<String, Basis> bases = new TreeMap<>();
    for (HostPlan.Changed host : plan.changed()) {
      bases.put(host.host().name(), noted.of(host.host().name()));
    }
    List<HostPlan> hosts = plan.hosts().stream().map(SavedPlan::withoutSecrets).toList();
    return new SavedPlan(manifest, new Plan(hosts, plan.warnings()), bases);
  }

  private static HostPlan withoutSecrets(HostPlan plan) {
    Host host = reached(plan.host());
    return switch (plan) {
      case HostPlan.Unchanged it -> new HostPlan.Unchanged(host, it.governed(), it.warnings());
      case HostPlan.Changed it ->
          new HostPlan.Changed(
              host, it.change(), it.backend(), noFacts(), it.drift(), it.warnings());
      case HostPlan.NotPlannable it ->
          new HostPlan.NotPlannable(host, it.problems(), it.warnings());
    };
  }

  static HostFacts noFacts() {
    return new HostFacts(new TreeMap<>());
  }

  /** Returns a host with where it is reached, and nothing of how one gets in there. */
  static Host reached(Host host) {
    return new Host(host.name(), new TreeSet<>(), reached(host.connection()), host.place());
  }

  private static ConnectionSettings reached(ConnectionSettings settings) {
    return target(
        settings.type(),
        settings.address(),
        settings.port(),
        settings.user(),
        settings.jump().map(SavedPlan::reached));
  }

  static ConnectionSettings target(
      String type,
      String address,
      int port,
      Optional<String> user,
      Optional<ConnectionSettings> jump) {
    return new ConnectionSettings(
        type,
        address,
        port,
        user,
        List.of(),
        Optional.empty(),
        List.of(),
        jump,
        Duration.ZERO,
        0,
        Optional.empty(),
        Map.of());
  }

  /** Tells whether every host that was selected could be planned. */
  public boolean isComplete() {
    return plan.notPlannable().isEmpty();
  }
}
