package dev.fwctl.campaign;

import dev.fwctl.lab.HeldConnection;
import dev.fwctl.lab.Outcome;
import dev.fwctl.lab.Probe;
import dev.fwctl.lab.Prober;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** One change of a host with one fault in it. */
final class Round {
  /** How long a probe waits: less than a client waits before it sends again what is lost. */
  private static final Duration PROBE_LIMIT = Duration.ofMillis(800);

  private static final Duration PROBE_PAUSE = Duration.ofMillis(20);

  private static final int PROBES_AT_ONCE = 3;

  /** Within what time a host is at rest, once the fault and the program have ended. */
  private static final Duration REST = Scene.ROLLBACK_AFTER.plus(Duration.ofSeconds(20));

  /** How long the echo of a held connection may take. */
  private static final Duration PULSE_LIMIT = Duration.ofSeconds(3);

  private static final Duration LONGEST = Duration.ofSeconds(8);

  private final Scene scene;
  private final Drawn drawn;

  /**
   * What the seed of a round says.
   *
   * @param before the policy in force when it begins
   * @param wanted the policy that is applied
   * @param other what a second operator wants
   * @param inside whether the fault waits until the host begins to be changed, which is a small
   *     part of a run
   * @param at when the fault strikes, as a part of what the run or the change takes undisturbed; up
   *     to 1.2
   * @param lasting how long the fault lasts, where it does not end by itself
   */
  record Drawn(
      Grants before, Grants wanted, Grants other, boolean inside, double at, Duration lasting) {
    /**
     * Draws a round; what it begins with is, but for chance, what the round of the seed before
     * ended with.
     */
    static Drawn of(long seed) {
      Grants before = Grants.draw(new Random(seed - 1));
      Random random = new Random(seed);
      Grants wanted = Grants.draw(random, before);
      return new Drawn(
          before,
          wanted,
          Grants.draw(random, before, wanted),
          random.nextBoolean(),
          random.nextDouble() * 1.2,
          Duration.ofSeconds(1 + random.nextLong(LONGEST.toSeconds())));
    }
  }

  /**
   * How long an apply takes with no fault.
   *
   * @param run from the start of the program to its end
   * @param change from the begin of the change to the end of the program
   */
  record Undisturbed(Duration run, Duration change) {}

  /**
   * How a round went.
   *
   * @param report what the program said
   * @param inForce what the host held at rest, in a word
   */
  record Result(Report report, String inForce, List<String> violations) {
    Result {
      violations = List.copyOf(violations);
    }
  }

  Round(Scene scene, Drawn drawn) {
    this.scene = scene;
    this.drawn = drawn;
  }

  /**
   * Plays the round.
   *
   * @param known what the kernel of this host holds for policies; those of the round are added
   * @param undisturbed how long an apply takes here
   */
  Result play(Fault fault, Map<Grants, Rules> known, Undisturbed undisturbed) {
    Map<Probe, Way> ways = new HashMap<>();
    Way.all().forEach(way -> ways.put(way.probe(scene.lab(), scene.host()), way));
    List<Evidence.Sighting> sightings = new ArrayList<>();
    Evidence.Asked asked =
        new Evidence.Asked(
            drawn.before(),
            drawn.wanted(),
            fault == Fault.SECOND_CONTROLLER ? Optional.of(drawn.other()) : Optional.empty());
    Rules othersBefore = Rules.of(scene.lab(), scene.host()).others();
    Map<Way, HeldConnection> connections = hold(asked);
    Map<Way, HeldConnection.Pulse> pulses = new HashMap<>();
    Report report;
    Fault.Traces traces;
    long begun;
    long ended;
    boolean rested;
    Rules held;
    Map<Way, Outcome> answers;
    try (Prober prober =
        Prober.start(
            scene.lab(), List.copyOf(ways.keySet()), PROBE_LIMIT, PROBE_PAUSE, PROBES_AT_ONCE)) {
      pause(PROBE_LIMIT);
      Scene.Run apply = scene.apply(drawn.wanted());
      Duration whole = undisturbed.run();
      if (drawn.inside()) {
        apply.awaitBegin();
        whole = undisturbed.change();
      }
      pause(Duration.ofNanos((long) (whole.toNanos() * drawn.at())));
      begun = System.nanoTime();
      traces = fault.strike(scene, apply, drawn.other(), drawn.lasting());
      ended = System.nanoTime();
      report = apply.report();
      rested = awaitRest();
      held = Rules.of(scene.lab(), scene.host());
      answers = answers(scene);
      connections.forEach((way, connection) -> pulses.put(way, connection.pulse(PULSE_LIMIT)));
      for (Prober.Sighting it : prober.stop()) {
        Way way = ways.get(it.probe());
        if (way != null) {
          sightings.add(new Evidence.Sighting(way, it.outcome(), it.sent(), it.ended()));
        }
      }
    } finally {
      connections.values().forEach(HeldConnection::close);
    }
    List<String> violations = new ArrayList<>();
    if (!rested) {
      violations.add(
          "after %d s the host is not at rest or not reached".formatted(REST.toSeconds()));
    }
    if (fault == Fault.SECOND_CONTROLLER && !known.containsKey(drawn.other())) {
      violations.addAll(converge(scene, drawn.other(), known));
    }
    violations.addAll(converge(scene, drawn.wanted(), known));
    Evidence evidence =
        new Evidence(
            fault,
            traces,
            asked,
            known,
            held.ours(),
            new Evidence.Others(othersBefore, held.others()),
            answers,
            pulses,
            report,
            begun,
            ended,
            sightings);
    Judgement judgement = new Judgement(evidence);
    violations.addAll(judgement.violations());
    return new Result(report, word(judgement, held.ours()), violations);
  }

  /** Opens a connection on each way that all policies allow. */
  private Map<Way, HeldConnection> hold(Evidence.Asked asked) {
    Map<Way, HeldConnection> connections = new HashMap<>();
    for (Way way : Way.all()) {
      if (asked.allAllow(way)) {
        connections.put(way, way.hold(scene.lab(), scene.host()));
      }
    }
    return connections;
  }

  private String word(Judgement judgement, Rules held) {
    return judgement
        .inForce()
        .map(
            grants ->
                grants.equals(drawn.before())
                    ? "old"
                    : grants.equals(drawn.wanted()) ? "new" : "other")
        .orElse(held.areNone() ? "none" : "BETWEEN");
  }

  /** Waits until the host is reached and nothing is under way there. */
  private boolean awaitRest() {
    long deadline = System.nanoTime() + REST.toNanos();
    while (true) {
      Report locks = scene.run(drawn.wanted(), "locks").report();
      if (locks.exitCode() == 0 && locks.output().contains("Nothing is under way")) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
    }
  }

  /**
   * Brings a host to a policy as an operator would, learns what the kernel holds then, and returns
   * what was not as it should be.
   */
  static List<String> converge(Scene scene, Grants grants, Map<Grants, Rules> known) {
    List<String> violations = new ArrayList<>();
    Report apply = scene.run(grants, "apply", "--auto-approve").report();
    if (apply.exitCode() != 0) {
      violations.add("the next apply failed: " + apply.output());
    }
    Report plan = scene.run(grants, "plan", "--detailed-exitcode").report();
    if (plan.exitCode() != 0) {
      violations.add("the next plan ended with " + plan.exitCode() + ": " + plan.output());
    }
    Rules held = Rules.of(scene.lab(), scene.host()).ours();
    Rules before = known.putIfAbsent(grants, held);
    if (before != null && !before.equals(held)) {
      violations.add("the same policy gave other rules than before");
    }
    violations.addAll(Judgement.answers(grants, answers(scene)));
    return violations;
  }

  /** Tries each way once. */
  private static Map<Way, Outcome> answers(Scene scene) {
    List<Way> ways = Way.all();
    List<Outcome> outcomes =
        scene.lab().probe(ways.stream().map(way -> way.probe(scene.lab(), scene.host())).toList());
    Map<Way, Outcome> answers = new HashMap<>();
    for (int i = 0; i < ways.size(); i++) {
      answers.put(ways.get(i), outcomes.get(i));
    }
    return answers;
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
