package dev.fwctl.analysis;

import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Outcome;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Interpreter.Verdict;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes one packet through a whole host: the tables in the kernel's order, destination NAT, routes.
 *
 * <p>Destination NAT is for the packet that opens a connection; those that follow are given as they
 * are behind it. That the host forwards at all (net.ipv4.ip_forward), and whether it takes a packet
 * from where it says that it comes from (rp_filter), is taken as given. The copy that the host gets
 * of what it sends to a group is not followed. Source of the order: the kernel's priorities in
 * netfilter_ipv4.h.
 */
public final class Traversal {
  /** More than a person reads. */
  private static final int MOST_POSSIBILITIES = 16;

  private final Interpreter interpreter;
  private final Routing routing;

  /**
   * Creates one for packets of one family.
   *
   * @param tables the tables of that family
   * @param sets the address sets that rules name; others are not understood
   * @param network the host's addresses and routes
   */
  public Traversal(Collection<Table> tables, Collection<NamedSet> sets, NetworkFacts network) {
    this.interpreter = new Interpreter(tables, sets);
    this.routing = new Routing(network);
  }

  /**
   * Takes a packet through the host.
   *
   * @param packet the packet as it comes in, or as the host sends it when it has no incoming
   *     interface; where it goes out and what its destination is to the host are found out here
   */
  public Journey of(Packet packet) {
    return of(packet, new Suppositions(List.of()));
  }

  /**
   * Takes a packet through the host by every way that it may go, as far as rules are understood.
   *
   * <p>A way that hangs on something else, such as a target that is not understood, ends there; so
   * do ways that are left when there are many.
   *
   * @return at least one, the way on which the first rule applies before that on which it does not
   */
  public List<Possibility> possibilities(Packet packet) {
    List<Possibility> found = new ArrayList<>();
    Deque<List<Boolean>> open = new ArrayDeque<>(List.of(List.of()));
    while (!open.isEmpty()) {
      List<Boolean> answers = open.pop();
      Suppositions suppositions = new Suppositions(answers);
      Journey journey = of(packet, suppositions);
      if (suppositions.isOpen() && found.size() + open.size() + 2 <= MOST_POSSIBILITIES) {
        open.push(with(answers, false));
        open.push(with(answers, true));
      } else {
        found.add(new Possibility(suppositions.made(), journey));
      }
    }
    return List.copyOf(found);
  }

  private static List<Boolean> with(List<Boolean> answers, boolean one) {
    List<Boolean> more = new ArrayList<>(answers);
    more.add(one);
    return more;
  }

  private Journey of(Packet packet, Suppositions suppositions) {
    Way way = new Way(packet, suppositions);
    boolean arrived =
        packet.in().isPresent()
            ? way.arrive()
            : way.leave() && (!way.leadsBack() || way.comeBack());
    return way.end(arrived);
  }

  /** One packet on its way; what it meets answers whether it goes on. */
  private final class Way {
    private final List<Journey.Stage> stages = new ArrayList<>();
    private final Suppositions suppositions;
    private Packet packet;
    private Optional<Ending> ending = Optional.empty();
    private boolean isLoopedBack;

    Way(Packet start, Suppositions suppositions) {
      this.suppositions = suppositions;
      this.packet =
          start.boundFor(start.destination(), Optional.empty(), routing.types(start.destination()));
    }

    Journey end(boolean arrived) {
      if (arrived == ending.isEmpty()) {
        return new Journey(
            stages,
            ending.orElse(packet.out().isPresent() ? Ending.SENT : Ending.DELIVERED),
            packet);
      }
      throw new IllegalStateException("a way that neither ended nor arrived");
    }

    boolean arrive() {
      return track("PREROUTING")
          && ask("mangle", "PREROUTING")
          && translate("PREROUTING")
          && goOn();
    }

    private boolean goOn() {
      if (routing.endsHere(packet.destination())) {
        stages.add(new Journey.Routed(true, Set.of()));
        packet = packet.leavingBy(Optional.empty());
        return ask("mangle", "INPUT")
            && ask("filter", "INPUT")
            && ask("security", "INPUT")
            && (isLoopedBack || hide("INPUT"));
      }
      return route()
          && ask("mangle", "FORWARD")
          && ask("filter", "FORWARD")
          && ask("security", "FORWARD")
          && ask("mangle", "POSTROUTING")
          && hide("POSTROUTING");
    }

    boolean leave() {
      if (!route() || !track("OUTPUT") || !ask("mangle", "OUTPUT")) {
        return false;
      }
      Packet before = packet;
      if (!translate("OUTPUT") || !packet.destination().equals(before.destination()) && !route()) {
        return false;
      }
      // Until the hook is over rules see the interface that was found at first.
      Optional<String> out = packet.out();
      packet = packet.leavingBy(before.out());
      if (!ask("filter", "OUTPUT") || !ask("security", "OUTPUT")) {
        return false;
      }
      packet = packet.leavingBy(out);
      return ask("mangle", "POSTROUTING") && hide("POSTROUTING");
    }

    boolean leadsBack() {
      return packet.out().equals(Optional.of("lo"));
    }

    /** A packet to the host itself comes in again, its connection known and NAT done. */
    boolean comeBack() {
      isLoopedBack = true;
      packet = packet.arrivingBy("lo");
      return ask("raw", "PREROUTING") && ask("mangle", "PREROUTING") && goOn();
    }

    /** Asks the raw table, which sees no connection yet, and then looks the connection up. */
    private boolean track(String chain) {
      Packet.Tracking found = packet.tracking();
      packet = packet.withTracking(found.in(State.INVALID));
      boolean passed = ask("raw", chain);
      if (packet.tracking().state() != State.UNTRACKED) {
        packet = packet.withTracking(found);
      }
      return passed;
    }

    private boolean route() {
      if (routing.isLocal(packet.destination())) {
        // Only what the host sends itself gets here.
        packet = packet.leavingBy(Optional.of("lo"));
        stages.add(new Journey.Routed(false, Set.of("lo")));
        return true;
      }
      Set<String> interfaces = routing.interfacesTowards(packet.destination());
      stages.add(new Journey.Routed(false, interfaces));
      packet = packet.leavingBy(interfaces.stream().findFirst());
      if (interfaces.size() != 1) {
        ending = Optional.of(interfaces.isEmpty() ? Ending.NO_ROUTE : Ending.UNDECIDED);
      }
      return interfaces.size() == 1;
    }

    private Outcome walk(Hook hook, Suppositions supposed) {
      Outcome outcome = interpreter.walk(packet, List.of(hook), supposed);
      packet = outcome.packet();
      if (!outcome.trace().isEmpty() || outcome.verdict() != Verdict.ACCEPTED) {
        stages.add(new Journey.Asked(hook, outcome.trace(), outcome.verdict(), outcome.byPolicy()));
      }
      return outcome;
    }

    private boolean ask(String table, String chain) {
      Outcome outcome = walk(new Hook(table, chain), suppositions);
      ending =
          switch (outcome.verdict()) {
            case ACCEPTED -> Optional.empty();
            case DROPPED -> Optional.of(Ending.DROPPED);
            case REJECTED -> Optional.of(Ending.REJECTED);
            case UNDECIDED -> Optional.of(Ending.UNDECIDED);
          };
      return ending.isEmpty();
    }

    private boolean opensConnection() {
      return packet.tracking().state() == State.NEW && !packet.tracking().destinationTranslated();
    }

    private boolean translate(String chain) {
      if (!opensConnection()) {
        return true;
      }
      if (!ask("nat", chain)) {
        return false;
      }
      Optional<Step> last = lastStepOf("nat");
      Target target = last.flatMap(step -> step.rule().target()).orElse(new Target.Accept());
      return switch (target) {
        case Target.DestinationNat nat -> translate(last.get(), nat.address(), nat.port());
        case Target.Redirect redirect -> {
          Optional<IpAddress> address = redirection();
          if (address.isEmpty()) {
            // The kernel drops what it can't redirect to any address.
            ending = Optional.of(Ending.DROPPED);
            yield false;
          }
          yield translate(last.get(), address.get(), Optional.of(redirect.port()));
        }
        default -> true;
      };
    }

    private Optional<Step> lastStepOf(String table) {
      return !stages.isEmpty()
              && stages.getLast() instanceof Journey.Asked asked
              && asked.hook().table().equals(table)
              && !asked.byPolicy()
          ? Optional.of(asked.steps().getLast())
          : Optional.empty();
    }

    private Optional<IpAddress> redirection() {
      return packet
          .in()
          .map(in -> routing.redirectionBehind(in, packet.family()))
          .orElse(Optional.of(IpAddress.of(packet.family() == Family.IPV4 ? "127.0.0.1" : "::1")));
    }

    private boolean translate(Step by, IpAddress address, Optional<Integer> port) {
      stages.add(new Journey.Translated(by, address, port));
      packet =
          packet
              .boundFor(address, port, routing.types(address))
              .withTracking(packet.tracking().translated());
      return true;
    }

    /**
     * Asks for source NAT, which comes last: whatever becomes of the source, the packet goes on, if
     * the chain's policy lets it.
     */
    private boolean hide(String chain) {
      if (packet.tracking().state() != State.NEW) {
        return true;
      }
      Hook hook = new Hook("nat", chain);
      boolean decides = interpreter.drops(hook);
      Outcome outcome = walk(hook, decides ? suppositions : new Suppositions(List.of()));
      if (outcome.verdict() == Verdict.DROPPED) {
        ending = Optional.of(Ending.DROPPED);
      } else if (outcome.verdict() == Verdict.UNDECIDED && decides && suppositions.isOpen()) {
        ending = Optional.of(Ending.UNDECIDED);
      }
      return ending.isEmpty();
    }
  }
}
