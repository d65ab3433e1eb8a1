package dev.fwctl.acceptance.speed;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Measures how long it takes to know what a ruleset does with all packets there are.
 *
 * <p>A dump of iptables-save or ip6tables-save is parsed, and one built-in chain of its filter
 * table evaluated, with all that it leads to. It is one run in a virtual machine of its own, with
 * one processor, so that the start of a cold one is in it. Besides, large sets of addresses.
 */
public final class EvaluationBenchmark {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private EvaluationBenchmark() {}

  /**
   * Measures one dump.
   *
   * @param arguments the file, {@code ipv4} or {@code ipv6}, and the chain
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3 || arguments[0].isEmpty()) {
      throw new IllegalArgumentException("no dump is named; name one with -Ddump=FILE");
    }
    Path file = Path.of(arguments[0]);
    Family family =
        switch (arguments[1]) {
          case "ipv4" -> Family.IPV4;
          case "ipv6" -> Family.IPV6;
          default -> throw new IllegalArgumentException("no such family: " + arguments[1]);
        };
    Hook hook = new Hook("filter", arguments[2]);

    long start = System.nanoTime();
    List<Table> tables = RulesetText.parse(Files.readString(file));
    double parsed = seconds(start);
    long evaluating = System.nanoTime();
    SymbolicTraversal traversal =
        new SymbolicTraversal(
            family, tables, List.of(), new NetworkFacts("", List.of(), List.of(), true));
    Map<Verdict, PacketSet> verdicts = traversal.at(hook, traversal.space().any());
    double evaluated = seconds(evaluating);
    double processor = THREADS.getCurrentThreadCpuTime() / 1e9;
    long deciding = System.nanoTime();
    StringBuilder sizes = new StringBuilder();
    verdicts.forEach(
        (verdict, packets) ->
            sizes.append(
                "  %-9s from %,d ranges of addresses, for sure from %,d%n"
                    .formatted(
                        verdict,
                        packets.sources().ranges().size(),
                        packets.certain().sources().ranges().size())));
    double decided = seconds(deciding);

    System.gc();
    Runtime runtime = Runtime.getRuntime();
    System.out.printf(
        "%s of %s: %,d rules%n"
            + "  parsed in %.2f s, evaluated in %.2f s (both with %.2f s of processor time),"
            + " sources told in %.2f s%n"
            + "  %,d nodes at most; %,d MiB of heap at most, %,d MiB held in the end%n"
            + "%s",
        hook.chain(),
        file.getFileName(),
        tables.stream()
            .flatMap(table -> table.chains().stream())
            .mapToInt(chain -> chain.rules().size())
            .sum(),
        parsed,
        evaluated,
        processor,
        decided,
        traversal.space().largestSize(),
        runtime.maxMemory() >> 20,
        runtime.totalMemory() - runtime.freeMemory() >> 20,
        sizes);
    measureSets(family);
  }

  /** Builds two sets of random addresses and intersects them. */
  private static void measureSets(Family family) {
    Random random = new Random(1);
    AddressSet one = addresses(family, random);
    AddressSet other = addresses(family, random).union(new AddressSet(one.ranges().subList(0, 50)));
    SymbolicTraversal traversal =
        new SymbolicTraversal(
            family, List.of(), List.of(), new NetworkFacts("", List.of(), List.of(), true));
    long start = System.nanoTime();
    PacketSet common = traversal.space().from(one).and(traversal.space().from(other));
    double built = seconds(start);
    System.out.printf(
        "two sets of 100,000 random addresses%n"
            + "  built and intersected in %.2f s, %,d nodes at most, %,d addresses in common%n",
        built, traversal.space().largestSize(), common.sources().ranges().size());
  }

  private static AddressSet addresses(Family family, Random random) {
    List<AddressRange> ranges = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      IpAddress address =
          family == Family.IPV4
              ? new IpAddress(family, 0, random.nextInt() & 0xffff_ffffL)
              : new IpAddress(family, random.nextLong(), random.nextLong());
      ranges.add(new AddressRange(address, address));
    }
    return AddressSet.ofRanges(ranges);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
