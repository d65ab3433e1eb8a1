package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.netfilter.Match.TcpFlag;
import java.util.Optional;
import java.util.Set;

/**
 * One packet at one point of its way through a host.
 *
 * @param in the interface it came in by; nothing when the host itself sent it
 * @param out the interface it is to leave by; nothing before that is known
 * @param source where it says that it comes from
 * @param destination where it says that it goes to
 * @param payload what it carries
 * @param tracking what the kernel's connection tracking knows of it
 * @param destinationTypes what the destination is to the host's routes, by the names of iptables,
 *     such as {@code LOCAL}
 * @param mark the packet's mark, 32 bits
 */
public record Packet(
    Optional<String> in,
    Optional<String> out,
    IpAddress source,
    IpAddress destination,
    Payload payload,
    Tracking tracking,
    Set<String> destinationTypes,
    long mark) {
  public Packet {
    requireNonNull(in, "in is null");
    requireNonNull(out, "out is null");
    requireNonNull(source, "source is null");
    requireNonNull(destination, "destination is null");
    requireNonNull(payload, "payload is null");
    requireNonNull(tracking, "tracking is null");
    destinationTypes = Set.copyOf(destinationTypes);
    if (source.family() != destination.family()) {
      throw new IllegalArgumentException("two families: " + source + " and " + destination);
    }
  }

  public Family family() {
    return source.family();
  }

  /** Returns the name, in the netfilter model, of the protocol that it carries. */
  public String protocol() {
    return switch (payload) {
      case Payload.Ports ports -> ports.protocol();
      case Payload.Icmp _ -> Vocabulary.icmp(family());
      case Payload.Other other -> other.protocol();
    };
  }

  /** Returns where it comes from, in words: {@code 203.0.113.5:40000}. */
  public String sender() {
    return payload instanceof Payload.Ports ports
        ? source.withPort(ports.source())
        : source.toString();
  }

  /** Returns where it is bound for and what it carries, in words: {@code 192.0.2.1:80/tcp}. */
  public String target() {
    return switch (payload) {
      case Payload.Ports ports -> destination.withPort(ports.destination()) + "/" + protocol();
      case Payload.Icmp icmp -> destination + "/" + protocol() + " type " + icmp.type();
      case Payload.Other _ -> destination + "/" + protocol();
    };
  }

  /** Returns the same with another verdict of connection tracking. */
  Packet withTracking(Tracking newTracking) {
    return new Packet(in, out, source, destination, payload, newTracking, destinationTypes, mark);
  }

  /** Returns the same on its way out by an interface. */
  Packet leavingBy(Optional<String> newOut) {
    return new Packet(in, newOut, source, destination, payload, tracking, destinationTypes, mark);
  }

  /** Returns the same as it comes in by an interface. */
  Packet arrivingBy(String newIn) {
    return new Packet(
        Optional.of(newIn),
        Optional.empty(),
        source,
        destination,
        payload,
        tracking,
        destinationTypes,
        mark);
  }

  /** Returns the same bound for another end. */
  Packet boundFor(IpAddress address, Optional<Integer> port, Set<String> types) {
    Payload translated =
        payload instanceof Payload.Ports ports
            ? new Payload.Ports(
                ports.protocol(), ports.source(), port.orElse(ports.destination()), ports.flags())
            : payload;
    return new Packet(in, out, source, address, translated, tracking, types, mark);
  }

  Packet withMark(long newMark) {
    return new Packet(in, out, source, destination, payload, tracking, destinationTypes, newMark);
  }

  /** What a packet carries. */
  public sealed interface Payload {
    /**
     * Returns what connection tracking takes for the port to which a connection goes that it opens:
     * of a message its type and code, as one number. Source: the kernel's nf_conntrack_tuple.h.
     */
    default int connectionPort() {
      return switch (this) {
        case Ports ports -> ports.destination();
        case Icmp message -> message.type() << 8 | message.code();
        case Other _ -> 0;
      };
    }

    /**
     * A segment or datagram.
     *
     * @param protocol {@code tcp}, {@code udp} or {@code sctp}
     * @param source the port it comes from, 0 to 65535
     * @param destination the port it goes to, 0 to 65535
     * @param flags the flags of a TCP segment, if they are known
     */
    record Ports(String protocol, int source, int destination, Optional<Set<TcpFlag>> flags)
        implements Payload {
      public Ports {
        requireNonNull(protocol, "protocol is null");
        flags = flags.map(Set::copyOf);
      }

      /** Creates one of which the flags are not known. */
      public Ports(String protocol, int source, int destination) {
        this(protocol, source, destination, Optional.empty());
      }
    }

    /**
     * A message of ICMP or, in a packet of that family, ICMPv6.
     *
     * @param type its type, 0 to 255
     * @param code its code, 0 to 255
     */
    record Icmp(int type, int code) implements Payload {}

    /**
     * Something else.
     *
     * @param protocol the protocol's name in the netfilter model, such as {@code gre}
     */
    record Other(String protocol) implements Payload {
      public Other {
        requireNonNull(protocol, "protocol is null");
      }
    }
  }

  /**
   * What connection tracking knows of a packet.
   *
   * @param state the packet's state
   * @param reply whether it goes against the direction in which the connection was opened
   * @param sourceTranslated whether the connection's source address is translated
   * @param destinationTranslated whether the connection's destination address is translated
   * @param originalDestination where the connection's first packet went to
   * @param originalPort the port to which it went, as {@link Payload#connectionPort} says
   */
  public record Tracking(
      State state,
      boolean reply,
      boolean sourceTranslated,
      boolean destinationTranslated,
      IpAddress originalDestination,
      int originalPort) {
    public Tracking {
      requireNonNull(state, "state is null");
      requireNonNull(originalDestination, "originalDestination is null");
    }

    Tracking in(State newState) {
      return new Tracking(
          newState,
          reply,
          sourceTranslated,
          destinationTranslated,
          originalDestination,
          originalPort);
    }

    Tracking translated() {
      return new Tracking(state, reply, sourceTranslated, true, originalDestination, originalPort);
    }

    /** Tells whether there is a connection at all. */
    boolean isTracked() {
      return state != State.INVALID && state != State.UNTRACKED;
    }
  }

  /** States of a packet. Source: iptables-extensions(8), "conntrack". */
  public enum State {
    NEW,
    ESTABLISHED,
    RELATED,
    /** Of no connection that could be. */
    INVALID,
    /** Not looked at, by a rule or because nobody needs to. */
    UNTRACKED
  }
}
