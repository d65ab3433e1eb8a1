package dev.fwctl.plugin.iptables;

import dev.fwctl.model.PortRange;
import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.Match;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Matches for destination ports, as few as will do. */
final class PortMatches {
  /** What one multiport match holds, a range counting twice. Source: iptables-extensions(8). */
  private static final int MULTIPORT_LIMIT = 15;

  private PortMatches() {}

  /** Returns a list of matches for each rule that it takes to name all these ports. */
  static List<List<Match>> alternatives(Collection<ProtocolPorts> ports) {
    List<List<Match>> alternatives = new ArrayList<>();
    for (TransportProtocol protocol : TransportProtocol.values()) {
      SortedSet<PortRange> ranges = new TreeSet<>();
      ports.stream()
          .filter(port -> port.protocol() == protocol)
          .forEach(port -> ranges.add(port.ports()));
      if (!ranges.isEmpty()) {
        alternatives.addAll(alternatives(protocol, merge(ranges)));
      }
    }
    return alternatives;
  }

  private static List<List<Match>> alternatives(
      TransportProtocol protocol, List<PortRange> ranges) {
    Match named = new Match.Protocol(false, protocol.label());
    if (ranges.equals(List.of(PortRange.ALL))) {
      return List.of(List.of(named));
    }
    List<List<Match>> alternatives = new ArrayList<>();
    List<PortRange> chunk = new ArrayList<>();
    int room = MULTIPORT_LIMIT;
    for (PortRange range : ranges) {
      int size = range.size() == 1 ? 1 : 2;
      if (size > room) {
        alternatives.add(List.of(named, match(chunk)));
        chunk.clear();
        room = MULTIPORT_LIMIT;
      }
      chunk.add(range);
      room -= size;
    }
    alternatives.add(List.of(named, match(chunk)));
    return alternatives;
  }

  private static Match match(List<PortRange> ranges) {
    return ranges.size() == 1
        ? new Match.DestinationPort(false, ranges.getFirst())
        : new Match.DestinationPorts(false, ranges);
  }

  /** Joins ranges that overlap or touch; they come in ascending order. */
  private static List<PortRange> merge(SortedSet<PortRange> ranges) {
    List<PortRange> merged = new ArrayList<>();
    for (PortRange range : ranges) {
      PortRange last = merged.isEmpty() ? range : merged.getLast();
      if (!merged.isEmpty() && range.first() <= last.last() + 1) {
        merged.set(
            merged.size() - 1, new PortRange(last.first(), Math.max(last.last(), range.last())));
      } else {
        merged.add(range);
      }
    }
    return merged;
  }
}
