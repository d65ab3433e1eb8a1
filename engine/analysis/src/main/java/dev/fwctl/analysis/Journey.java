package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.model.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A packet's way through a host.
 *
 * @param stages what happened to it, in order
 * @param ending how it ended
 * @param packet the packet as it was then
 */
public record Journey(List<Stage> stages, Ending ending, Packet packet) {
  public Journey {
    stages = List.copyOf(stages);
    requireNonNull(ending, "ending is null");
    requireNonNull(packet, "packet is null");
  }

  /** How a way ends. */
  public enum Ending {
    /** At the host itself, for whoever listens there. */
    DELIVERED,
    /** Out of an interface, for whoever is behind it. */
    SENT,
    DROPPED,
    REJECTED,
    /** No route leads to where it is bound. */
    NO_ROUTE,
    /** It hangs on a rule, or a choice of routes, that is not understood: the last stage. */
    UNDECIDED;

    /** Those of packets that get through. */
    public static final Set<Ending> THROUGH = Set.of(DELIVERED, SENT);

    /** Those of packets that rules keep out. */
    public static final Set<Ending> KEPT_OUT = Set.of(DROPPED, REJECTED);
  }

  /** Something that happens to a packet. */
  public sealed interface Stage {}

  /**
   * A table is asked; where a built-in chain has no rule that applied and no verdict of its own, it
   * is left out.
   *
   * @param hook the table and its built-in chain
   * @param steps the rules that applied, in order
   * @param verdict what it said
   * @param byPolicy whether that is the chain's policy
   */
  public record Asked(Hook hook, List<Step> steps, Verdict verdict, boolean byPolicy)
      implements Stage {
    public Asked {
      requireNonNull(hook, "hook is null");
      steps = List.copyOf(steps);
      requireNonNull(verdict, "verdict is null");
    }
  }

  /**
   * The destination is translated.
   *
   * @param by the rule that says so
   * @param address the new destination
   * @param port the new port; nothing when it stays
   */
  public record Translated(Step by, IpAddress address, Optional<Integer> port) implements Stage {
    public Translated {
      requireNonNull(by, "by is null");
      requireNonNull(address, "address is null");
      requireNonNull(port, "port is null");
    }
  }

  /**
   * It is told where the packet goes.
   *
   * @param here whether to the host itself
   * @param interfaces the interfaces that it may leave by: one when all is known
   */
  public record Routed(boolean here, Set<String> interfaces) implements Stage {
    public Routed {
      interfaces = Set.copyOf(interfaces);
    }
  }

  /** Returns the rule that decided, or that it hangs on; nothing if a policy or route did. */
  public Optional<Step> decisive() {
    if (ending == Ending.DELIVERED
        || ending == Ending.SENT
        || stages.isEmpty()
        || !(stages.getLast() instanceof Asked last)) {
      return Optional.empty();
    }
    boolean decided = last.verdict() != Verdict.ACCEPTED && !last.byPolicy();
    return decided && !last.steps().isEmpty()
        ? Optional.of(last.steps().getLast())
        : Optional.empty();
  }
}
