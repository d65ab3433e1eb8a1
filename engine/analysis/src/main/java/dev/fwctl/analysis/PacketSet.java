package dev.fwctl.analysis;

import dev.fwctl.analysis.diagram.Diagrams;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.PortRange;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A set of packets of one {@link PacketSpace}; two that hold the same packets are equal.
 *
 * <p>Whether a packet is in it may depend on rules that are not understood, or that answer
 * differently from time to time: then it is among those that {@link #possible} returns, but not
 * among the {@link #certain} ones.
 */
public final class PacketSet {
  private final PacketSpace space;
  private final int diagram;

  PacketSet(PacketSpace space, int diagram) {
    this.space = space;
    this.diagram = diagram;
  }

  /** Returns the space that its packets are of. */
  public PacketSpace space() {
    return space;
  }

  int diagram() {
    return diagram;
  }

  private int of(PacketSet other) {
    if (other.space != space) {
      throw new IllegalArgumentException("sets of two spaces");
    }
    return other.diagram;
  }

  public PacketSet and(PacketSet other) {
    return space.part(space.diagrams().and(diagram, of(other)));
  }

  public PacketSet or(PacketSet other) {
    return space.part(space.diagrams().or(diagram, of(other)));
  }

  public PacketSet minus(PacketSet other) {
    return space.part(space.diagrams().minus(diagram, of(other)));
  }

  /** Returns all packets but these. */
  public PacketSet complement() {
    return space.set(space.diagrams().not(diagram));
  }

  /** Returns the packets that may be in this set. */
  public PacketSet possible() {
    return space.part(space.possible(diagram));
  }

  /** Returns the packets that are in this set, whatever the rules that are not understood say. */
  public PacketSet certain() {
    return space.part(space.certain(diagram));
  }

  public boolean isEmpty() {
    return diagram == Diagrams.FALSE;
  }

  public boolean isPartOf(PacketSet other) {
    return space.diagrams().implies(diagram, of(other));
  }

  /**
   * Tells whether a packet is in this set; what is not understood is taken not to hold.
   *
   * @param packet a packet as it begins; of one that opens a connection, the original destination
   *     is where it is bound for
   */
  public boolean contains(Packet packet) {
    return packet.family() == space.family() && space.contains(diagram, packet);
  }

  /** Returns a packet that may be in this set; nothing if it is empty. */
  public Optional<Packet> witness() {
    return isEmpty() ? Optional.empty() : Optional.of(space.witness(diagram));
  }

  /** Returns the addresses that packets of this set may come from. */
  public AddressSet sources() {
    return space.sources(diagram);
  }

  /** Returns the addresses that packets of this set may begin bound for. */
  public AddressSet destinations() {
    return space.destinations(diagram);
  }

  /** Returns the ports that packets of this set may begin bound for, in ascending order. */
  public List<PortRange> destinationPorts() {
    return space.destinationPorts(diagram);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PacketSet set && set.space == space && set.diagram == diagram;
  }

  @Override
  public int hashCode() {
    return diagram;
  }
}
