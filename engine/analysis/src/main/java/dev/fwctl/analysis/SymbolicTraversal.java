package dev.fwctl.analysis;

import static dev.fwctl.analysis.diagram.Diagrams.FALSE;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys.Cause;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.analysis.SymbolicInterpreter.Passed;
import dev.fwctl.analysis.SymbolicInterpreter.Undecided;
import dev.fwctl.analysis.diagram.Diagrams;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes sets of packets through a whole host, exactly the way that {@link Traversal} takes one.
 *
 * <p>What that one takes as given holds here, too; besides, packets begin without a mark. Not safe
 * for use by several threads.
 */
public final class SymbolicTraversal {
  private final PacketSpace space;
  private final Diagrams diagrams;
  private final SymbolicInterpreter interpreter;

  /**
   * Creates one for packets of one family.
   *
   * @param family the family
   * @param tables the tables of that family
   * @param sets the address sets that rules name; others are not understood
   * @param network the host's addresses and routes
   */
  public SymbolicTraversal(
      Family family, Collection<Table> tables, Collection<NamedSet> sets, NetworkFacts network) {
    this.space = new PacketSpace(family, tables, sets, network, PacketSpace.defaultLimit());
    this.diagrams = space.diagrams();
    this.interpreter = new SymbolicInterpreter(space, tables, (_, _, _) -> {});
  }

  /** Returns the space of the packets that it takes. */
  public PacketSpace space() {
    return space;
  }

  /**
   * Takes packets through the host.
   *
   * @param packets packets as they come in, or as the host sends them when they have no incoming
   *     interface
   * @throws dev.fwctl.model.FwctlException with code LIMIT_EXCEEDED when the rules tell too many
   *     kinds of packets apart
   */
  public Journeys of(PacketSet packets) {
    Way way = new Way();
    int begun = way.hold(space.begin(packets.diagram()));
    int sent = way.hold(diagrams.and(begun, space.arriving(Optional.empty())));
    way.arrive(way.hold(diagrams.minus(begun, sent)));
    way.leave(sent);
    return way.journeys();
  }

  /**
   * Takes packets past one hook, as they are there.
   *
   * @param packets packets, also with all outgoing interfaces that they have there
   */
  public Journeys at(Hook hook, PacketSet packets) {
    Way way = new Way();
    int begun = way.hold(packets.diagram());
    way.end(Ending.SENT, View.BEGINNING, way.ask(hook, View.BEGINNING, begun));
    return way.journeys();
  }

  /** Where packets end, to put those together that end alike. */
  private record Place(Ending ending, Optional<Translation> translation, Optional<Cause> cause) {}

  /** Packets on their way; what they meet answers which of them go on. */
  private final class Way {
    private final Map<Place, Integer> ends = new LinkedHashMap<>();

    /** What is needed until the way is over. */
    private final IntList held = new IntList();

    int hold(int packets) {
      return held.add(packets);
    }

    Journeys journeys() {
      List<End> list = new ArrayList<>();
      ends.forEach(
          (place, packets) ->
              list.add(
                  new End(
                      place.ending(),
                      place.translation(),
                      place.cause(),
                      space.set(packets, held::stream))));
      return new Journeys(space, list);
    }

    private void end(Ending ending, View view, Optional<Cause> cause, int packets) {
      if (packets != FALSE) {
        Place place = new Place(ending, view.translation(), cause);
        ends.merge(place, space.began(packets), diagrams::or);
        hold(ends.getOrDefault(place, FALSE));
      }
    }

    void end(Ending ending, View view, int packets) {
      end(ending, view, Optional.empty(), packets);
    }

    private void end(View view, Undecided undecided) {
      end(
          Ending.UNDECIDED,
          view,
          Optional.of(new Cause.ByRule(undecided.by())),
          undecided.packets());
    }

    void arrive(int packets) {
      View view = View.BEGINNING;
      int tracked = ask("raw", "PREROUTING", view.beforeTracking(), packets);
      translate("PREROUTING", view, ask("mangle", "PREROUTING", view, tracked)).forEach(this::goOn);
    }

    private void goOn(View view, int packets) {
      int here =
          hold(diagrams.and(packets, space.boundFor(space.routing().ending(space.family()), view)));
      int onward = hold(diagrams.minus(packets, here));
      int delivered = ask("mangle", "INPUT", view, space.leavingBy(here, Optional.empty()));
      delivered = ask("filter", "INPUT", view, delivered);
      delivered = ask("security", "INPUT", view, delivered);
      end(Ending.DELIVERED, view, hide("INPUT", view, delivered));
      int forwarded = ask("mangle", "FORWARD", view, route(view, onward));
      forwarded = ask("filter", "FORWARD", view, forwarded);
      forwarded = ask("security", "FORWARD", view, forwarded);
      end(Ending.SENT, view, post(view, forwarded));
    }

    void leave(int packets) {
      View view = View.BEGINNING;
      int tracked = ask("raw", "OUTPUT", view.beforeTracking(), route(view, packets));
      translate("OUTPUT", view, ask("mangle", "OUTPUT", view, tracked))
          .forEach((translated, some) -> leave(view, translated, some));
    }

    private void leave(View before, View view, int packets) {
      int routed = view.equals(before) ? packets : route(view, packets);
      int filtered = ask("filter", "OUTPUT", view, routed);
      int sent = post(view, ask("security", "OUTPUT", view, filtered));
      int looped = hold(diagrams.and(sent, space.leaving("lo")));
      end(Ending.SENT, view, diagrams.minus(sent, looped));
      // Packets to the host itself come in again, their connection known and NAT done.
      View again = view.arrivingBy("lo");
      int back = ask("raw", "PREROUTING", again, space.leavingBy(looped, Optional.empty()));
      goOn(again, ask("mangle", "PREROUTING", again, back));
    }

    private int post(View view, int packets) {
      return hide("POSTROUTING", view, ask("mangle", "POSTROUTING", view, packets));
    }

    /** Sends packets where routes lead; what comes from the host for the host by loopback. */
    private int route(View view, int packets) {
      AddressSet local = space.routing().ending(space.family());
      int here = hold(diagrams.and(packets, space.boundFor(local, view)));
      int routed = hold(space.leavingBy(here, Optional.of("lo")));
      int rest = hold(diagrams.minus(packets, here));
      for (var towards : space.routing().towards(space.family()).entrySet()) {
        int some = hold(diagrams.and(rest, space.boundFor(towards.getValue(), view)));
        Set<String> names = towards.getKey();
        if (names.isEmpty()) {
          end(Ending.NO_ROUTE, view, some);
        } else if (names.size() > 1) {
          end(Ending.UNDECIDED, view, Optional.of(new Cause.ByRoutes(names)), some);
        } else {
          int leaving = space.leavingBy(some, names.stream().findFirst());
          routed = hold(diagrams.or(routed, leaving));
        }
      }
      return routed;
    }

    private int ask(String table, String chain, View view, int packets) {
      return ask(new Hook(table, chain), view, packets);
    }

    int ask(Hook hook, View view, int packets) {
      Passed passed = pass(hook, view, packets);
      passed.undecided.forEach(some -> end(view, some));
      int accepted = passed.accepted;
      // Where nobody asks for it, a translation changes nothing.
      for (int some : passed.translated.values()) {
        accepted = diagrams.or(accepted, some);
      }
      return hold(accepted);
    }

    /** Takes packets past a hook; those that are dropped or rejected end there. */
    private Passed pass(Hook hook, View view, int packets) {
      Passed passed = interpreter.at(hook, view, hold(packets), held);
      end(Ending.DROPPED, view, passed.dropped);
      end(Ending.REJECTED, view, passed.rejected);
      return passed;
    }

    /** Returns the packets by what became of where they are bound for. */
    private Map<View, Integer> translate(String chain, View view, int packets) {
      Map<View, Integer> translated = new LinkedHashMap<>();
      int opening = hold(diagrams.and(packets, space.openingConnection()));
      Passed passed = pass(new Hook("nat", chain), view, opening);
      passed.undecided.forEach(some -> end(view, some));
      int others = diagrams.minus(packets, opening);
      translated.put(view, hold(diagrams.or(passed.accepted, others)));
      passed.translated.forEach(
          (target, some) -> {
            switch (target) {
              case Target.DestinationNat nat ->
                  put(translated, view, new Translation(nat.address(), nat.port()), some);
              case Target.Redirect redirect -> redirect(translated, chain, view, redirect, some);
              default -> throw new IllegalStateException("translates nothing: " + target);
            }
          });
      return translated;
    }

    private void put(Map<View, Integer> translated, View view, Translation by, int packets) {
      int all = translated.merge(view.translated(by), packets, diagrams::or);
      hold(all);
    }

    private void redirect(
        Map<View, Integer> translated,
        String chain,
        View view,
        Target.Redirect redirect,
        int packets) {
      for (Optional<String> name : space.interfaces()) {
        int some = diagrams.and(packets, space.arriving(name));
        if (some == FALSE) {
          continue;
        }
        Optional<IpAddress> address =
            name.isPresent()
                ? space.routing().redirectionBehind(name.get(), space.family())
                : Optional.of(IpAddress.of(space.family() == Family.IPV4 ? "127.0.0.1" : "::1"));
        if (address.isEmpty()) {
          end(Ending.DROPPED, view, some);
        } else {
          put(translated, view, new Translation(address.get(), Optional.of(redirect.port())), some);
        }
      }
    }

    /** Asks for source NAT, after which packets go on, if the chain's policy lets them. */
    private int hide(String chain, View view, int packets) {
      int asked = hold(diagrams.and(packets, space.inNewConnection()));
      Passed passed = interpreter.at(new Hook("nat", chain), view, asked, held);
      end(Ending.DROPPED, view, passed.dropped);
      int on = diagrams.or(passed.accepted, diagrams.minus(packets, asked));
      on = diagrams.or(on, passed.rejected);
      for (Undecided undecided : passed.undecided) {
        on = diagrams.or(on, undecided.packets());
      }
      for (int some : passed.translated.values()) {
        on = diagrams.or(on, some);
      }
      return hold(on);
    }
  }
}
