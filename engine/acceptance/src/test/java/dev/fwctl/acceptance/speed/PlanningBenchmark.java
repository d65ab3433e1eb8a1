package dev.fwctl.acceptance.speed;

import com.sun.management.OperatingSystemMXBean;
import dev.fwctl.acceptance.speed.SyntheticFleet.Variety;
import dev.fwctl.analysis.ReachDifference;
import dev.fwctl.core.facts.FactCollector;
import dev.fwctl.core.facts.FactLimits;
import dev.fwctl.core.facts.HostReading;
import dev.fwctl.core.facts.HostWork;
import dev.fwctl.core.intent.HostOutcome;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.inventory.Inventory;
import dev.fwctl.core.inventory.InventoryReader;
import dev.fwctl.core.inventory.LocalSide;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.core.plan.Planner;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.model.Host;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.plugin.iptables.IptablesBackend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Measures how long planning takes without any network: 10,000 hosts, 20 containers, 100 policies.
 *
 * <p>It goes the way of {@code fwctl plan}: inventory and policies are read, hosts are asked, as
 * many at a time as there are processors, each is planned as it answers, equal changes are put
 * together. A host is asked by making up what it would answer; the share of the time which that
 * takes is told apart and taken off. Each case is one run in a virtual machine of its own, so that
 * the start of a cold one is in it. What is held in the end is told after a full collection; that
 * it is enough to plan in is seen by giving the machine no more, with {@code -Xmx1g}.
 */
public final class PlanningBenchmark {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private final SyntheticFleet fleet;
  private final boolean applied;
  private final LongAdder madeUpNanos = new LongAdder();

  private PlanningBenchmark(SyntheticFleet fleet, boolean applied) {
    this.fleet = fleet;
    this.applied = applied;
  }

  /**
   * Measures one case.
   *
   * @param arguments the case and how many hosts. {@code first}, {@code own-networks} and {@code
   *     distinct} plan hosts on which fwctl has never been, each as unlike the others as {@link
   *     Variety} has it; {@code nothing-to-do} plans hosts that have their rules already
   */
  public static void main(String[] arguments) throws IOException {
    String name = arguments.length > 0 ? arguments[0] : "first";
    int hosts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10_000;
    Variety variety =
        switch (name) {
          case "first" -> Variety.ADDRESSES;
          case "own-networks", "nothing-to-do" -> Variety.NETWORKS;
          case "distinct" -> Variety.RULES;
          default -> throw new IllegalArgumentException("no such case: " + name);
        };
    SyntheticFleet fleet = new SyntheticFleet(hosts, 20, 100, 50, variety);
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
      measure(name, folder, policies);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void measure(String name, Path folder, Path policies) {
    long start = System.nanoTime();
    long startProcessor = PROCESS.getProcessCpuTime();
    Inventory inventory =
        new InventoryReader(LocalSide.of(folder, Set.of("ssh")), List.of())
            .read(List.of("hosts.ini"));
    PolicyRepository repository = new PolicyReader(Map.of()).read(policies, folder);
    IntentResolver resolver = resolver(repository, inventory);
    double read = (System.nanoTime() - start) / 1e9;
    IntentResolver applying = resolver(repository, inventory);
    int processors = Runtime.getRuntime().availableProcessors();
    Plan plan =
        new PlanRun(
                new FactCollector(host -> answer(host, applying), FactLimits.DEFAULT),
                resolver,
                new Planner(
                    List.of(new IptablesBackend()),
                    new ReachDifference()::compare,
                    Proofs.withoutAssertions()))
            .plan(
                inventory.hosts(), processors, HostWork.Listener.silent(), PlanRun.Witness.none());
    int changes = plan.groups().size();
    double all = (System.nanoTime() - start) / 1e9;
    double processor = (PROCESS.getProcessCpuTime() - startProcessor) / 1e9;
    double madeUp = madeUpNanos.sum() / 1e9 / processors;
    check(name, plan);
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long held = runtime.totalMemory() - runtime.freeMemory();
    System.out.printf(
        "%s: %,d hosts, %d containers each, %d policies for each host, %d processors%n"
            + "  planned in %.2f s (%.2f s of processor time), of which %.2f s to read inventory"
            + " and policies; besides, %.2f s to make up answers%n"
            + "  %,d MiB of heap at most, %,d MiB held in the end%n"
            + "  %,d rules to add on %,d hosts, %,d distinct changes%n",
        name,
        fleet.hosts(),
        fleet.containers(),
        fleet.policies(),
        processors,
        all - madeUp,
        processor * (1 - madeUp / all),
        read,
        madeUp,
        runtime.maxMemory() >> 20,
        held >> 20,
        plan.count(RuleChange.Kind.ADD),
        plan.changed().size(),
        changes);
  }

  private static IntentResolver resolver(PolicyRepository repository, Inventory inventory) {
    return new IntentResolver(
        repository, (pattern, place) -> inventory.match(pattern, Optional.of(place)));
  }

  private HostReading.Gathered answer(Host host, IntentResolver applying) {
    long start = System.nanoTime();
    HostFacts facts = fleet.facts(fleet.number(host.name()));
    if (applied) {
      HostOutcome outcome = applying.resolve(host.name(), facts);
      facts =
          SyntheticFleet.withRules(
              facts, new IptablesBackend().lower(((HostOutcome.Resolved) outcome).intent(), facts));
    }
    madeUpNanos.add(System.nanoTime() - start);
    return new HostReading.Gathered(facts, new TreeMap<>(), Duration.ZERO);
  }

  private void check(String name, Plan plan) {
    if (!plan.notPlannable().isEmpty()) {
      throw new IllegalStateException("not plannable: " + plan.notPlannable().getFirst());
    }
    if (plan.hasChanges() == applied) {
      throw new IllegalStateException("a wrong plan for " + name);
    }
  }
}
