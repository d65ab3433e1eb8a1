package dev.fwctl.acceptance.differential;

import dev.fwctl.acceptance.differential.Examination.Disagreement;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.RulesetText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import net.jqwik.api.sessions.JqwikSession;

/**
 * Holds the symbolic evaluation, the walk of one packet and the kernel against each other, on
 * random networks, rulesets and packets.
 */
public final class Differential {
  /** Seeds one after the other that share a network. */
  private static final int TRIALS = 10;

  /** After how many rulesets it says how far it is. */
  private static final int TELLING = 200;

  private static final List<HostSpec> HOSTS =
      List.of(
          HostSpec.plain("bookworm", "bookworm"),
          HostSpec.plain("sid", "sid"),
          HostSpec.plain("legacy", "bookworm").onLegacyIptables(),
          HostSpec.plain("bullseye", "bullseye"));

  private final long rulesets;
  private final long seed;
  private final Consumer<String> out;
  private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
  private long done;
  private int disagreeing;

  /**
   * Prepares a run.
   *
   * @param pairs how many pairs of a ruleset and a packet, at least
   * @param seed of the first ruleset; the next one has the next seed
   * @param out is told each line of what happens
   */
  public Differential(long pairs, long seed, Consumer<String> out) {
    this.rulesets = Math.ceilDiv(pairs, Trial.SHOTS);
    this.seed = seed;
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @param arguments the number of pairs and the first seed
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2
        || !arguments[0].matches("[1-9][0-9]{0,9}")
        || !arguments[1].matches("[0-9]{1,15}")) {
      throw new IllegalArgumentException("numbers are wanted: -Dpairs=100000 -Dseed=1");
    }
    Differential differential =
        new Differential(
            Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), System.out::println);
    if (differential.run("diff" + ProcessHandle.current().pid()) > 0) {
      System.exit(1);
    }
  }

  /**
   * Runs it in a lab of its own, which it takes down.
   *
   * @return of how many rulesets the answers differ
   */
  public int run(String name) throws IOException {
    try (Lab lab = Lab.up(LabSpec.of(name, HOSTS.toArray(HostSpec[]::new)))) {
      try (ExecutorService threads = Executors.newFixedThreadPool(HOSTS.size())) {
        List<Future<?>> futures = new ArrayList<>();
        for (int host = 0; host < HOSTS.size(); host++) {
          int number = host;
          futures.add(threads.submit(() -> JqwikSession.run(() -> examineOn(lab, number))));
        }
        for (Future<?> future : futures) {
          future.get();
        }
      } catch (ExecutionException failure) {
        throw new IllegalStateException("a host could not be examined", failure.getCause());
      } catch (InterruptedException interruption) {
        Thread.currentThread().interrupt();
      }
    }
    out.accept(
        "%d pairs of a ruleset and a packet, %d rulesets from seed %d, %d of them disagree: %s"
            .formatted(rulesets * Trial.SHOTS, rulesets, seed, disagreeing, endings));
    return disagreeing;
  }

  /** Examines the rulesets that fall to a host. */
  private void examineOn(Lab lab, int host) throws IOException {
    try (Site site = new Site(lab, HOSTS.get(host).name())) {
      Optional<NetworkFacts> network = Optional.empty();
      for (long one = seed; one < seed + rulesets; one++) {
        long block = Math.floorDiv(one, TRIALS);
        if (Math.floorMod(block, HOSTS.size()) != host) {
          continue;
        }
        Topology topology = Topology.draw(new Random(block));
        if (network.isEmpty() || Math.floorMod(one, TRIALS) == 0) {
          network = Optional.of(site.shape(topology));
        }
        NetworkFacts facts = network.get();
        Trial trial = Trial.draw(one, facts);
        Examination examination = new Examination(site, facts, trial).run();
        note(examination.endings());
        if (!examination.disagreements().isEmpty()) {
          tell(HOSTS.get(host).name(), one, topology, new Shrinking(site, facts).of(trial));
        }
      }
    }
  }

  private synchronized void note(Map<Ending, Integer> more) {
    more.forEach((ending, count) -> endings.merge(ending, count, Integer::sum));
    done++;
    if (done % TELLING == 0) {
      out.accept("%d of %d rulesets, %d disagree".formatted(done, rulesets, disagreeing));
    }
  }

  private synchronized void tell(
      String host, long one, Topology topology, Shrinking.Smallest smallest) {
    disagreeing++;
    out.accept("seed        %d, on host '%s'".formatted(one, host));
    topology.commands().forEach(command -> out.accept("            ip " + command));
    List<Shot> shots = smallest.trial().shots();
    out.accept(
        "packet      "
            + (shots.size() == 1
                ? shots.getFirst().packet()
                : "none of them alone makes it differ"));
    out.accept(RulesetText.render(smallest.trial().family(), smallest.trial().tables()).strip());
    for (Disagreement disagreement : smallest.disagreements()) {
      out.accept(disagreement.words());
    }
  }
}
