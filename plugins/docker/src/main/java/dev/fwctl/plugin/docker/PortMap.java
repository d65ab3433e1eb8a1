package dev.fwctl.plugin.docker;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.PublishedPort;
import dev.fwctl.model.TransportProtocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Joins the single ports that Docker lists to ranges. */
final class PortMap {
  private PortMap() {}

  /**
   * One port of the host that leads to one port of a container.
   *
   * @param address the host's address; nothing for every address
   * @param hostPort 1 to 65535
   * @param containerPort 1 to 65535
   * @param dynamic whether Docker chose the host's port
   */
  record Entry(
      TransportProtocol protocol,
      Optional<IpAddress> address,
      int hostPort,
      int containerPort,
      boolean dynamic) {
    private static final Comparator<Entry> ORDER =
        Comparator.comparing(Entry::protocol)
            .thenComparing(
                Entry::address,
                Comparator.comparing(address -> address.map(IpAddress::toString).orElse("")))
            .thenComparing(Entry::dynamic)
            // Ports with one distance between outer and inner stand together, so that two maps
            // whose outer ports interleave are still found to be two ranges.
            .thenComparingInt(entry -> entry.hostPort() - entry.containerPort())
            .thenComparingInt(Entry::hostPort);

    /** Tells whether this comes right after another entry, outside and inside. */
    private boolean follows(Entry other) {
      return hostPort == other.hostPort + 1
          && containerPort == other.containerPort + 1
          && protocol == other.protocol
          && address.equals(other.address)
          && dynamic == other.dynamic;
    }
  }

  /**
   * Joins neighbours to ranges, in the order of their ports.
   *
   * <p>Ports that Docker chose are never joined to those that somebody wrote down.
   */
  static List<PublishedPort> publish(Collection<Entry> entries) {
    List<PublishedPort> published = new ArrayList<>();
    List<Entry> run = new ArrayList<>();
    for (Entry entry : sorted(entries)) {
      if (!run.isEmpty() && !entry.follows(run.getLast())) {
        published.add(range(run));
        run.clear();
      }
      run.add(entry);
    }
    if (!run.isEmpty()) {
      published.add(range(run));
    }
    published.sort(
        Comparator.comparing(PublishedPort::ports)
            .thenComparing(PublishedPort::containerPorts)
            .thenComparing(PublishedPort::toString));
    return List.copyOf(published);
  }

  private static Collection<Entry> sorted(Collection<Entry> entries) {
    TreeSet<Entry> sorted = new TreeSet<>(Entry.ORDER);
    sorted.addAll(entries);
    return sorted;
  }

  private static PublishedPort range(List<Entry> run) {
    Entry first = run.getFirst();
    Entry last = run.getLast();
    return new PublishedPort(
        new ProtocolPorts(first.protocol(), new PortRange(first.hostPort(), last.hostPort())),
        first.address(),
        new PortRange(first.containerPort(), last.containerPort()),
        first.dynamic());
  }

  /** Joins neighbouring ports of one protocol to ranges, in their order. */
  static List<ProtocolPorts> join(Collection<ProtocolPorts> ports) {
    List<ProtocolPorts> joined = new ArrayList<>();
    TreeSet<ProtocolPorts> sorted =
        new TreeSet<>(
            Comparator.comparing(ProtocolPorts::protocol).thenComparing(ProtocolPorts::ports));
    sorted.addAll(ports);
    for (ProtocolPorts next : sorted) {
      ProtocolPorts previous = joined.isEmpty() ? next : joined.getLast();
      if (!joined.isEmpty()
          && previous.protocol() == next.protocol()
          && next.ports().first() <= previous.ports().last() + 1) {
        int last = Math.max(previous.ports().last(), next.ports().last());
        joined.set(
            joined.size() - 1,
            new ProtocolPorts(next.protocol(), new PortRange(previous.ports().first(), last)));
      } else {
        joined.add(next);
      }
    }
    joined.sort(null);
    return List.copyOf(joined);
  }
}
