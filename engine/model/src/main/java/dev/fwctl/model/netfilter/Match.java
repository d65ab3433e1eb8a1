package dev.fwctl.model.netfilter;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.PortRange;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** A condition on a packet. Source of the terms: iptables(8) and iptables-extensions(8). */
public sealed interface Match {
  /** A total order of matches; it has no meaning but makes equal rules look equal. */
  Comparator<Match> ORDER =
      Comparator.<Match, String>comparing(match -> match.getClass().getSimpleName())
          .thenComparing(Match::toString);

  /** {@code -s PREFIX} or {@code ! -s PREFIX}. */
  record SourceAddress(boolean negated, IpPrefix prefix) implements Match {
    public SourceAddress {
      requireNonNull(prefix, "prefix is null");
    }
  }

  /** {@code -d PREFIX} or {@code ! -d PREFIX}. */
  record DestinationAddress(boolean negated, IpPrefix prefix) implements Match {
    public DestinationAddress {
      requireNonNull(prefix, "prefix is null");
    }
  }

  /** {@code -i NAME}; a name that ends in {@code +} stands for all that begin so. */
  record InInterface(boolean negated, String name) implements Match {
    public InInterface {
      requireNonNull(name, "name is null");
    }
  }

  /** {@code -o NAME}; a name that ends in {@code +} stands for all that begin so. */
  record OutInterface(boolean negated, String name) implements Match {
    public OutInterface {
      requireNonNull(name, "name is null");
    }
  }

  /**
   * {@code -p NAME}: the protocol by the name that iptables prints, such as {@code tcp} or {@code
   * ipv6-icmp}, or its number.
   */
  record Protocol(boolean negated, String name) implements Match {
    public Protocol {
      requireNonNull(name, "name is null");
    }
  }

  /** {@code --sport} of tcp, udp or sctp. */
  record SourcePort(boolean negated, PortRange ports) implements Match {
    public SourcePort {
      requireNonNull(ports, "ports is null");
    }
  }

  /** {@code --dport} of tcp, udp or sctp. */
  record DestinationPort(boolean negated, PortRange ports) implements Match {
    public DestinationPort {
      requireNonNull(ports, "ports is null");
    }
  }

  /** {@code -m multiport --dports}. */
  record DestinationPorts(boolean negated, List<PortRange> ports) implements Match {
    public DestinationPorts {
      ports = List.copyOf(ports);
    }
  }

  /** {@code -m multiport --sports}. */
  record SourcePorts(boolean negated, List<PortRange> ports) implements Match {
    public SourcePorts {
      ports = List.copyOf(ports);
    }
  }

  /** {@code -m multiport --ports}: the source port or the destination port. */
  record EitherPort(boolean negated, List<PortRange> ports) implements Match {
    public EitherPort {
      ports = List.copyOf(ports);
    }
  }

  /** {@code --tcp-flags EXAMINED SET}: of the examined flags, exactly these are set. */
  record TcpFlags(boolean negated, SortedSet<TcpFlag> examined, SortedSet<TcpFlag> set)
      implements Match {
    public TcpFlags {
      examined = Collections.unmodifiableSortedSet(new TreeSet<>(examined));
      set = Collections.unmodifiableSortedSet(new TreeSet<>(set));
    }
  }

  /** The flags of a TCP segment that iptables knows, in the order in which it prints them. */
  enum TcpFlag {
    FIN,
    SYN,
    RST,
    PSH,
    ACK,
    URG
  }

  /** {@code --icmp-type} or {@code --icmpv6-type}; code -1 stands for every code. */
  record IcmpType(boolean negated, int type, int code) implements Match {}

  /**
   * {@code -m conntrack --ctstate}, by the names that iptables prints; {@code -m state} reads as
   * the same.
   */
  record ConnectionState(boolean negated, SortedSet<String> states) implements Match {
    public ConnectionState {
      states = Collections.unmodifiableSortedSet(new TreeSet<>(states));
    }
  }

  /** {@code -m conntrack --ctdir ORIGINAL} or {@code REPLY}. */
  record ConnectionDirection(boolean reply) implements Match {}

  /** {@code -m conntrack --ctorigdstport}. */
  record OriginalDestinationPort(boolean negated, PortRange ports) implements Match {
    public OriginalDestinationPort {
      requireNonNull(ports, "ports is null");
    }
  }

  /** {@code -m conntrack --ctorigdst}. */
  record OriginalDestination(boolean negated, IpPrefix prefix) implements Match {
    public OriginalDestination {
      requireNonNull(prefix, "prefix is null");
    }
  }

  /** {@code -m addrtype --dst-type}, by the names that iptables prints. */
  record DestinationType(boolean negated, SortedSet<String> types) implements Match {
    public DestinationType {
      types = Collections.unmodifiableSortedSet(new TreeSet<>(types));
    }
  }

  /** {@code -m set --match-set NAME src}. */
  record SourceInSet(boolean negated, String set) implements Match {
    public SourceInSet {
      requireNonNull(set, "set is null");
    }
  }

  /** {@code -m set --match-set NAME dst}. */
  record DestinationInSet(boolean negated, String set) implements Match {
    public DestinationInSet {
      requireNonNull(set, "set is null");
    }
  }

  /** {@code -m mark --mark VALUE/MASK}. */
  record PacketMark(boolean negated, long value, long mask) implements Match {}

  /** Anything else, word for word as it was printed. */
  record Unknown(String text) implements Match {
    public Unknown {
      requireNonNull(text, "text is null");
    }
  }

  /** Returns a match of one address as source. */
  static Match source(IpAddress address) {
    return new SourceAddress(false, IpPrefix.single(address));
  }
}
