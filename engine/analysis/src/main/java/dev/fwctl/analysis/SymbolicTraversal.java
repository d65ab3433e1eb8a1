package dev.fwctl.analysis;

import static dev.fwctl.analysis.diagram.Diagrams.FALSE;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys.Cause;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.analysis.SymbolicInterpreter.Passed;
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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Takes sets of packets through a whole host, exactly the way that {@link Traversal} takes one.
 *
 * <p>What that one takes as given holds here, too; besides, packets begin without a mark. Not safe
 * for use by several threads.
 */
public final class SymbolicTraversal {
  /** Enough for the largest rulesets known, several times over; 320 MB. */
  private static final int NODES = 16_000_000;

  private final PacketSpace space;
  private final Diagrams diagrams;
  private final SymbolicInterpreter interpreter;

  /** For what addresses packets that came in end in the host. */
  private final AddressSet ending;

  /** For what addresses packets of the host itself go by loopback. */
  private final AddressSet local;

  private final Map<Set<String>, AddressSet> towards;

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
    this(family, tables, sets, network, NODES);
  }

  /** Creates one that may take so many nodes of decision diagrams. */
  SymbolicTraversal(
      Family family,
      Collection<Table> tables,
      Collection<NamedSet> sets,
      NetworkFacts network,
      int nodes) {
    this.space = new PacketSpace(family, tables, sets, network, nodes);
    this.diagrams = space.diagrams();
    this.interpreter = new SymbolicInterpreter(space, tables);
    this.ending = space.routing().ending(family);
    this.local = space.routing().local(family);
    this.towards = space.routing().towards(family);
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
   * Takes packets past one hook, and nothing else.
   *
   * @param packets packets as they are there
   * @return the packets that meet each verdict, as they then are
   * @throws dev.fwctl.model.FwctlException with code LIMIT_EXCEEDED when the rules tell too many
   *     kinds of packets apart
   */
  public Map<Verdict, PacketSet> at(Hook hook, PacketSet packets) {
    Passed passed = interpreter.at(hook, View.BEGINNING, packets.diagram(), new IntList());
    Map<Verdict, PacketSet> verdicts = new EnumMap<>(Verdict.class);
    for (Verdict verdict : Verdict.values()) {
      int met =
          switch (verdict) {
            case ACCEPTED ->
                all(IntStream.concat(IntStream.of(passed.accepted), passed.translations()));
            case DROPPED -> passed.dropped;
            case REJECTED -> passed.rejected;
            case UNDECIDED -> all(passed.undecided());
          };
      verdicts.put(verdict, space.set(met, passed::all));
    }
    return verdicts;
  }

  /**
   * Finds the rules that apply to no packet of some, in the order in which they stand.
   *
   * <p>A rule whose match is not understood counts as one that may apply.
   *
   * @param packets as for {@link #of}
   * @throws dev.fwctl.model.FwctlException as {@link #of} does
   */
  public List<IdleRule> idleRules(PacketSet packets) {
    Map<Standing, IdleRule.Reason> reasons = new HashMap<>();
    Set<Standing> busy = new HashSet<>();
    interpreter.watch(
        (step, entering, view, matching) -> {
          Standing standing = Standing.of(step);
          if (matching != FALSE) {
            busy.add(standing);
          } else if (entering != FALSE && !busy.contains(standing)) {
            boolean wanted = diagrams.and(entering, interpreter.wanted(step.rule(), view)) != FALSE;
            reasons.merge(
                standing,
                wanted ? IdleRule.Reason.SHADOWED : IdleRule.Reason.IMPOSSIBLE,
                (one, other) -> one.compareTo(other) <= 0 ? one : other);
          }
        });
    try {
      of(packets);
    } finally {
      interpreter.watch(SymbolicInterpreter.Watcher.NOBODY);
    }
    List<IdleRule> idle = new ArrayList<>();
    for (Step step : interpreter.steps()) {
      Standing standing = Standing.of(step);
      if (!busy.contains(standing)) {
        idle.add(new IdleRule(step, reasons.getOrDefault(standing, IdleRule.Reason.UNREACHED)));
      }
    }
    return idle;
  }

  /** Where a rule stands; as a key it is faster than the rule itself. */
  private record Standing(String table, String chain, int position) {
    static Standing of(Step step) {
      return new Standing(step.table(), step.chain(), step.position());
    }
  }

  private int all(IntStream packets) {
    return packets.reduce(FALSE, diagrams::or);
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

    private void end(Ending ending, View view, int packets) {
      end(ending, view, Optional.empty(), packets);
    }

    void arrive(int packets) {
      View view = View.BEGINNING;
      int tracked = ask("raw", "PREROUTING", view.beforeTracking(), packets);
      translate("PREROUTING", view, ask("mangle", "PREROUTING", view, tracked)).forEach(this::goOn);
    }

    private void goOn(View view, int packets) {
      int here = hold(diagrams.and(packets, space.boundFor(ending, view)));
      int onward = hold(diagrams.minus(packets, here));
      int delivered = ask("mangle", "INPUT", view, space.leavingBy(here, Optional.empty()));
      delivered = ask("filter", "INPUT", view, delivered);
      delivered = ask("security", "INPUT", view, delivered);
      // What has come by loopback was asked on its way out.
      boolean asked = view.in().isPresent();
      end(Ending.DELIVERED, view, asked ? delivered : hide("INPUT", view, delivered));
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
      boolean unchanged = view.equals(before);
      if (!unchanged && route(view, packets) == FALSE) {
        return;
      }
      // Until the hook is over rules see the interface that was found at first; where translated
      // packets are bound for is one address, so all of them have a route.
      int filtered = ask("security", "OUTPUT", view, ask("filter", "OUTPUT", view, packets));
      int sent = post(view, unchanged ? filtered : route(view, filtered));
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
      int here = hold(diagrams.and(packets, space.boundFor(local, view)));
      int routed = hold(space.leavingBy(here, Optional.of("lo")));
      int rest = hold(diagrams.minus(packets, here));
      for (var leading : towards.entrySet()) {
        int some = hold(diagrams.and(rest, space.boundFor(leading.getValue(), view)));
        Set<String> names = leading.getKey();
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
      return hold(pass(new Hook(table, chain), view, packets).accepted);
    }

    /** Takes packets past a hook; those that are dropped or rejected end there. */
    private Passed pass(Hook hook, View view, int packets) {
      Passed passed = interpreter.at(hook, view, hold(packets), held);
      end(Ending.DROPPED, view, passed.dropped);
      end(Ending.REJECTED, view, passed.rejected);
      passed.undecided.forEach(
          undecided ->
              end(
                  Ending.UNDECIDED,
                  view,
                  Optional.of(new Cause.ByRule(undecided.by())),
                  undecided.packets()));
      return passed;
    }

    /** Returns the packets by what became of where they are bound for. */
    private Map<View, Integer> translate(String chain, View view, int packets) {
      Map<View, Integer> translated = new LinkedHashMap<>();
      int opening = hold(diagrams.and(packets, space.openingConnection()));
      Passed passed = pass(new Hook("nat", chain), view, opening);
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
      IntStream decided =
          IntStream.of(passed.accepted, passed.rejected, diagrams.minus(packets, asked));
      IntStream others = IntStream.concat(passed.translations(), passed.undecided());
      return hold(all(IntStream.concat(decided, others)));
    }
  }
}
