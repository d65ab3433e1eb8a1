package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The waist of fwctl: who may reach what on one host, and why; free of any firewall's terms.
 *
 * <p>Order-free: a deny beats an allow, an allow beats the default. What a host needs to live
 * (replies, ICMP errors, neighbour discovery, DHCP, our own SSH connection) is let through by every
 * backend and not listed here, except for our connection, which is a fact of this run.
 *
 * @param external the interfaces that face the world, at least one
 * @param inbound what may come in; nothing when no policy speaks of it
 * @param outbound what may go out; nothing when no policy speaks of it
 * @param own our own SSH connection, always let live
 */
public record HostIntent(
    SortedSet<String> external,
    Optional<Inbound> inbound,
    Optional<Outbound> outbound,
    Optional<OwnAccess> own) {
  public HostIntent {
    external = Collections.unmodifiableSortedSet(new TreeSet<>(external));
    requireNonNull(inbound, "inbound is null");
    requireNonNull(outbound, "outbound is null");
    requireNonNull(own, "own is null");
    if (external.isEmpty()) {
      throw new IllegalArgumentException("no external interface");
    }
  }

  /**
   * How we come in ourselves; nothing of the host's own is in it, so that it is equal on many.
   *
   * @param client the address that the host sees us come from
   * @param serverPort the host's port
   */
  public record OwnAccess(IpAddress client, int serverPort) {
    public OwnAccess {
      requireNonNull(client, "client is null");
    }
  }

  /**
   * What may come in.
   *
   * @param fallback what happens to what no entry speaks of
   * @param fallbackPlace where that default was set; nothing when it is only implied
   * @param published every published port of the host, which are the ports that are not the host's
   *     own
   * @param allows what is let through
   * @param denies what is not
   */
  public record Inbound(
      DefaultAction fallback,
      Optional<Place> fallbackPlace,
      List<PublishedEndpoint> published,
      List<InboundEntry> allows,
      List<InboundEntry> denies) {
    public Inbound {
      requireNonNull(fallback, "fallback is null");
      requireNonNull(fallbackPlace, "fallbackPlace is null");
      published = List.copyOf(published);
      allows = List.copyOf(allows);
      denies = List.copyOf(denies);
    }
  }

  /**
   * A published port of a container.
   *
   * @param container the container's name
   * @param port the port map
   */
  public record PublishedEndpoint(String container, PublishedPort port) {
    public PublishedEndpoint {
      requireNonNull(container, "container is null");
      requireNonNull(port, "port is null");
    }

    @Override
    public String toString() {
      return container + " " + port.ports();
    }
  }

  /**
   * One inbound permission or refusal, resolved for this host.
   *
   * @param target what is reached
   * @param from who reaches
   * @param policy the policy's name
   * @param place the rule's place
   */
  public record InboundEntry(Target target, Peers from, String policy, Place place) {
    public InboundEntry {
      requireNonNull(target, "target is null");
      requireNonNull(from, "from is null");
      requireNonNull(policy, "policy is null");
      requireNonNull(place, "place is null");
    }
  }

  /** What an inbound entry is about. */
  public sealed interface Target {
    /** Everything inbound, of every protocol. */
    record Everything() implements Target {}

    /**
     * Ports, whoever answers them.
     *
     * @param ports at least one
     */
    record AnyPorts(List<ProtocolPorts> ports) implements Target {
      public AnyPorts {
        ports = List.copyOf(ports);
      }
    }

    /** All that is the host's own: every protocol and every port that is not published. */
    record HostEverything() implements Target {}

    /**
     * Ports of the host itself; a port that is published as well is not meant.
     *
     * @param ports at least one
     */
    record HostPorts(List<ProtocolPorts> ports) implements Target {
      public HostPorts {
        ports = List.copyOf(ports);
      }
    }

    /**
     * Published ports; a part of the map where the rule names only a part of its range.
     *
     * @param endpoints which; none when a refusal names containers that publish nothing, which are
     *     then still guarded against the direct route to their own addresses
     */
    record PublishedPorts(List<PublishedEndpoint> endpoints) implements Target {
      public PublishedPorts {
        endpoints = List.copyOf(endpoints);
      }
    }

    /** All containers' own addresses, on bridge networks, with every port there. */
    record DirectRoute() implements Target {}

    /**
     * ICMP messages to the host.
     *
     * @param kind which
     */
    record IcmpMessages(IcmpKind kind) implements Target {}
  }

  /**
   * What may go out.
   *
   * @param fallback what happens to what no entry speaks of
   * @param fallbackPlace where that default was set; nothing when it is only implied
   * @param allows what is let through
   * @param denies what is not
   */
  public record Outbound(
      DefaultAction fallback,
      Optional<Place> fallbackPlace,
      List<OutboundEntry> allows,
      List<OutboundEntry> denies) {
    public Outbound {
      requireNonNull(fallback, "fallback is null");
      requireNonNull(fallbackPlace, "fallbackPlace is null");
      allows = List.copyOf(allows);
      denies = List.copyOf(denies);
    }
  }

  /**
   * One outbound permission or refusal, resolved for this host.
   *
   * @param origin what sends
   * @param traffic which ports or messages of the far end; never container ports
   * @param to the far ends
   * @param policy the policy's name
   * @param place the rule's place
   */
  public record OutboundEntry(
      Origin origin, Traffic traffic, Peers to, String policy, Place place) {
    public OutboundEntry {
      requireNonNull(origin, "origin is null");
      requireNonNull(traffic, "traffic is null");
      requireNonNull(to, "to is null");
      requireNonNull(policy, "policy is null");
      requireNonNull(place, "place is null");
    }
  }

  /** What on the host sends. */
  public sealed interface Origin {
    /** The host and all its containers. */
    record Everything() implements Origin {}

    /** Processes of the host itself and of containers with host networking. */
    record HostItself() implements Origin {}

    /**
     * Containers, told apart by what stays the same when they are made anew.
     *
     * @param containers their names, for messages
     * @param bridges bridges all of whose containers are meant
     * @param addresses fixed addresses of containers
     */
    record Containers(List<String> containers, List<String> bridges, List<IpAddress> addresses)
        implements Origin {
      public Containers {
        containers = List.copyOf(containers);
        bridges = List.copyOf(bridges);
        addresses = List.copyOf(addresses);
      }
    }
  }
}
