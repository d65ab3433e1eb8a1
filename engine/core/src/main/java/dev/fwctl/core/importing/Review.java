package dev.fwctl.core.importing;

import dev.fwctl.core.intent.HostSelection;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ReachChange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a plan by a drafted document would change on a host, which is to be nothing.
 *
 * @param changes who could reach what then, and can't now, and the reverse
 * @param problems why it could not be planned
 */
public record Review(List<ReachChange> changes, List<Problem> problems) {
  public Review {
    changes = List.copyOf(changes);
    problems = List.copyOf(problems);
  }

  /**
   * Reads a document as anybody's, and plans hosts by it alone.
   *
   * @param document its text
   * @param hosts the hosts, and what was learnt of them
   * @param selection finds the hosts of a pattern
   * @param planner plans them
   * @return the hosts by their names
   * @throws FwctlException with what is wrong with the document, which is a mistake of ours
   */
  public static SortedMap<String, Review> of(
      String document, Map<Host, HostFacts> hosts, HostSelection selection, Planner planner) {
    IntentResolver resolver = new IntentResolver(read(document), selection);
    if (!resolver.problems().isEmpty()) {
      throw new FwctlException(resolver.problems());
    }
    SortedMap<String, Review> reviews = new TreeMap<>();
    hosts.entrySet().parallelStream()
        .map(
            entry -> {
              Host host = entry.getKey();
              HostFacts facts = entry.getValue();
              return planner.plan(host, facts, resolver.resolve(host.name(), facts));
            })
        .sequential()
        .forEach(plan -> reviews.put(plan.host().name(), of(plan)));
    return reviews;
  }

  private static Review of(HostPlan plan) {
    return switch (plan) {
      case HostPlan.Unchanged _ -> new Review(List.of(), List.of());
      case HostPlan.Changed changed -> new Review(changed.change().reach(), List.of());
      case HostPlan.NotPlannable refused -> new Review(List.of(), refused.problems());
    };
  }

  private static PolicyRepository read(String document) {
    try {
      Path folder = Files.createTempDirectory("fwctl-import");
      Path file = folder.resolve("imported.yml");
      try {
        Files.writeString(file, document);
        return new PolicyReader(Map.of()).read(file, folder);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
