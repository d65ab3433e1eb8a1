package dev.fwctl.analysis;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.TransportProtocol;
import java.util.Optional;

/**
 * Packets that open a connection and are alike in everything but the address at their far end.
 *
 * @param family the family
 * @param path the way they take through the host
 * @param in the interface they come in by; nothing when the host itself sends them
 * @param out the interface they leave by; nothing when that is not known or they stay
 * @param payload what they carry
 * @param near the addresses at the near end: where packets that come in go to, or where packets
 *     that go out come from; all that are possible when they are not known
 */
public record PacketKind(
    Family family,
    Path path,
    Optional<String> in,
    Optional<String> out,
    Payload payload,
    AddressSet near) {
  public PacketKind {
    requireNonNull(family, "family is null");
    requireNonNull(path, "path is null");
    requireNonNull(in, "in is null");
    requireNonNull(out, "out is null");
    requireNonNull(payload, "payload is null");
    requireNonNull(near, "near is null");
  }

  /** A way through the host. */
  public enum Path {
    /** From outside to a process of the host. */
    TO_HOST,
    /** From outside to a published port, which Docker's NAT or its proxy answers. */
    TO_PUBLISHED,
    /** From outside to a container's own address, as a neighbour can route it. */
    TO_CONTAINER,
    /** From a container to outside. */
    FROM_CONTAINER,
    /** From a process of the host to outside. */
    FROM_HOST;

    boolean isInbound() {
      return this == TO_HOST || this == TO_PUBLISHED || this == TO_CONTAINER;
    }
  }

  /** What packets carry. */
  public sealed interface Payload {
    /**
     * A segment or datagram of a protocol that has ports; any source port.
     *
     * @param protocol the protocol
     * @param port the port that the sender dialled, 0 to 65535
     */
    record Dialled(TransportProtocol protocol, int port) implements Payload {
      public Dialled {
        requireNonNull(protocol, "protocol is null");
      }
    }

    /**
     * A message of ICMP or ICMPv6, with code 0.
     *
     * @param type its type
     */
    record Icmp(int type) implements Payload {}

    /** Any protocol that no rule names. */
    record Other() implements Payload {}
  }
}
