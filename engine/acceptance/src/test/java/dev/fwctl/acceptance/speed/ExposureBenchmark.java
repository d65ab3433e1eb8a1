package dev.fwctl.acceptance.speed;

import com.sun.management.OperatingSystemMXBean;
import dev.fwctl.acceptance.speed.SyntheticFleet.Variety;
import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.FleetSurvey.Subject;
import dev.fwctl.core.exposure.HostSurvey;
import dev.fwctl.core.exposure.Severity;
import dev.fwctl.core.facts.FactsJson;
import dev.fwctl.core.known.KnownHost;
import dev.fwctl.core.known.SavedHost;
import dev.fwctl.core.report.Events;
import dev.fwctl.model.Container;
import dev.fwctl.model.Fact;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.PublishedPort;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Measures how long it takes to know who can reach what on hosts that were saved.
 *
 * <p>Facts of Docker hosts, no two alike, are written to a folder; then they are read and looked at
 * as {@code fwctl exposure --facts FOLDER} does, in a virtual machine that has done nothing else
 * but to write them. Last, one host with more rules is looked at again and again.
 */
public final class ExposureBenchmark {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** A container that publishes two ports has four rules of Docker's. */
  private static final int RULES_OF_A_CONTAINER = 4;

  private ExposureBenchmark() {}

  /**
   * Measures it.
   *
   * @param arguments how many hosts there are, and how many rules each has
   */
  public static void main(String[] arguments) throws IOException {
    int hosts = Integer.parseInt(arguments[0]);
    int rules = Integer.parseInt(arguments[1]);
    Path folder = Files.createTempDirectory("fwctl-exposure");
    try {
      write(
          new SyntheticFleet(hosts, rules / RULES_OF_A_CONTAINER, 100, 50, Variety.RULES), folder);
      fleet(folder, rules);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    oneHost(500);
  }

  private static void write(SyntheticFleet fleet, Path folder) throws IOException {
    FactsJson json = new FactsJson();
    for (int host = 0; host < fleet.hosts(); host++) {
      String name = fleet.hostName(host);
      try (BufferedWriter file = Files.newBufferedWriter(folder.resolve(name + ".json"))) {
        new Events(line -> write(line, file), Instant::now)
            .facts(name, json.facts(listening(fleet.facts(host))));
      }
    }
  }

  private static void write(String line, BufferedWriter file) {
    try {
      file.write(line);
      file.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns facts by which docker-proxy listens for every published port. */
  private static HostFacts listening(HostFacts facts) {
    List<Listener> listeners = new ArrayList<>();
    for (Container container : facts.docker().containers()) {
      for (PublishedPort published : container.published()) {
        for (String address : List.of("0.0.0.0", "::")) {
          listeners.add(
              new Listener(
                  published.ports().protocol(),
                  Optional.of(IpAddress.of(address)),
                  Optional.empty(),
                  published.ports().ports().first(),
                  List.of("docker-proxy")));
        }
      }
    }
    TreeMap<String, Fact> all = new TreeMap<>(facts.facts());
    all.put("listeners", new ListenerFacts(true, listeners));
    // Under its own name, by which saved facts are read.
    all.put("firewall", all.remove("iptables"));
    return new HostFacts(all);
  }

  private static void fleet(Path folder, int rules) {
    long start = System.nanoTime();
    long startProcessor = PROCESS.getProcessCpuTime();
    FleetSurvey.Result result =
        FleetSurvey.of(
            new SavedHost(folder)
                .all(List.of(Path.of(""))).stream()
                    .map(one -> new Subject(one.place(), one.known()))
                    .toList());
    double seconds = (System.nanoTime() - start) / 1e9;
    double processor = (PROCESS.getProcessCpuTime() - startProcessor) / 1e9;
    if (!result.failed().isEmpty()) {
      throw new IllegalStateException(result.failed().getFirst().toString());
    }
    long open =
        result.hosts().stream()
            .flatMap(host -> host.exposures().stream())
            .filter(one -> one.severity() == Severity.EVERYONE)
            .count();
    if (open == 0) {
      throw new IllegalStateException("nothing is open");
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        "%,d saved hosts of about %,d rules, %d processors%n"
            + "  read and looked at in %.2f s (%.2f s of processor time)%n"
            + "  %,d endpoints open to everyone%n"
            + "  %,d MiB of heap at most, %,d MiB held in the end%n",
        result.hosts().size(),
        rules,
        runtime.availableProcessors(),
        seconds,
        processor,
        open,
        runtime.maxMemory() >> 20,
        runtime.totalMemory() - runtime.freeMemory() >> 20);
  }

  private static void oneHost(int rules) {
    SyntheticFleet fleet =
        new SyntheticFleet(1, rules / RULES_OF_A_CONTAINER, 500, 1, Variety.NETWORKS);
    HostFacts facts = listening(fleet.facts(0));
    KnownHost host = KnownHost.of("one", facts).with(facts.firewall());
    double[] milliseconds = new double[60];
    int endpoints = 0;
    for (int i = 0; i < milliseconds.length; i++) {
      long start = THREADS.getCurrentThreadCpuTime();
      endpoints = HostSurvey.of(host).exposures().size();
      milliseconds[i] = (THREADS.getCurrentThreadCpuTime() - start) / 1e6;
    }
    double[] warm = Arrays.copyOfRange(milliseconds, milliseconds.length / 2, milliseconds.length);
    Arrays.sort(warm);
    System.out.printf(
        "one host of about %,d rules and %,d endpoints%n"
            + "  first %.0f ms, warm %.0f ms of processor time (median of %d)%n",
        rules, endpoints, milliseconds[0], warm[warm.length / 2], warm.length);
  }
}
