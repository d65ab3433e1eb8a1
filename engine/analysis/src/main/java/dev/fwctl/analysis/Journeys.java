package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey.Ending;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ways of a set of packets through a host; each packet is in exactly one of the ends, for
 * whatever answers to what is not understood.
 *
 * @param space the space of the packets
 * @param ends the ends of the ways
 */
public record Journeys(PacketSpace space, List<End> ends) {
  public Journeys {
    requireNonNull(space, "space is null");
    ends = List.copyOf(ends);
  }

  /**
   * An end that packets come to.
   *
   * @param ending how their way ends
   * @param translation what destination NAT made of where they were bound for, if anything
   * @param cause what it hangs on, exactly for those that end undecided
   * @param packets the packets, as they began
   */
  public record End(
      Ending ending, Optional<Translation> translation, Optional<Cause> cause, PacketSet packets) {
    public End {
      requireNonNull(ending, "ending is null");
      requireNonNull(translation, "translation is null");
      requireNonNull(cause, "cause is null");
      requireNonNull(packets, "packets is null");
    }
  }

  /** What it hangs on what becomes of packets. */
  public sealed interface Cause {
    /** A rule whose target is not understood. */
    record ByRule(Step step) implements Cause {
      public ByRule {
        requireNonNull(step, "step is null");
      }
    }

    /** Routes, of which it is not known which one is taken. */
    record ByRoutes(Set<String> interfaces) implements Cause {
      public ByRoutes {
        interfaces = Set.copyOf(interfaces);
      }
    }
  }

  /** Returns the packets whose way ends in one of some manners. */
  public PacketSet ending(Set<Ending> endings) {
    return ends.stream()
        .filter(end -> endings.contains(end.ending()))
        .map(End::packets)
        .reduce(space.none(), PacketSet::or);
  }

  /** Returns the packets that may end so, also where that depends on what is not understood. */
  public PacketSet mayEnd(Set<Ending> endings) {
    return ending(endings).or(ending(Set.of(Ending.UNDECIDED))).possible();
  }

  /** Returns the packets that end so, whatever the rules that are not understood say. */
  public PacketSet mustEnd(Set<Ending> endings) {
    return ending(endings).certain();
  }

  /**
   * Tells whether the way of each packet of a set ends in one of some manners.
   *
   * @param packets some of the packets that were taken through the host
   */
  public Answer always(PacketSet packets, Set<Ending> endings) {
    return judge(packets.minus(mayEnd(endings)), packets.minus(mustEnd(endings)));
  }

  /**
   * Tells whether something is true of all packets, of which it is known where it is not.
   *
   * @param wrong packets of which it is not true
   * @param doubtful these, and packets of which it may not be true, for which that depends on what
   *     is not understood
   */
  public Answer judge(PacketSet wrong, PacketSet doubtful) {
    if (!wrong.isEmpty()) {
      return new Answer.Refuted(wrong.witness().orElseThrow());
    }
    if (doubtful.isEmpty()) {
      return new Answer.Proved();
    }
    Set<Step> rules = new LinkedHashSet<>();
    Set<Set<String>> interfaces = new LinkedHashSet<>();
    for (End end : ends) {
      PacketSet here = end.packets().and(doubtful);
      if (here.isEmpty()) {
        continue;
      }
      rules.addAll(space.asking(here.diagram()));
      end.cause()
          .ifPresent(
              cause -> {
                switch (cause) {
                  case Cause.ByRule it -> rules.add(it.step());
                  case Cause.ByRoutes it -> interfaces.add(it.interfaces());
                }
              });
    }
    return new Answer.Depends(doubtful.witness().orElseThrow(), new ArrayList<>(rules), interfaces);
  }
}
