package dev.fwctl.plugin.iptables;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Family;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.NamedSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Address sets as text, in the words that {@code ipset save} prints and {@code ipset restore}
 * reads.
 */
final class SetText {
  /** The room that ipset gives a set by default. Source: ipset(8), "maxelem" and "hashsize". */
  private static final int DEFAULT_LIMIT = 65536;

  private static final int DEFAULT_HASH = 1024;

  private SetText() {}

  /** Reads sets whose lines may come in any order. */
  static List<NamedSet> parse(String text) {
    Map<String, Family> families = new TreeMap<>();
    Map<String, List<IpPrefix>> members = new HashMap<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] words = line.split(" ", -1);
      if (words.length >= 3 && words[0].equals("create")) {
        families.put(words[1], line.contains(" family inet6") ? Family.IPV6 : Family.IPV4);
      } else if (words.length >= 3 && words[0].equals("add")) {
        // A member that is an exception takes addresses out, so that the set is no longer ours.
        if (!line.endsWith(" nomatch")) {
          members.computeIfAbsent(words[1], key -> new ArrayList<>()).add(member(words[2], number));
        }
      } else {
        throw malformed(number);
      }
    }
    if (!families.keySet().containsAll(members.keySet())) {
      throw malformed(number);
    }
    List<NamedSet> sets = new ArrayList<>();
    families.forEach(
        (name, family) ->
            sets.add(
                new NamedSet(
                    name, family, AddressSet.ofPrefixes(members.getOrDefault(name, List.of())))));
    return sets;
  }

  /** Writes what kind of set one is, and below it its members, a line each. */
  static String render(NamedSet set) {
    List<IpPrefix> prefixes = set.members().prefixes();
    StringBuilder text = new StringBuilder();
    text.append("hash:net family ")
        .append(set.family() == Family.IPV4 ? "inet" : "inet6")
        .append(" hashsize ")
        .append(Math.max(DEFAULT_HASH, Integer.highestOneBit(prefixes.size())))
        .append(" maxelem ")
        .append(Math.max(DEFAULT_LIMIT, prefixes.size()))
        .append('\n');
    for (IpPrefix prefix : prefixes) {
      text.append(prefix).append('\n');
    }
    return text.toString();
  }

  private static IpPrefix member(String text, int line) {
    return IpPrefix.parse(text).orElseThrow(() -> malformed(line));
  }

  private static FwctlException malformed(int line) {
    return new FwctlException(
        Problem.of(
            ErrorCode.ANSWER_MALFORMED,
            "the address sets that the host printed make no sense in line " + line));
  }
}
