package dev.fwctl.core.plan;

import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be done on every host that was looked at.
 *
 * @param hosts a plan for each, by name
 * @param warnings what the user should know of the repository as a whole
 */
public record Plan(List<HostPlan> hosts, List<Problem> warnings) {
  public Plan {
    hosts = List.copyOf(hosts);
    warnings = List.copyOf(warnings);
  }

  public List<HostPlan.Changed> changed() {
    return hosts.stream()
        .filter(HostPlan.Changed.class::isInstance)
        .map(HostPlan.Changed.class::cast)
        .toList();
  }

  public List<HostPlan.NotPlannable> notPlannable() {
    return hosts.stream()
        .filter(HostPlan.NotPlannable.class::isInstance)
        .map(HostPlan.NotPlannable.class::cast)
        .toList();
  }

  /** Tells whether nothing of it may be carried out, as a proof failed on some host. */
  public boolean isRefused() {
    return notPlannable().stream().anyMatch(HostPlan.NotPlannable::isRefused);
  }

  /** Returns the hosts with equal changes together, in the order of their first hosts. */
  public List<List<HostPlan.Changed>> groups() {
    Map<Change, List<HostPlan.Changed>> groups = new LinkedHashMap<>();
    for (HostPlan.Changed host : changed()) {
      groups.computeIfAbsent(host.change(), unseen -> new ArrayList<>()).add(host);
    }
    return List.copyOf(groups.values());
  }

  /** Returns how many rules on all hosts a kind of change concerns. */
  public int count(RuleChange.Kind kind) {
    return changed().stream().mapToInt(host -> host.change().wording().count(kind)).sum();
  }

  /** Returns how many hosts no longer are as fwctl left them. */
  public int drifted() {
    return (int) changed().stream().filter(host -> host.drift().isPresent()).count();
  }

  public boolean hasChanges() {
    return !changed().isEmpty();
  }
}
