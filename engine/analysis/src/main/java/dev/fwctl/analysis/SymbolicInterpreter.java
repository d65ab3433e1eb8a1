package dev.fwctl.analysis;

import static dev.fwctl.analysis.diagram.Diagrams.FALSE;
import static dev.fwctl.analysis.diagram.Diagrams.TRUE;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.diagram.Diagrams;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Takes sets of packets through a ruleset, rule by rule, as {@link Interpreter} does with one.
 *
 * <p>Where a rule has a match that is not understood, its packets go both ways, and the sets say by
 * a variable of their own which way is meant.
 */
final class SymbolicInterpreter {
  private final PacketSpace space;
  private final Diagrams diagrams;
  private final List<Table> tables;
  private final Map<String, Map<String, Chain>> chains = new HashMap<>();
  private Watcher watcher = Watcher.NOBODY;

  /** Hears of every rule that packets meet, or would if rules before it left any. */
  interface Watcher {
    Watcher NOBODY = (_, _, _, _) -> {};

    /**
     * Takes notice of a rule.
     *
     * @param step the rule and where it stands
     * @param entering the packets that came into its chain
     * @param view what they look like
     * @param matching those that came to the rule and that it applies to
     */
    void met(Step step, int entering, View view, int matching);
  }

  SymbolicInterpreter(PacketSpace space, Collection<Table> tables) {
    this.space = space;
    this.diagrams = space.diagrams();
    this.tables = List.copyOf(tables);
    for (Table table : tables) {
      Map<String, Chain> chains = new HashMap<>();
      table.chains().forEach(chain -> chains.put(chain.name(), chain));
      this.chains.put(table.name(), chains);
    }
  }

  /** Sets who hears of rules from now on. */
  void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  /** Returns all rules in the order in which they stand. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    for (Table table : tables) {
      for (Chain chain : table.chains()) {
        for (int index = 0; index < chain.rules().size(); index++) {
          steps.add(new Step(table.name(), chain.name(), index + 1, chain.rules().get(index)));
        }
      }
    }
    return steps;
  }

  /**
   * Packets of which it is not known what a rule does with them.
   *
   * @param by the rule
   * @param packets the packets
   */
  record Undecided(Step by, int packets) {}

  /** What becomes of packets at a hook. */
  static final class Passed {
    /** Those that go on, but for those whose destination is translated. */
    int accepted = FALSE;

    int dropped = FALSE;

    int rejected = FALSE;
    final Map<Target, Integer> translated = new LinkedHashMap<>();
    final List<Undecided> undecided = new ArrayList<>();

    /** Returns the packets that a target of {@link #translated} is for, one set after another. */
    IntStream translations() {
      return translated.values().stream().mapToInt(Integer::intValue);
    }

    IntStream undecided() {
      return undecided.stream().mapToInt(Undecided::packets);
    }

    IntStream all() {
      return IntStream.concat(
          IntStream.of(accepted, dropped, rejected), IntStream.concat(translations(), undecided()));
    }
  }

  /** A chain that packets are in. */
  private static final class Frame {
    private final Chain chain;

    /** Whether packets that come back from it go back from the chain that led to it, too. */
    private final boolean gone;

    private final int entering;
    private int position;
    private int passing;
    private int returned = FALSE;

    Frame(Chain chain, boolean gone, int passing) {
      this.chain = chain;
      this.gone = gone;
      this.entering = passing;
      this.passing = passing;
    }

    boolean isOver() {
      return passing == FALSE || position == chain.rules().size();
    }
  }

  /**
   * Takes packets past a hook.
   *
   * @param view what they look like
   * @param arriving the packets
   * @param held what else is still needed while packets are under way
   */
  Passed at(Hook hook, View view, int arriving, IntList held) {
    Passed passed = new Passed();
    Map<String, Chain> chains = this.chains.getOrDefault(hook.table(), Map.of());
    Chain start = chains.get(hook.chain());
    if (start == null) {
      passed.accepted = arriving;
      return passed;
    }
    Deque<Frame> frames = new ArrayDeque<>();
    frames.push(new Frame(start, false, arriving));
    while (true) {
      Frame frame = frames.element();
      if (!frame.isOver()) {
        apply(hook.table(), chains, frames, view, passed);
        if (diagrams.isCrowded()) {
          tidy(held, passed, frames);
        }
        continue;
      }
      tellOfRest(hook.table(), frame, view);
      frames.pop();
      int back = diagrams.or(frame.returned, frame.passing);
      if (frames.isEmpty()) {
        if (start.policy().equals(Optional.of("DROP"))) {
          passed.dropped = diagrams.or(passed.dropped, back);
        } else {
          passed.accepted = diagrams.or(passed.accepted, back);
        }
        return passed;
      }
      Frame caller = frames.element();
      if (frame.gone) {
        caller.returned = diagrams.or(caller.returned, back);
      } else {
        caller.passing = diagrams.or(caller.passing, back);
      }
    }
  }

  private void tidy(IntList held, Passed passed, Deque<Frame> frames) {
    space.tidy(
        () ->
            IntStream.concat(
                held.stream(),
                IntStream.concat(
                    passed.all(),
                    frames.stream()
                        .flatMapToInt(it -> IntStream.of(it.entering, it.passing, it.returned)))));
  }

  /** Tells of the rules that nothing comes to any more. */
  private void tellOfRest(String table, Frame frame, View view) {
    if (watcher != Watcher.NOBODY) {
      List<Rule> rules = frame.chain.rules();
      for (int index = frame.position; index < rules.size(); index++) {
        Step step = new Step(table, frame.chain.name(), index + 1, rules.get(index));
        watcher.met(step, frame.entering, view, FALSE);
      }
    }
  }

  private void apply(
      String table, Map<String, Chain> chains, Deque<Frame> frames, View view, Passed passed) {
    Frame frame = frames.element();
    Rule rule = frame.chain.rules().get(frame.position++);
    if (watcher == Watcher.NOBODY && isElsewhere(rule, view)) {
      return;
    }
    Step step = new Step(table, frame.chain.name(), frame.position, rule);
    int taken = taken(rule, step, view, frame.passing);
    watcher.met(step, frame.entering, view, taken);
    if (taken == FALSE || rule.target().isEmpty()) {
      return;
    }
    Target target = rule.target().get();
    if (target.onlyWatches()) {
      return;
    }
    frame.passing = diagrams.minus(frame.passing, taken);
    switch (target) {
      case Target.Accept _ -> passed.accepted = diagrams.or(passed.accepted, taken);
      case Target.Drop _ -> passed.dropped = diagrams.or(passed.dropped, taken);
      case Target.Reject _ -> passed.rejected = diagrams.or(passed.rejected, taken);
      case Target.Return _ -> frame.returned = diagrams.or(frame.returned, taken);
      case Target.Jump jump ->
          frames.push(new Frame(Interpreter.chain(chains, jump.chain()), false, taken));
      case Target.Goto jump ->
          frames.push(new Frame(Interpreter.chain(chains, jump.chain()), true, taken));
      case Target.SetMark mark ->
          frame.passing =
              diagrams.or(frame.passing, space.setMark(taken, mark.value(), mark.mask()));
      case Target.DestinationNat _, Target.Redirect _ -> {
        if (table.equals("nat")) {
          passed.translated.merge(target, taken, diagrams::or);
        } else {
          passed.undecided.add(new Undecided(step, taken));
        }
      }
      case Target.Other other -> {
        if (table.equals("nat") && Interpreter.translatesSource(other)) {
          passed.accepted = diagrams.or(passed.accepted, taken);
        } else if (Interpreter.isUntracking(other)) {
          frame.passing = diagrams.or(frame.passing, space.untrack(taken));
        } else {
          passed.undecided.add(new Undecided(step, taken));
        }
      }
    }
  }

  /**
   * Tells whether a rule is about another destination than the one that all packets were given: so
   * are most rules for containers, and they need not be met one by one.
   */
  private static boolean isElsewhere(Rule rule, View view) {
    if (view.translation().isEmpty()) {
      return false;
    }
    IpAddress destination = view.translation().get().address();
    for (Match match : rule.matches()) {
      if (match instanceof Match.DestinationAddress it
          && it.prefix().contains(destination) == it.negated()) {
        return true;
      }
    }
    return false;
  }

  /** Returns the packets, of some, that a rule applies to. */
  private int taken(Rule rule, Step step, View view, int arriving) {
    int taken = diagrams.and(arriving, wanted(rule, view));
    for (Match match : rule.matches()) {
      if (taken != FALSE && !space.understands(match)) {
        taken = diagrams.and(taken, space.holdingUnknown(match, view, step));
      }
    }
    return taken;
  }

  /** Returns the packets for which all matches of a rule hold that are understood. */
  int wanted(Rule rule, View view) {
    boolean withState = rule.matches().stream().anyMatch(Match.ConnectionState.class::isInstance);
    int wanted = TRUE;
    for (Match match : rule.matches()) {
      if (wanted != FALSE && space.understands(match)) {
        wanted = diagrams.and(wanted, space.holding(match, withState, view));
      }
    }
    return wanted;
  }
}
