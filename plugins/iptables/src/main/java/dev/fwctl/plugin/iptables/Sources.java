package dev.fwctl.plugin.iptables;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The far ends of one host's rules: a few prefixes become a rule each, many become a set in the
 * kernel.
 */
final class Sources {
  private final AddressLists lists;
  private final boolean ipset;
  private final Map<String, NamedSet> sets = new TreeMap<>();

  Sources(AddressLists lists, boolean ipset) {
    this.lists = lists;
    this.ipset = ipset;
  }

  /** Which end of a packet is the far one. */
  enum End {
    SOURCE,
    DESTINATION
  }

  /** Returns the sets that the rules need, by name. */
  Collection<NamedSet> sets() {
    return sets.values();
  }

  /**
   * Returns what makes a packet one of these peers, a list of matches for each way to be one; none
   * when there is no such address in the family.
   */
  List<List<Match>> alternatives(Peers peers, Family family, End end) {
    AddressLists.AddressList list = lists.of(peers.addresses(), family);
    if (list.set().isPresent()) {
      String set = use(list.set().get(), peers);
      return List.of(
          List.of(
              end == End.SOURCE
                  ? new Match.SourceInSet(false, set)
                  : new Match.DestinationInSet(false, set)));
    }
    List<List<Match>> alternatives = new ArrayList<>();
    for (IpPrefix prefix : list.prefixes()) {
      if (prefix.length() == 0) {
        return List.of(List.of());
      }
      alternatives.add(
          List.of(
              end == End.SOURCE
                  ? new Match.SourceAddress(false, prefix)
                  : new Match.DestinationAddress(false, prefix)));
    }
    return alternatives;
  }

  private String use(NamedSet set, Peers peers) {
    if (!ipset) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "'"
                  + peers
                  + "' has more than "
                  + AddressLists.MOST_PREFIXES
                  + " prefixes, which take an address set, and the host has no ipset",
              "install the package ipset on the host"));
    }
    sets.putIfAbsent(set.name(), set);
    return set.name();
  }
}
