package dev.fwctl.acceptance.differential;

import dev.fwctl.acceptance.differential.Datagram.Label;
import dev.fwctl.analysis.Packet;
import dev.fwctl.analysis.Packet.Payload;
import dev.fwctl.analysis.Packet.State;
import dev.fwctl.analysis.Packet.Tracking;
import dev.fwctl.analysis.Routing;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A packet to be sent, with what connection tracking will know of it.
 *
 * @param packet the packet
 * @param datagram the same as bytes
 * @param before what has to be sent first, without any rules, to begin its connection
 */
record Shot(Packet packet, Datagram datagram, List<Datagram> before) {
  private static final byte[] NOTHING = new byte[0];

  /** Connection tracking takes no other set of flags for a segment of TCP. */
  private static final List<Set<TcpFlag>> VALID_FLAGS =
      List.of(
          Set.of(TcpFlag.SYN),
          Set.of(TcpFlag.SYN, TcpFlag.URG),
          Set.of(TcpFlag.SYN, TcpFlag.ACK),
          Set.of(TcpFlag.RST),
          Set.of(TcpFlag.RST, TcpFlag.ACK),
          Set.of(TcpFlag.FIN, TcpFlag.ACK),
          Set.of(TcpFlag.FIN, TcpFlag.ACK, TcpFlag.URG),
          Set.of(TcpFlag.ACK),
          Set.of(TcpFlag.ACK, TcpFlag.URG));

  /** Of these, those that begin a connection, or are taken for the middle of an unknown one. */
  private static final Set<Set<TcpFlag>> OPENING_FLAGS =
      Set.of(
          Set.of(TcpFlag.SYN),
          Set.of(TcpFlag.SYN, TcpFlag.URG),
          Set.of(TcpFlag.ACK),
          Set.of(TcpFlag.ACK, TcpFlag.URG));

  /** Messages that begin a connection: requests of echo, time stamp, information, mask, node. */
  private static final Set<Integer> ICMP_REQUESTS = Set.of(8, 13, 15, 17);

  private static final Set<Integer> ICMPV6_REQUESTS = Set.of(128, 139);

  /** Messages between neighbours, which the kernel does not track. */
  private static final Set<Integer> NEIGHBOURS = Set.of(130, 131, 132, 133, 134, 135, 136, 143);

  /** Addresses of which no packet may say that it comes from there or goes there. */
  private static final List<IpPrefix> SENSELESS =
      Stream.of("0.0.0.0/8", "::/8", "fe80::/10").map(IpPrefix::of).toList();

  private static final List<IpPrefix> GROUPS =
      Stream.of("224.0.0.0/4", "255.255.255.255", "ff00::/8").map(IpPrefix::of).toList();

  /** Groups that every host is in. */
  private static final Set<IpAddress> ALL_HOSTS =
      Set.of(IpAddress.of("224.0.0.1"), IpAddress.of("255.255.255.255"), IpAddress.of("ff02::1"));

  Shot {
    before = List.copyOf(before);
  }

  /**
   * Makes a packet of one that was drawn, whose state is a wish.
   *
   * @param number from 1 to 65535, another one for each packet
   * @return nothing if the kernel would not look at such a packet, whatever the rules
   */
  static Optional<Shot> of(Packet drawn, int number, Routing routing) {
    boolean sentHere = drawn.in().isEmpty();
    if (drawn.in().equals(Optional.of("lo"))
        || !maySend(drawn.source())
        || !mayReceive(drawn.destination(), sentHere, routing)) {
      return Optional.empty();
    }
    return switch (drawn.tracking().state()) {
      case ESTABLISHED, RELATED ->
          maySend(drawn.destination())
                  && isReached(drawn.source(), routing)
                  && isReached(drawn.destination(), routing)
              ? Optional.of(inConnection(drawn, number))
                  .filter(shot -> shot.connection().size() == 3)
              : Optional.empty();
      case NEW, INVALID, UNTRACKED -> {
        Packet packet = with(drawn, drawn.payload(), alone(drawn));
        Label label = new Label(number, Site.PASSING, number);
        yield Optional.of(new Shot(packet, Datagram.of(packet, label, NOTHING), List.of()));
      }
    };
  }

  /** Returns what it has in common with all packets of its connection. */
  Set<String> connection() {
    return before.getFirst().connection();
  }

  private static boolean in(List<IpPrefix> prefixes, IpAddress address) {
    return prefixes.stream().anyMatch(prefix -> prefix.contains(address));
  }

  private static boolean maySend(IpAddress address) {
    return !in(SENSELESS, address) && !in(GROUPS, address);
  }

  private static boolean mayReceive(IpAddress address, boolean sentHere, Routing routing) {
    if (address.equals(IpAddress.of("::1"))) {
      return sentHere;
    }
    // Which way the host itself sends to a group hangs on who sends.
    return in(GROUPS, address) ? !sentHere && ALL_HOSTS.contains(address) : !in(SENSELESS, address);
  }

  private static boolean isReached(IpAddress address, Routing routing) {
    return routing.isLocal(address) || !routing.interfacesTowards(address).isEmpty();
  }

  /** Returns what connection tracking says of a packet that belongs to no connection yet. */
  private static Tracking alone(Packet packet) {
    return new Tracking(
        stateAlone(packet),
        false,
        false,
        false,
        packet.destination(),
        packet.payload().connectionPort());
  }

  private static State stateAlone(Packet packet) {
    return switch (packet.payload()) {
      case Payload.Ports ports when ports.protocol().equals("tcp") ->
          OPENING_FLAGS.contains(withoutPush(ports)) ? State.NEW : State.INVALID;
      // When such a datagram comes in, the kernel reckons its checksum as if it were of UDP.
      case Payload.Ports ports when ports.protocol().equals("udplite") ->
          packet.in().isPresent() ? State.INVALID : State.NEW;
      case Payload.Icmp message when packet.family() == Family.IPV4 ->
          ICMP_REQUESTS.contains(message.type()) ? State.NEW : State.INVALID;
      case Payload.Icmp message ->
          NEIGHBOURS.contains(message.type())
              ? State.UNTRACKED
              : ICMPV6_REQUESTS.contains(message.type()) ? State.NEW : State.INVALID;
      case Payload.Ports _, Payload.Other _ -> State.NEW;
    };
  }

  private static Set<TcpFlag> withoutPush(Payload.Ports ports) {
    return ports.flags().orElse(Set.of()).stream()
        .filter(flag -> flag != TcpFlag.PSH)
        .collect(Collectors.toSet());
  }

  private static Packet with(Packet packet, Payload payload, Tracking tracking) {
    return new Packet(
        packet.in(),
        Optional.empty(),
        packet.source(),
        packet.destination(),
        payload,
        tracking,
        Set.of(),
        0);
  }

  /** Makes a packet of a connection that somebody has answered, or an error about one. */
  private static Shot inConnection(Packet drawn, int number) {
    boolean reply = drawn.tracking().reply();
    boolean related = drawn.tracking().state() == State.RELATED;
    boolean ipv4 = drawn.family() == Family.IPV4;
    Payload there = opening(drawn.payload(), ipv4, number);
    Packet asWish = with(drawn, there, drawn.tracking());
    // An error goes against the packet that it is about.
    Packet first = reply || related ? reversed(asWish, there) : asWish;
    Packet answer = reversed(first, answering(first.payload(), ipv4));
    Label lasting = new Label(number, Site.LASTING, number);
    List<Datagram> before = new ArrayList<>();
    before.add(Datagram.of(first, lasting, NOTHING));
    before.add(Datagram.of(answer, lasting, NOTHING));
    if (first.payload() instanceof Payload.Ports ports && ports.protocol().equals("tcp")) {
      Packet third = with(first, flagged(ports, Set.of(TcpFlag.ACK)), first.tracking());
      before.add(Datagram.of(third, lasting, NOTHING));
    }
    Tracking tracking =
        new Tracking(
            related ? State.RELATED : State.ESTABLISHED,
            related || reply,
            false,
            false,
            first.destination(),
            first.payload().connectionPort());
    Payload payload =
        related
            ? new Payload.Icmp(ipv4 ? 3 : 1, 1)
            : following(drawn.payload(), reply ? answer.payload() : first.payload());
    Packet packet = with(drawn, payload, tracking);
    Label label = new Label(number, Site.PASSING, number);
    byte[] inner = related ? before.getFirst().bytes() : NOTHING;
    return new Shot(packet, Datagram.of(packet, label, inner), before);
  }

  /** Returns what a packet carries that begins a connection like one that was drawn. */
  private static Payload opening(Payload drawn, boolean ipv4, int number) {
    return switch (drawn) {
      case Payload.Ports ports when ports.protocol().equals("tcp") ->
          flagged(ports, Set.of(TcpFlag.SYN));
      case Payload.Ports ports -> new Payload.Ports("udp", ports.source(), ports.destination());
      // The number keeps connections apart that would else be one.
      case Payload.Icmp _ -> new Payload.Icmp(ipv4 ? 8 : 128, 0);
      case Payload.Other _ -> new Payload.Ports("udp", number, number);
    };
  }

  private static Payload.Ports flagged(Payload.Ports ports, Set<TcpFlag> flags) {
    return new Payload.Ports("tcp", ports.source(), ports.destination(), Optional.of(flags));
  }

  private static Payload answering(Payload opening, boolean ipv4) {
    return switch (opening) {
      case Payload.Ports ports when ports.protocol().equals("tcp") ->
          flagged(ports, Set.of(TcpFlag.SYN, TcpFlag.ACK));
      case Payload.Icmp _ -> new Payload.Icmp(ipv4 ? 0 : 129, 0);
      default -> opening;
    };
  }

  /** Returns the same going back. */
  private static Packet reversed(Packet packet, Payload payload) {
    Payload turned =
        payload instanceof Payload.Ports ports
            ? new Payload.Ports(
                ports.protocol(), ports.destination(), ports.source(), ports.flags())
            : payload;
    return new Packet(
        packet.in(),
        Optional.empty(),
        packet.destination(),
        packet.source(),
        turned,
        packet.tracking(),
        Set.of(),
        0);
  }

  /** Returns what a later packet carries; of TCP with the flags that were drawn, if they may be. */
  private static Payload following(Payload drawn, Payload earlier) {
    if (earlier instanceof Payload.Ports ports && ports.protocol().equals("tcp")) {
      boolean may =
          drawn instanceof Payload.Ports wish
              && wish.flags().orElse(Set.of()).contains(TcpFlag.ACK)
              && !wish.flags().orElse(Set.of()).contains(TcpFlag.SYN)
              && VALID_FLAGS.contains(withoutPush(wish));
      return flagged(
          ports, may ? ((Payload.Ports) drawn).flags().orElseThrow() : Set.of(TcpFlag.ACK));
    }
    return earlier;
  }
}
