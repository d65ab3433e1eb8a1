package dev.fwctl.plugin.iptables;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Peers;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.NamedSet;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The far ends of one host's rules: a few prefixes become a rule each, many become a set in the
 * kernel.
 */
final class Sources {
  /** The most prefixes of a family that become rules. */
  static final int MOST_PREFIXES = 64;

  private static final int HASH_DIGITS = 16;

  private final boolean ipset;
  private final Map<String, NamedSet> sets = new TreeMap<>();

  Sources(boolean ipset) {
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
    if (peers.addresses().isAny()) {
      return List.of(List.of());
    }
    AddressSet addresses = peers.addresses().of(family);
    if (addresses.isEmpty()) {
      return List.of();
    }
    List<IpPrefix> prefixes = addresses.prefixes();
    if (prefixes.getFirst().length() == 0) {
      return List.of(List.of());
    }
    if (prefixes.size() > MOST_PREFIXES) {
      String set = set(peers, family, addresses, prefixes);
      return List.of(
          List.of(
              end == End.SOURCE
                  ? new Match.SourceInSet(false, set)
                  : new Match.DestinationInSet(false, set)));
    }
    List<List<Match>> alternatives = new ArrayList<>();
    for (IpPrefix prefix : prefixes) {
      alternatives.add(
          List.of(
              end == End.SOURCE
                  ? new Match.SourceAddress(false, prefix)
                  : new Match.DestinationAddress(false, prefix)));
    }
    return alternatives;
  }

  private String set(Peers peers, Family family, AddressSet addresses, List<IpPrefix> prefixes) {
    if (!ipset) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.HOST_UNSUITABLE,
              "'"
                  + peers
                  + "' has "
                  + prefixes.size()
                  + " prefixes, which take an address set, and the host has no ipset",
              "install the package ipset on the host"));
    }
    String name = OwnNames.SET_PREFIX + hash(family, prefixes);
    sets.computeIfAbsent(name, key -> new NamedSet(key, family, addresses));
    return name;
  }

  /** Names a set by what is in it, so that a set with other members is another set. */
  private static String hash(Family family, List<IpPrefix> prefixes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(family.name().getBytes(StandardCharsets.US_ASCII));
      for (IpPrefix prefix : prefixes) {
        digest.update((byte) '\n');
        digest.update(prefix.toString().getBytes(StandardCharsets.US_ASCII));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
