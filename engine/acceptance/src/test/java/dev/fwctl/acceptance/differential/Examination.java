package dev.fwctl.acceptance.differential;

import dev.fwctl.acceptance.differential.Wire.Answer;
import dev.fwctl.acceptance.differential.Wire.Sight;
import dev.fwctl.analysis.Interpreter.Hook;
import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Journey;
import dev.fwctl.analysis.Journey.Ending;
import dev.fwctl.analysis.Journeys.End;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.PacketSet;
import dev.fwctl.analysis.Possibility;
import dev.fwctl.analysis.SymbolicTraversal;
import dev.fwctl.analysis.Translation;
import dev.fwctl.analysis.Traversal;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds the three answers of one trial against each other. */
final class Examination {
  private final Site site;
  private final NetworkFacts network;
  private final Trial trial;
  private final List<Disagreement> disagreements = new ArrayList<>();
  private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);

  /** How often each rule applies, by {@link Site#place}. */
  private final Map<String, Long> counts = new HashMap<>();

  /**
   * Answers that differ.
   *
   * @param shot the packet; nothing where it is only known of all together
   * @param words the answers
   */
  record Disagreement(Optional<Shot> shot, String words) {}

  Examination(Site site, NetworkFacts network, Trial trial) {
    this.site = site;
    this.network = network;
    this.trial = trial;
  }

  List<Disagreement> disagreements() {
    return List.copyOf(disagreements);
  }

  /** Returns how many packets ended in each manner. */
  Map<Ending, Integer> endings() {
    return Map.copyOf(endings);
  }

  Examination run() {
    List<Shot> connected = trial.shots().stream().filter(it -> !it.before().isEmpty()).toList();
    List<Shot> others = trial.shots().stream().filter(it -> it.before().isEmpty()).toList();
    site.wire().ask(List.of(Wire.forgetting()));
    for (Shot shot : connected) {
      site.wire().ask(shot.before().stream().map(it -> Wire.arriving("eth0", it)).toList());
    }
    Answers answers = new Answers(site.load(trial.family(), trial.tables()));
    connected.forEach(shot -> compare(answers, shot, send(shot)));
    site.wire().ask(List.of(Wire.forgetting()));
    for (Shot shot : others) {
      compare(answers, shot, send(shot));
      if (shot.packet().in().isEmpty()) {
        // What the host sent to itself is in a connection by now.
        site.wire().ask(List.of(Wire.forgetting()));
      }
    }
    compareCounts(site.unload(trial.family()));
    return this;
  }

  private Answer send(Shot shot) {
    String command =
        shot.packet().in().isPresent()
            ? Wire.arriving(port(shot.packet().in().get()), shot.datagram())
            : Wire.sending(shot.datagram());
    return site.wire().ask(List.of(command)).getFirst();
  }

  private static String port(String device) {
    return Topology.DEVICES.stream()
        .filter(name -> name.endsWith("=" + device))
        .map(name -> name.substring(0, name.indexOf('=')))
        .findFirst()
        .orElse(device);
  }

  /** What the analysis says. */
  private final class Answers {
    private final Traversal concrete;
    private final Map<End, PacketSet> possible = new LinkedHashMap<>();

    Answers(List<Table> tables) {
      List<NamedSet> sets = Topology.sets(trial.family());
      concrete = new Traversal(tables, sets, network);
      SymbolicTraversal symbolic = new SymbolicTraversal(trial.family(), tables, sets, network);
      for (End end : symbolic.of(symbolic.space().any()).ends()) {
        possible.put(end, end.packets().possible());
      }
    }
  }

  private void compare(Answers answers, Shot shot, Answer answer) {
    List<Sight> sights = answer.sights();
    Packet packet = shot.packet();
    List<Journey> ways =
        answers.concrete.possibilities(packet).stream().map(Possibility::journey).toList();
    List<Journey> fitting = ways.stream().filter(way -> fits(way, shot, sights)).toList();
    List<End> ends =
        answers.possible.entrySet().stream()
            .filter(entry -> entry.getValue().contains(packet))
            .map(Map.Entry::getKey)
            .toList();
    boolean symbolicFits =
        ways.size() > 1
            ? fitting.stream().anyMatch(way -> ends.stream().anyMatch(end -> isOf(way, end)))
            : ends.size() == 1 && isOf(ways.getFirst(), ends.getFirst());
    if (fitting.isEmpty() || !symbolicFits) {
      StringBuilder words = new StringBuilder();
      words.append("kernel      ").append(told(answer)).append('\n');
      for (Journey way : ways) {
        words.append("concrete    ").append(way.ending()).append(' ').append(way.packet());
        words.append("\n            ").append(way.stages()).append('\n');
      }
      for (End end : ends) {
        words.append("symbolic    ").append(end.ending()).append(' ').append(end.translation());
        words.append('\n');
      }
      disagreements.add(new Disagreement(Optional.of(shot), words.toString()));
    }
    endings.merge(ways.getFirst().ending(), 1, Integer::sum);
    count(ways.getFirst());
  }

  private void count(Journey way) {
    for (Journey.Stage stage : way.stages()) {
      if (stage instanceof Journey.Asked asked) {
        // Both copies leave; NAT is done once.
        long times =
            hasCopy(way.packet()) && asked.hook().equals(new Hook("mangle", "POSTROUTING")) ? 2 : 1;
        for (Step step : asked.steps()) {
          String place = Site.place(step.table(), step.chain(), step.position());
          counts.merge(place, times, Long::sum);
        }
      }
    }
  }

  private static String told(Answer answer) {
    return answer.sights().isEmpty()
        ? "nothing" + (answer.error() == 0 ? "" : ", error " + answer.error())
        : String.join(
            ", ",
            answer.sights().stream()
                .map(
                    sight ->
                        "%s in %s out %s mark %d to %s port %d%s"
                            .formatted(
                                sight.where(),
                                sight.in().orElse("-"),
                                sight.out().orElse("-"),
                                sight.mark(),
                                sight.datagram().destination(),
                                sight.datagram().destinationPort(),
                                sight.datagram().isRejection() ? " rejecting" : ""))
                .toList());
  }

  private static boolean isOf(Journey way, End end) {
    return end.ending() == way.ending()
        && (way.ending() == Ending.UNDECIDED || end.translation().equals(translation(way)));
  }

  private static Optional<Translation> translation(Journey way) {
    return way.stages().stream()
        .filter(Journey.Translated.class::isInstance)
        .map(Journey.Translated.class::cast)
        .map(stage -> new Translation(stage.address(), stage.port()))
        .findFirst();
  }

  /** Tells whether a way may be the one on which the kernel was seen to take a packet. */
  private static boolean fits(Journey way, Shot shot, List<Sight> sights) {
    List<Sight> passed =
        sights.stream()
            .filter(sight -> !sight.where().equals("answered"))
            .filter(sight -> sight.datagram().number() == shot.datagram().number())
            .toList();
    List<Datagram> answers =
        sights.stream()
            .filter(sight -> sight.where().equals("answered"))
            .map(Sight::datagram)
            .filter(datagram -> datagram.isRejection() || datagram.isWithoutRoute())
            .toList();
    return switch (way.ending()) {
      case SENT -> areAs(way.packet(), passed, "sent");
      case DELIVERED -> areAs(way.packet(), passed, "delivered");
      // Not all packets are answered; which rule it was, the rules' counters tell.
      case REJECTED -> passed.isEmpty() && answers.stream().allMatch(Datagram::isRejection);
      case NO_ROUTE -> passed.isEmpty() && answers.stream().allMatch(Datagram::isWithoutRoute);
      case DROPPED -> passed.isEmpty() && answers.isEmpty();
      // Of two routes to the same place.
      case UNDECIDED -> true;
    };
  }

  /** Of what it sends to all in a network the host makes a copy for itself. */
  private static boolean hasCopy(Packet packet) {
    return packet.in().isEmpty()
        && packet.destinationTypes().contains("BROADCAST")
        && !packet.out().equals(Optional.of("lo"));
  }

  private static boolean areAs(Packet packet, List<Sight> sights, String where) {
    return sights.size() == (hasCopy(packet) ? 2 : 1)
        && sights.stream().allMatch(sight -> isAs(packet, sight, where));
  }

  private static boolean isAs(Packet packet, Sight sight, String where) {
    int port = packet.payload() instanceof Packet.Payload.Ports ports ? ports.destination() : 0;
    return sight.where().equals(where)
        && sight.in().equals(packet.in())
        && sight.out().equals(packet.out())
        && sight.mark() == packet.mark()
        && sight.datagram().destination().equals(packet.destination())
        && sight.datagram().destinationPort() == port;
  }

  private void compareCounts(Map<String, Long> counted) {
    if (!trial.isUnderstood() || endings.containsKey(Ending.UNDECIDED)) {
      return;
    }
    counted.forEach(
        (place, count) -> {
          long expected = counts.getOrDefault(place, 0L);
          if (expected != count) {
            disagreements.add(
                new Disagreement(
                    Optional.empty(),
                    "%s applied to %d packets, the analysis says %d%n"
                        .formatted(place, count, expected)));
          }
        });
  }
}
