package dev.fwctl.analysis;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Possibility.Supposition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is supposed, on one way, of rules whose matches are not understood. */
final class Suppositions {
  private final List<Boolean> answers;
  private final List<Supposition> made = new ArrayList<>();
  private boolean open;

  /**
   * Creates them.
   *
   * @param answers whether such a rule applies, in the order in which the packet meets them
   */
  Suppositions(List<Boolean> answers) {
    this.answers = List.copyOf(answers);
  }

  /** Returns whether a rule is supposed to apply; nothing when nothing is supposed any more. */
  Optional<Boolean> of(Step step) {
    open = made.size() == answers.size();
    if (open) {
      return Optional.empty();
    }
    boolean applies = answers.get(made.size());
    made.add(new Supposition(step, applies));
    return Optional.of(applies);
  }

  /** Tells whether one more answer was asked for than there is. */
  boolean isOpen() {
    return open;
  }

  List<Supposition> made() {
    return List.copyOf(made);
  }
}
