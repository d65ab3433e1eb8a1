package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;
import java.util.List;
import java.util.Set;

/** Whether something is true of all packets that were asked about. */
public sealed interface Answer {
  /** It is true of each, whatever rules that are not understood say. */
  record Proved() implements Answer {}

  /**
   * It is not true, whatever rules that are not understood say.
   *
   * @param witness a packet that it is not true of, as it begins
   */
  record Refuted(Packet witness) implements Answer {
    public Refuted {
      requireNonNull(witness, "witness is null");
    }
  }

  /**
   * It is true of each or not, depending on what is not understood or known.
   *
   * @param witness a packet that it may not be true of, as it begins
   * @param rules the rules that it depends on, each with a match or target that is not understood
   * @param interfaces sets of interfaces of which it is not known by which the packets leave
   */
  record Depends(Packet witness, List<Step> rules, Set<Set<String>> interfaces) implements Answer {
    public Depends {
      requireNonNull(witness, "witness is null");
      rules = List.copyOf(rules);
      interfaces = Set.copyOf(interfaces);
    }
  }
}
