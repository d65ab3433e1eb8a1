package dev.fwctl.acceptance.speed;

import com.sun.management.OperatingSystemMXBean;
import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.inventory.Inventory;
import dev.fwctl.core.inventory.InventoryReader;
import dev.fwctl.core.inventory.LocalSide;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.plugin.iptables.IptablesBackend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures how long planning takes without any network: 10,000 hosts, 20 containers, 100 policies.
 *
 * <p>Measured is all that {@code fwctl plan} does but asking hosts and printing: reading inventory
 * and policies, resolving, lowering, comparing, telling reachability and grouping. Making up what
 * the hosts answer is not. Each case is one run in a virtual machine of its own, so that the start
 * of a cold one is in it.
 */
public final class PlanningBenchmark {
  /** How many hosts' answers are made up at a time, apart from the clock. */
  private static final int BATCH = 500;

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final SyntheticFleet fleet;
  private final boolean applied;
  private long nanos;
  private long processorNanos;

  private PlanningBenchmark(SyntheticFleet fleet, boolean applied) {
    this.fleet = fleet;
    this.applied = applied;
  }

  /**
   * Measures one case.
   *
   * @param arguments the case, {@code first}, {@code distinct} or {@code nothing-to-do}, and how
   *     many hosts
   */
  public static void main(String[] arguments) throws IOException {
    String name = arguments.length > 0 ? arguments[0] : "first";
    int hosts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
    SyntheticFleet fleet = new SyntheticFleet(hosts, 20, 100, 50, name.equals("distinct"));
    new PlanningBenchmark(fleet, name.equals("nothing-to-do")).measure(name);
  }

  private void measure(String name) throws IOException {
    Path folder = Files.createTempDirectory("fwctl-planning");
    try {
      Path policies = Files.createDirectory(folder.resolve("policies"));
      Files.writeString(folder.resolve("hosts.ini"), fleet.inventory());
      Files.writeString(policies.resolve("baseline.yml"), fleet.sources());
      for (int service = 0; service < fleet.policies() - 1; service++) {
        Files.writeString(
            policies.resolve("service-%02d.yml".formatted(service)), fleet.policy(service));
      }
      Plan plan = plan(folder, policies);
      report(name, plan);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Plan plan(Path folder, Path policies) {
    begin();
    Inventory inventory =
        new InventoryReader(LocalSide.of(folder, Set.of("ssh")), List.of())
            .read(List.of("hosts.ini"));
    PolicyRepository repository = new PolicyReader(Map.of()).read(policies, folder);
    IntentResolver resolver =
        new IntentResolver(
            repository, (pattern, place) -> inventory.match(pattern, Optional.of(place)));
    List<Host> hosts = inventory.hosts();
    Planner planner = new Planner(List.of(new IptablesBackend()), new ReachDifference()::compare);
    end();
    System.out.printf("  read inventory and policies: %.2f s%n", nanos / 1e9);
    List<HostPlan> plans = Collections.synchronizedList(new ArrayList<>());
    for (int first = 0; first < hosts.size(); first += BATCH) {
      List<HostFacts> answers = answers(hosts, first, resolver);
      int from = first;
      begin();
      plans.addAll(
          IntStream.range(0, answers.size())
              .parallel()
              .mapToObj(
                  i ->
                      planner.plan(
                          hosts.get(from + i),
                          answers.get(i),
                          resolver.resolve(hosts.get(from + i).name(), answers.get(i))))
              .toList());
      end();
    }
    begin();
    IntentResolver.Findings findings = resolver.finish();
    if (!resolver.problems().isEmpty() || !findings.errors().isEmpty()) {
      throw new IllegalStateException("the made-up policies are wrong: " + findings.errors());
    }
    Plan plan = new Plan(plans, findings.warnings());
    plan.groups();
    end();
    return plan;
  }

  private void begin() {
    nanos -= System.nanoTime();
    processorNanos -= PROCESS.getProcessCpuTime();
  }

  private void end() {
    nanos += System.nanoTime();
    processorNanos += PROCESS.getProcessCpuTime();
  }

  private List<HostFacts> answers(List<Host> hosts, int first, IntentResolver resolver) {
    int last = Math.min(first + BATCH, hosts.size());
    return IntStream.range(first, last)
        .parallel()
        .mapToObj(
            i -> {
              HostFacts facts = fleet.facts(i);
              if (!applied) {
                return facts;
              }
              HostOutcome outcome = resolver.resolve(hosts.get(i).name(), facts);
              return SyntheticFleet.withRules(
                  facts,
                  new IptablesBackend().lower(((HostOutcome.Resolved) outcome).intent(), facts));
            })
        .toList();
  }

  private void report(String name, Plan plan) {
    if (!plan.notPlannable().isEmpty()) {
      throw new IllegalStateException("not plannable: " + plan.notPlannable().getFirst());
    }
    if (plan.hasChanges() == applied) {
      throw new IllegalStateException("a wrong plan for " + name);
    }
    long peak = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        peak += pool.getPeakUsage().getUsed();
      }
    }
    System.out.printf(
        "%s: %,d hosts, %d containers each, %d policies for each host: %.2f s on %d processors"
            + " (%.2f s of processor time), heap %,d of %,d MiB; %,d rules to add on %,d hosts, %,d distinct changes%n",
        name,
        fleet.hosts(),
        fleet.containers(),
        fleet.policies(),
        nanos / 1e9,
        Runtime.getRuntime().availableProcessors(),
        processorNanos / 1e9,
        peak >> 20,
        Runtime.getRuntime().maxMemory() >> 20,
        plan.count(RuleChange.Kind.ADD),
        plan.changed().size(),
        plan.groups().size());
  }
}
