package dev.fwctl.analysis;

import static dev.fwctl.analysis.diagram.Diagrams.FALSE;
import static dev.fwctl.analysis.diagram.Diagrams.TRUE;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.analysis.diagram.Boundaries;
import dev.fwctl.analysis.diagram.Diagrams;
import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All packets that the rules of a host may tell apart, in one family.
 *
 * <p>Sets of them are {@link PacketSet}s. A packet is described as it begins its way; only mark,
 * outgoing interface and whether a rule keeps it from being tracked are as they are now. Not safe
 * for use by several threads.
 *
 * <p>The order of the variables is the one that was measured to be best: state, protocol and
 * interfaces, then addresses, then ports. What rules ask that is not understood comes last: there
 * are few such questions for any one packet, but many over all packets.
 */
public final class PacketSpace {
  /** Matches that hold for a packet or do not, wherever on its way they are asked. */
  private static final Set<String> LASTING = Set.of("mac", "length", "pkttype", "tos", "dscp");

  /** Matches that do so until the packet's destination is translated. */
  private static final Set<String> LASTING_UNTIL_TRANSLATED =
      Set.of("iprange", "addrtype", "tcp", "udp", "sctp", "icmp", "icmp6", "multiport");

  private static final List<State> TRACKED = List.of(State.NEW, State.ESTABLISHED, State.RELATED);

  private final Family family;
  private final Vocabulary vocabulary;
  private final Routing routing;
  private final Map<String, AddressSet> sets = new HashMap<>();
  private final Diagrams diagrams;

  private int variableCount;
  private final Field state = field(State.values().length);

  /** Whether a rule kept it from being tracked; not part of what it begins with. */
  private final int untracked = variableCount++;

  private final int reply = variableCount++;
  private final int sourceTranslated = variableCount++;
  private final int destinationTranslated = variableCount++;
  private final Field protocol;
  private final Field in;
  private final Field out;
  private final Map<Integer, Integer> mark = new HashMap<>();
  private final Field source;
  private final Field destination;

  /** Type and code together. */
  private final Field icmpKind;

  private final Field icmpType;
  private final Field icmpCode;
  private final Field destinationPort;
  private final Field sourcePort;
  private final int[] tcpFlags;
  private final Field originalDestination;
  private final Field originalPort;
  private final int firstUnknown;

  /** The rules that ask each question that is not understood. */
  private final List<Set<Step>> unknowns = new ArrayList<>();

  private final Map<Question, Integer> unknownVariables = new HashMap<>();
  private final Map<Question, Integer> known = new HashMap<>();
  private final GivenSets given = new GivenSets();
  private final BitSet passing = new BitSet();
  private final BitSet beginning = new BitSet();

  /** The packets that there can be: codes that stand for nothing are left out. */
  private final int domain;

  private final PacketSet any;
  private final PacketSet none;
  private final int opening;
  private final int withPorts;
  private final int tracked;

  /**
   * A match in front of packets.
   *
   * @param match the match
   * @param withState whether the rule also asks for the connection's state
   * @param view what packets look like
   */
  private record Question(Match match, boolean withState, View view) {}

  PacketSpace(
      Family family,
      Collection<Table> tables,
      Collection<NamedSet> sets,
      NetworkFacts network,
      int limit) {
    this.family = family;
    this.diagrams = new Diagrams(limit);
    this.routing = new Routing(network);
    this.vocabulary = Vocabulary.of(family, tables, network);
    sets.forEach(set -> this.sets.put(set.name(), set.members()));
    protocol = field(vocabulary.protocols().size());
    in = field(vocabulary.interfaces().size());
    out = field(vocabulary.interfaces().size());
    vocabulary.markBits().forEach(bit -> mark.put(bit, variableCount++));
    source = fieldOfBits(family.bits());
    destination = fieldOfBits(family.bits());
    icmpKind = fieldOfBits(16);
    icmpType = new Field(icmpKind.first(), 8);
    icmpCode = new Field(icmpKind.first() + 8, 8);
    destinationPort = fieldOfBits(16);
    sourcePort = fieldOfBits(16);
    tcpFlags = fieldOfBits(TcpFlag.values().length).variables();
    originalDestination = fieldOfBits(family.bits());
    originalPort = fieldOfBits(16);
    firstUnknown = variableCount;
    passing.set(untracked);
    passing.or(out.asSet());
    mark.values().forEach(passing::set);
    domain = domain();
    any = new PacketSet(this, domain);
    none = new PacketSet(this, FALSE);
    opening =
        diagrams.minus(
            among(state, value -> value == State.NEW.ordinal()),
            diagrams.variable(destinationTranslated));
    withPorts =
        among(protocol, code -> Vocabulary.WITH_PORTS.contains(vocabulary.protocols().get(code)));
    tracked =
        diagrams.minus(
            among(state, code -> TRACKED.contains(State.values()[code])),
            diagrams.variable(untracked));
  }

  /** Returns a field for numbers below a limit. */
  private Field field(int values) {
    int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(values - 1));
    variableCount += bits;
    return new Field(variableCount - bits, bits, values);
  }

  private Field fieldOfBits(int bits) {
    variableCount += bits;
    return new Field(variableCount - bits, bits);
  }

  private int domain() {
    return Stream.of(state, protocol, in, out)
        .mapToInt(field -> among(field, value -> true))
        .reduce(TRUE, diagrams::and);
  }

  public Family family() {
    return family;
  }

  /** Returns how many nodes of decision diagrams were held at most, of 20 bytes each. */
  public int largestSize() {
    return diagrams.largestSize();
  }

  Diagrams diagrams() {
    return diagrams;
  }

  Routing routing() {
    return routing;
  }

  // Sets to ask about.

  /** Returns the set of all packets. */
  public PacketSet any() {
    return any;
  }

  public PacketSet none() {
    return none;
  }

  /** Returns the packets that open a connection which nobody has translated. */
  public PacketSet opening() {
    return set(
        diagrams.minus(
            diagrams.minus(openingConnection(), diagrams.variable(reply)),
            diagrams.variable(sourceTranslated)));
  }

  /**
   * Returns the packets by which somebody opens a connection: of those of {@link #opening} that
   * have ports all but what TCP has only later.
   */
  public PacketSet attempts() {
    BitSet examined = new BitSet();
    for (TcpFlag flag : List.of(TcpFlag.SYN, TcpFlag.ACK, TcpFlag.FIN, TcpFlag.RST)) {
      examined.set(tcpFlags[flag.ordinal()]);
    }
    int syn = diagrams.cube(examined, one(tcpFlags[TcpFlag.SYN.ordinal()]));
    int attempts = diagrams.minus(withPorts, diagrams.minus(tcp(), syn));
    return set(diagrams.and(opening().diagram(), attempts));
  }

  /**
   * Returns the packets of a connection that is there and that nobody has translated.
   *
   * @param replies whether those that go against the direction in which it was opened
   */
  public PacketSet established(boolean replies) {
    int there = among(state, code -> code == State.ESTABLISHED.ordinal());
    int against = diagrams.variable(reply);
    int plain = diagrams.minus(there, diagrams.variable(destinationTranslated));
    return set(
        diagrams.and(
            diagrams.minus(plain, diagrams.variable(sourceTranslated)), negate(against, !replies)));
  }

  /** Returns the packets in some state of connection tracking. */
  public PacketSet in(Set<State> states) {
    return set(among(state, code -> states.contains(State.values()[code])));
  }

  /** Returns the packets that come in by an interface; those of the host itself by none. */
  public PacketSet arrivingBy(Optional<String> name) {
    return set(arriving(name));
  }

  /** Returns the packets that come in by one of some interfaces. */
  public PacketSet arrivingByAny(Collection<String> names) {
    return names.stream().map(Optional::of).map(this::arrivingBy).reduce(none(), PacketSet::or);
  }

  /** Returns the packets that say they come from one of some addresses. */
  public PacketSet from(AddressSet addresses) {
    return set(addresses(source, addresses));
  }

  /** Returns the packets that begin bound for one of some addresses. */
  public PacketSet to(AddressSet addresses) {
    return set(addresses(destination, addresses));
  }

  /** Returns the packets of a protocol, by its name in the netfilter model. */
  public PacketSet ofProtocol(String name) {
    int code = vocabulary.protocolOf(name);
    return set(among(protocol, value -> value == code));
  }

  /** Returns the packets of all protocols that nobody names. */
  PacketSet ofUnnamedProtocols() {
    int last = vocabulary.protocols().size() - 1;
    return set(among(protocol, value -> value == last));
  }

  /** Tells whether packets of a protocol, by that name, are told from those of any other. */
  public boolean tellsApart(String protocolName) {
    return vocabulary.protocols().contains(protocolName);
  }

  /** Returns the packets that have ports and begin bound for one of some. */
  public PacketSet toPorts(PortRange ports) {
    return set(diagrams.and(withPorts, ports(destinationPort, List.of(ports))));
  }

  /** Returns the packets that have ports and come from one of some. */
  public PacketSet fromPorts(PortRange ports) {
    return set(diagrams.and(withPorts, ports(sourcePort, List.of(ports))));
  }

  /** Returns the segments of TCP that have these flags, and none of the others. */
  public PacketSet withFlags(Set<TcpFlag> set) {
    return set(
        diagrams.and(
            tcp(),
            flags(
                new Match.TcpFlags(
                    false, new TreeSet<>(EnumSet.allOf(TcpFlag.class)), new TreeSet<>(set)))));
  }

  /** Returns the messages of ICMP, or of ICMPv6 in that family, of a type, 0 to 255. */
  public PacketSet ofIcmpType(int type) {
    return set(diagrams.and(icmp(), among(icmpType, value -> value == type)));
  }

  /** Gives out those of some packets that there can be. */
  PacketSet set(int diagram) {
    return set(diagram, IntStream::empty);
  }

  /**
   * Gives out those of some packets that there can be.
   *
   * @param running what else is being worked with
   */
  PacketSet set(int diagram, Supplier<IntStream> running) {
    return part(diagrams.and(diagram, domain), running);
  }

  /** Gives out packets that are all in a set that was given out. */
  PacketSet part(int diagram) {
    return part(diagram, IntStream::empty);
  }

  private PacketSet part(int diagram, Supplier<IntStream> running) {
    if (diagrams.isCrowded()) {
      tidy(() -> IntStream.concat(IntStream.of(diagram), running.get()));
    }
    return given.add(new PacketSet(this, diagram));
  }

  /**
   * Gives nodes back that are no longer needed.
   *
   * @param running what is being worked with, beside the sets that were given out
   */
  void tidy(Supplier<IntStream> running) {
    IntStream own = IntStream.of(domain, opening, withPorts, tracked);
    IntStream matches = known.values().stream().mapToInt(Integer::intValue);
    diagrams.keepOnly(
        Stream.of(given.diagrams(), own, matches, running.get())
            .reduce(IntStream.empty(), IntStream::concat));
  }

  // What changes on the way.

  /** Returns packets as they begin: without a mark, on no way out, left to be tracked. */
  int begin(int packets) {
    return diagrams.assign(packets, passing, beginning);
  }

  /** Returns packets as they began, whatever happened to them. */
  int began(int packets) {
    return diagrams.exists(packets, passing);
  }

  /** Returns those that a packet of a set may be like, whatever the answers to what is unknown. */
  int possible(int packets) {
    return unknowns.isEmpty() ? packets : diagrams.exists(packets, unknownBits());
  }

  /** Returns the packets that are in a set, whatever the answers to what is unknown. */
  int certain(int packets) {
    return unknowns.isEmpty() ? packets : diagrams.forAll(packets, unknownBits());
  }

  private BitSet unknownBits() {
    BitSet bits = new BitSet();
    bits.set(firstUnknown, firstUnknown + unknowns.size());
    return bits;
  }

  /** Returns the rules on whose unknown matches it depends what a set holds. */
  Set<Step> asking(int packets) {
    Set<Step> steps = new LinkedHashSet<>();
    diagrams.support(packets).stream()
        .filter(variable -> variable >= firstUnknown)
        .forEach(variable -> steps.addAll(unknowns.get(variable - firstUnknown)));
    return steps;
  }

  int leavingBy(int packets, Optional<String> name) {
    BitSet assigned = out.asSet();
    BitSet values = new BitSet();
    out.write(values, vocabulary.interfaceOf(name));
    return diagrams.assign(packets, assigned, values);
  }

  int arriving(Optional<String> name) {
    int code = vocabulary.interfaceOf(name);
    return among(in, value -> value == code);
  }

  /** Returns the packets that leave by an interface. */
  int leaving(String name) {
    int code = vocabulary.interfaceOf(Optional.of(name));
    return among(out, value -> value == code);
  }

  /** Returns names that stand for all interfaces there may be, the lack of one among them. */
  List<Optional<String>> interfaces() {
    return vocabulary.interfaces().stream()
        .map(name -> name.isEmpty() ? Optional.<String>empty() : Optional.of(name))
        .toList();
  }

  int untrack(int packets) {
    return diagrams.assign(packets, one(untracked), one(untracked));
  }

  int setMark(int packets, long value, long mask) {
    int marked = packets;
    for (Map.Entry<Integer, Integer> bit : mark.entrySet()) {
      boolean set = (value >>> bit.getKey() & 1) == 1;
      if ((mask >>> bit.getKey() & 1) == 1) {
        BitSet assigned = one(bit.getValue());
        marked = diagrams.assign(marked, assigned, set ? assigned : new BitSet());
      } else if (set) {
        marked = diagrams.flip(marked, bit.getValue());
      }
    }
    return marked;
  }

  // What packets are asked.

  /** Tells whether it is known what a match means. */
  boolean understands(Match match) {
    return switch (match) {
      case Match.SourceInSet it -> sets.containsKey(it.set());
      case Match.DestinationInSet it -> sets.containsKey(it.set());
      case Match.Unknown _ -> false;
      default -> true;
    };
  }

  /**
   * Returns the packets that a match holds for which is understood.
   *
   * @param withState whether its rule also asks for the connection's state
   */
  int holding(Match match, boolean withState, View view) {
    Question question = new Question(match, withState, asks(match) ? view : View.BEGINNING);
    Integer found = known.get(question);
    if (found == null) {
      found = compile(question);
      known.put(question, found);
    }
    return found;
  }

  /** Tells whether a match may ask for what no longer is as packets began. */
  private static boolean asks(Match match) {
    return switch (match) {
      case Match.SourceAddress _,
          Match.SourceInSet _,
          Match.SourcePort _,
          Match.SourcePorts _,
          Match.OutInterface _,
          Match.Protocol _,
          Match.TcpFlags _,
          Match.IcmpType _,
          Match.PacketMark _ ->
          false;
      default -> true;
    };
  }

  /**
   * Returns the packets for which a match holds that is not understood.
   *
   * <p>The same match of the same packet is the same variable where it can't but give the same
   * answer. Any other is asked anew each time, which is never wrong.
   */
  int holdingUnknown(Match match, View view, Step step) {
    int number =
        lasting(match, view)
            .map(question -> unknownVariables.computeIfAbsent(question, key -> addUnknown()))
            .orElseGet(this::addUnknown);
    unknowns.get(number).add(step);
    return diagrams.variable(firstUnknown + number);
  }

  private int addUnknown() {
    unknowns.add(new LinkedHashSet<>());
    return unknowns.size() - 1;
  }

  /** Returns the question that a match is, where the answer lasts. */
  private static Optional<Question> lasting(Match match, View view) {
    Question always = new Question(match, false, View.BEGINNING);
    Question untilTranslated =
        new Question(match, false, new View(Optional.empty(), view.translation(), false));
    if (!(match instanceof Match.Unknown unknown)) {
      return Optional.of(match instanceof Match.SourceInSet ? always : untilTranslated);
    }
    String[] words = unknown.text().split(" ", 3);
    if (!words[0].equals("-m")) {
      return Optional.of(untilTranslated);
    }
    String name = words.length > 1 ? words[1] : "";
    if (LASTING.contains(name)) {
      return Optional.of(always);
    }
    return LASTING_UNTIL_TRANSLATED.contains(name)
        ? Optional.of(untilTranslated)
        : Optional.empty();
  }

  private int compile(Question question) {
    View view = question.view();
    return switch (question.match()) {
      case Match.SourceAddress it ->
          negate(addresses(source, AddressSet.of(it.prefix())), it.negated());
      case Match.DestinationAddress it ->
          negate(boundFor(AddressSet.of(it.prefix()), view), it.negated());
      case Match.InInterface it ->
          negate(
              view.in().isPresent()
                  ? constant(Interpreter.names(it.name(), view.in().get()))
                  : named(in, it.name()),
              it.negated());
      case Match.OutInterface it -> negate(named(out, it.name()), it.negated());
      case Match.Protocol it -> {
        int code = vocabulary.protocols().indexOf(it.name());
        yield negate(among(protocol, value -> value == code), it.negated());
      }
      case Match.SourcePort it -> withPorts(ports(sourcePort, List.of(it.ports())), it.negated());
      case Match.DestinationPort it ->
          withPorts(boundForPorts(List.of(it.ports()), view), it.negated());
      case Match.DestinationPorts it -> withPorts(boundForPorts(it.ports(), view), it.negated());
      case Match.SourcePorts it -> withPorts(ports(sourcePort, it.ports()), it.negated());
      case Match.EitherPort it ->
          withPorts(
              diagrams.or(ports(sourcePort, it.ports()), boundForPorts(it.ports(), view)),
              it.negated());
      case Match.TcpFlags it -> diagrams.and(tcp(), negate(flags(it), it.negated()));
      case Match.IcmpType it -> {
        int type = among(icmpType, value -> value == it.type());
        int code = it.code() < 0 ? TRUE : among(icmpCode, value -> value == it.code());
        yield diagrams.and(icmp(), negate(diagrams.and(type, code), it.negated()));
      }
      case Match.ConnectionState it -> negate(inState(it, view), it.negated());
      case Match.ConnectionDirection it ->
          ofConnection(negate(diagrams.variable(reply), !it.reply()), question);
      case Match.OriginalDestination it -> {
        AddressSet addresses = AddressSet.of(it.prefix());
        yield ofConnection(
            negate(
                diagrams.ifThenElse(
                    opening,
                    addresses(destination, addresses),
                    addresses(originalDestination, addresses)),
                it.negated()),
            question);
      }
      case Match.OriginalDestinationPort it -> {
        List<PortRange> ports = List.of(it.ports());
        int dialled =
            diagrams.ifThenElse(
                withPorts,
                ports(destinationPort, ports),
                diagrams.ifThenElse(
                    icmp(), ports(icmpKind, ports), constant(it.ports().contains(0))));
        yield ofConnection(
            negate(diagrams.ifThenElse(opening, dialled, ports(originalPort, ports)), it.negated()),
            question);
      }
      case Match.DestinationType it -> negate(ofType(it, view), it.negated());
      case Match.SourceInSet it -> negate(addresses(source, members(it.set())), it.negated());
      case Match.DestinationInSet it -> negate(boundFor(members(it.set()), view), it.negated());
      case Match.PacketMark it -> negate(marked(it.value(), it.mask()), it.negated());
      case Match.Unknown it -> throw new IllegalArgumentException("not understood: " + it);
    };
  }

  private AddressSet members(String set) {
    return sets.getOrDefault(set, AddressSet.none());
  }

  private int negate(int diagram, boolean negated) {
    return negated ? diagrams.not(diagram) : diagram;
  }

  private static int constant(boolean value) {
    return value ? TRUE : FALSE;
  }

  private int withPorts(int ports, boolean negated) {
    return diagrams.and(withPorts, negate(ports, negated));
  }

  int boundFor(AddressSet addresses, View view) {
    return view.translation()
        .map(translation -> constant(addresses.contains(translation.address())))
        .orElseGet(() -> addresses(destination, addresses));
  }

  private int boundForPorts(List<PortRange> ports, View view) {
    return view.translation()
        .flatMap(Translation::port)
        .map(port -> constant(ports.stream().anyMatch(range -> range.contains(port))))
        .orElseGet(() -> ports(destinationPort, ports));
  }

  private int tcp() {
    int code = vocabulary.protocols().indexOf("tcp");
    return among(protocol, value -> value == code);
  }

  private int icmp() {
    int code = vocabulary.protocols().indexOf(Vocabulary.icmp(family));
    return among(protocol, value -> value == code);
  }

  private int flags(Match.TcpFlags match) {
    if (!match.examined().containsAll(match.set())) {
      return FALSE;
    }
    BitSet examined = new BitSet();
    match.examined().forEach(flag -> examined.set(tcpFlags[flag.ordinal()]));
    BitSet set = new BitSet();
    match.set().forEach(flag -> set.set(tcpFlags[flag.ordinal()]));
    return diagrams.cube(examined, set);
  }

  private int inState(Match.ConnectionState match, View view) {
    int kept = constant(match.states().contains(State.UNTRACKED.name()));
    int otherwise;
    if (view.untracked()) {
      otherwise = constant(match.states().contains(State.INVALID.name()));
    } else {
      int named = among(state, code -> match.states().contains(State.values()[code].name()));
      int snat = match.states().contains("SNAT") ? diagrams.variable(sourceTranslated) : FALSE;
      int dnat = match.states().contains("DNAT") ? translated(view) : FALSE;
      otherwise = diagrams.or(named, diagrams.and(tracked, diagrams.or(snat, dnat)));
    }
    return diagrams.ifThenElse(diagrams.variable(untracked), kept, otherwise);
  }

  private int translated(View view) {
    return view.translation().isPresent() ? TRUE : diagrams.variable(destinationTranslated);
  }

  /** As the interpreter does of one packet: without a connection, states decide or nothing does. */
  private int ofConnection(int holds, Question question) {
    int connected = question.view().untracked() ? FALSE : tracked;
    return diagrams.ifThenElse(connected, holds, constant(question.withState()));
  }

  /** Returns the packets that nat is asked about for where they are bound. */
  int openingConnection() {
    return diagrams.minus(opening, diagrams.variable(untracked));
  }

  /** Returns the packets whose connection is new. */
  int inNewConnection() {
    return diagrams.minus(
        among(state, code -> code == State.NEW.ordinal()), diagrams.variable(untracked));
  }

  private int ofType(Match.DestinationType match, View view) {
    AddressSet addresses =
        routing.regions(family).stream()
            .filter(region -> Interpreter.isOfType(match, family, region.types()))
            .map(Routing.Region::addresses)
            .reduce(AddressSet.none(), AddressSet::union);
    return boundFor(addresses, view);
  }

  private int marked(long value, long mask) {
    if ((value & ~mask) != 0) {
      return FALSE;
    }
    int marked = TRUE;
    for (Map.Entry<Integer, Integer> bit : mark.entrySet()) {
      if ((mask >>> bit.getKey() & 1) == 1) {
        int is = diagrams.variable(bit.getValue());
        marked = diagrams.and(marked, negate(is, (value >>> bit.getKey() & 1) == 0));
      }
    }
    return marked;
  }

  // Numbers as variables.

  private int named(Field field, String pattern) {
    return among(field, code -> Interpreter.names(pattern, vocabulary.interfaces().get(code)));
  }

  /** Returns the packets whose field, of the values that there are for it, has a fitting one. */
  private int among(Field field, IntPredicate fitting) {
    Boundaries boundaries = new Boundaries();
    boolean within = false;
    for (int value = 0; value < field.values(); value++) {
      if (fitting.test(value) != within) {
        boundaries.add(0, value);
        within = !within;
      }
    }
    if (within && field.values() < 1 << field.bits()) {
      boundaries.add(0, field.values());
    }
    return diagrams.within(field.variables(), boundaries);
  }

  private int ports(Field field, List<PortRange> ports) {
    int all = FALSE;
    for (PortRange range : ports) {
      Boundaries boundaries = new Boundaries();
      boundaries.add(0, range.first());
      if (range.last() < 65535) {
        boundaries.add(0, range.last() + 1);
      }
      all = diagrams.or(all, diagrams.within(field.variables(), boundaries));
    }
    return all;
  }

  private int addresses(Field field, AddressSet addresses) {
    Boundaries boundaries = new Boundaries();
    for (AddressRange range : addresses.ranges()) {
      if (range.family() == family) {
        boundaries.add(range.first().high(), range.first().low());
        range.last().next().ifPresent(next -> boundaries.add(next.high(), next.low()));
      }
    }
    return diagrams.within(field.variables(), boundaries);
  }

  /** Returns the addresses that packets of a set may come from. */
  AddressSet sources(int packets) {
    return addresses(boundaries(packets, source));
  }

  /** Returns the addresses that packets of a set may begin bound for. */
  AddressSet destinations(int packets) {
    return addresses(boundaries(packets, destination));
  }

  /** Returns the ports that packets of a set may begin bound for, in ascending order. */
  List<PortRange> destinationPorts(int packets) {
    Boundaries boundaries = boundaries(diagrams.and(packets, withPorts), destinationPort);
    List<PortRange> ranges = new ArrayList<>();
    for (int index = 0; index < boundaries.size(); index += 2) {
      int next = index + 1 < boundaries.size() ? (int) boundaries.low(index + 1) : 1 << 16;
      ranges.add(new PortRange((int) boundaries.low(index), next - 1));
    }
    return ranges;
  }

  /** Returns where the numbers begin and end that a field may have in packets of a set. */
  private Boundaries boundaries(int packets, Field field) {
    BitSet others = new BitSet();
    others.set(0, firstUnknown + unknowns.size());
    others.andNot(field.asSet());
    return diagrams.boundaries(diagrams.exists(packets, others), field.variables());
  }

  private AddressSet addresses(Boundaries boundaries) {
    List<AddressRange> ranges = new ArrayList<>();
    for (int index = 0; index < boundaries.size(); index += 2) {
      IpAddress first = address(boundaries, index);
      IpAddress last =
          index + 1 < boundaries.size()
              ? address(boundaries, index + 1).previous().orElseThrow()
              : IpAddress.highest(family);
      ranges.add(new AddressRange(first, last));
    }
    return new AddressSet(ranges);
  }

  private IpAddress address(Boundaries boundaries, int index) {
    return new IpAddress(family, boundaries.high(index), boundaries.low(index));
  }

  // Single packets.

  boolean contains(int packets, Packet packet) {
    BitSet assignment = new BitSet();
    Packet.Tracking tracking = packet.tracking();
    state.write(assignment, tracking.state().ordinal());
    assignment.set(reply, tracking.reply());
    assignment.set(sourceTranslated, tracking.sourceTranslated());
    assignment.set(destinationTranslated, tracking.destinationTranslated());
    in.write(assignment, vocabulary.interfaceOf(packet.in()));
    out.write(assignment, vocabulary.interfaceOf(packet.out()));
    mark.forEach((bit, variable) -> assignment.set(variable, (packet.mark() >>> bit & 1) == 1));
    source.write(assignment, packet.source());
    destination.write(assignment, packet.destination());
    originalDestination.write(assignment, tracking.originalDestination());
    originalPort.write(assignment, tracking.originalPort());
    protocol.write(assignment, vocabulary.protocolOf(packet.protocol()));
    switch (packet.payload()) {
      case Packet.Payload.Ports ports -> {
        sourcePort.write(assignment, ports.source());
        destinationPort.write(assignment, ports.destination());
        ports.flags().orElse(Set.of()).forEach(flag -> assignment.set(tcpFlags[flag.ordinal()]));
      }
      case Packet.Payload.Icmp message -> {
        icmpType.write(assignment, message.type());
        icmpCode.write(assignment, message.code());
      }
      case Packet.Payload.Other other -> {}
    }
    return diagrams.contains(packets, assignment::get);
  }

  /** Returns a packet of a set, as like as may be to one that people know. */
  Packet witness(int packets) {
    boolean ipv4 = family == Family.IPV4;
    BitSet preferred = new BitSet();
    state.write(preferred, State.NEW.ordinal());
    protocol.write(preferred, vocabulary.protocolOf("tcp"));
    in.write(preferred, 1);
    source.write(preferred, IpAddress.of(ipv4 ? "203.0.113.5" : "2001:db8:7::5"));
    destination.write(preferred, IpAddress.of(ipv4 ? "192.0.2.11" : "2001:db8::11"));
    sourcePort.write(preferred, 40000);
    destinationPort.write(preferred, 80);
    preferred.set(tcpFlags[TcpFlag.SYN.ordinal()]);
    icmpType.write(preferred, ipv4 ? 8 : 128);
    BitSet found = diagrams.witness(diagrams.and(packets, domain), preferred);
    IpAddress to = destination.address(found, family);
    State how = State.values()[state.number(found)];
    boolean translated = found.get(destinationTranslated);
    boolean opens = how == State.NEW && !translated;
    Packet.Payload payload = payload(found);
    long marks =
        mark.entrySet().stream()
            .filter(bit -> found.get(bit.getValue()))
            .mapToLong(bit -> 1L << bit.getKey())
            .sum();
    return new Packet(
        name(found, in),
        name(found, out),
        source.address(found, family),
        to,
        payload,
        new Packet.Tracking(
            how,
            found.get(reply),
            found.get(sourceTranslated),
            translated,
            opens ? to : originalDestination.address(found, family),
            opens ? payload.connectionPort() : originalPort.number(found)),
        routing.types(to),
        marks);
  }

  private Packet.Payload payload(BitSet found) {
    String name = vocabulary.protocols().get(protocol.number(found));
    if (Vocabulary.WITH_PORTS.contains(name)) {
      Optional<Set<TcpFlag>> flags =
          name.equals("tcp")
              ? Optional.of(
                  EnumSet.allOf(TcpFlag.class).stream()
                      .filter(flag -> found.get(tcpFlags[flag.ordinal()]))
                      .collect(Collectors.toCollection(TreeSet::new)))
              : Optional.empty();
      return new Packet.Payload.Ports(
          name, sourcePort.number(found), destinationPort.number(found), flags);
    }
    return name.equals(Vocabulary.icmp(family))
        ? new Packet.Payload.Icmp(icmpType.number(found), icmpCode.number(found))
        : new Packet.Payload.Other(name);
  }

  private Optional<String> name(BitSet found, Field field) {
    String name = vocabulary.interfaces().get(field.number(found));
    return name.isEmpty() ? Optional.empty() : Optional.of(name);
  }

  private static BitSet one(int variable) {
    BitSet set = new BitSet();
    set.set(variable);
    return set;
  }
}
