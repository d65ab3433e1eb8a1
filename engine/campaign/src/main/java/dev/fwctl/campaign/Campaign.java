package dev.fwctl.campaign;

import static java.util.Objects.requireNonNull;

import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabFolders;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Many rounds, one after the other, on hosts of each kind in turn. */
public final class Campaign {
  private static final Grants NOBODY = new Grants(Map.of(), false);

  private final Settings settings;
  private final Path folder;
  private final Path launcher;
  private final Consumer<String> out;

  /**
   * What a campaign does.
   *
   * @param lab the name of its lab, which it takes down if it is there
   * @param rounds how many, at least 1
   * @param seed of the first round; the next one has the next seed
   * @param faults names of the faults, which come in turn; all when it is empty
   */
  public record Settings(String lab, int rounds, long seed, List<String> faults) {
    public Settings {
      requireNonNull(lab, "lab is null");
      faults = List.copyOf(faults);
      if (rounds < 1) {
        throw new FwctlException(Problem.of(ErrorCode.USAGE, "a campaign has at least 1 round"));
      }
    }

    private List<Fault> faultsInTurn() {
      return faults.isEmpty()
          ? Arrays.asList(Fault.values())
          : faults.stream().map(Fault::of).toList();
    }
  }

  /** A host with what is known of it. */
  private static final class Stage {
    private final Scene scene;
    private final Map<Grants, Rules> known = new HashMap<>();
    private Grants inForce = NOBODY;

    Stage(Scene scene) {
      this.scene = scene;
    }
  }

  /**
   * Prepares a campaign.
   *
   * @param folder where policies and what the program printed are kept
   * @param launcher the program
   * @param out is told each line of what happens
   */
  public Campaign(Settings settings, Path folder, Path launcher, Consumer<String> out) {
    this.settings = requireNonNull(settings, "settings is null");
    this.folder = requireNonNull(folder, "folder is null");
    this.launcher = requireNonNull(launcher, "launcher is null");
    this.out = requireNonNull(out, "out is null");
  }

  /** Returns the names of all faults. */
  public static List<String> faults() {
    return Arrays.stream(Fault.values()).map(Fault::label).toList();
  }

  /**
   * Runs the campaign in a lab of its own, which it takes down.
   *
   * @return how many violations there were
   */
  public int run() {
    List<Fault> faults = settings.faultsInTurn();
    Lab.down(LabFolders.standard(), settings.lab());
    try (Lab lab = Lab.up(Scene.spec(settings.lab()), out)) {
      List<Stage> stages = new ArrayList<>();
      for (Scene.Kind kind : Scene.Kind.values()) {
        Stage stage = new Stage(new Scene(lab, kind, folder, launcher));
        stage.scene.moveIn();
        require(Round.converge(stage.scene, NOBODY, stage.known));
        stages.add(stage);
      }
      return rounds(stages, faults);
    }
  }

  private int rounds(List<Stage> stages, List<Fault> faults) {
    Map<String, Integer> counts = new TreeMap<>();
    int violations = 0;
    Round.Undisturbed undisturbed = undisturbed(stages.getFirst());
    say(
        "An undisturbed apply takes %.2f s, its change of the host %.2f s of them.",
        undisturbed.run().toMillis() / 1000.0, undisturbed.change().toMillis() / 1000.0);
    say("%8s  %-6s %-17s %-13s  %-11s %s", "seed", "host", "fault", "at", "it said", "held");
    for (int number = 0; number < settings.rounds(); number++) {
      long seed = settings.seed() + number;
      Fault fault = faults.get((int) Math.floorMod(seed, (long) faults.size()));
      long turn = Math.floorDiv(seed, (long) faults.size());
      List<Stage> struck =
          stages.stream().filter(it -> fault.kinds().contains(it.scene.kind())).toList();
      Stage stage = struck.get((int) Math.floorMod(turn, (long) struck.size()));
      Round.Drawn drawn = Round.Drawn.of(seed);
      long start = System.nanoTime();
      if (!stage.inForce.equals(drawn.before())) {
        require(Round.converge(stage.scene, drawn.before(), stage.known));
      }
      Round.Result result = new Round(stage.scene, drawn).play(fault, stage.known, undisturbed);
      stage.inForce = drawn.wanted();
      violations += result.violations().size();
      counts.merge(
          "%-18s %-12s %s".formatted(fault.label(), result.report(), result.inForce()),
          1,
          Integer::sum);
      say(
          "%8d  %-6s %-17s %3.0f%% of %-6s  %-11s %-5s %5.1f s%s",
          seed,
          stage.scene.host(),
          fault.label(),
          drawn.at() * 100,
          drawn.inside() ? "change" : "run",
          result.report(),
          result.inForce(),
          (System.nanoTime() - start) / 1e9,
          result.violations().isEmpty() ? "" : "  !");
      if (!result.violations().isEmpty()) {
        say("          violated, from [%s] to [%s]:", drawn.before(), drawn.wanted());
        result.violations().forEach(violation -> say("          ! %s", violation));
      }
    }
    say("");
    say("%-18s %-12s %-8s rounds", "fault", "it said", "held");
    counts.forEach((row, count) -> say("%-40s %6d", row, count));
    say("");
    say("%d rounds, %d violations.", settings.rounds(), violations);
    return violations;
  }

  private static void require(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new FwctlException(Problem.of(ErrorCode.LAB, String.join("; ", problems)));
    }
  }

  /** Measures a change back and forth. */
  private static Round.Undisturbed undisturbed(Stage stage) {
    Grants all = Grants.draw(new Random(1), NOBODY);
    Duration run = Duration.ZERO;
    Duration change = Duration.ZERO;
    List<Grants> changes = List.of(all, NOBODY);
    for (Grants grants : changes) {
      long start = System.nanoTime();
      Scene.Run apply = stage.scene.apply(grants);
      apply.awaitBegin();
      long begun = System.nanoTime();
      Report report = apply.report();
      long end = System.nanoTime();
      run = run.plusNanos(end - start);
      change = change.plusNanos(end - begun);
      if (!report.saysApplied()) {
        throw new FwctlException(Problem.of(ErrorCode.LAB, "an apply failed: " + report.output()));
      }
    }
    return new Round.Undisturbed(run.dividedBy(changes.size()), change.dividedBy(changes.size()));
  }

  private void say(String format, Object... words) {
    out.accept(String.format(Locale.ROOT, format, words));
  }
}
