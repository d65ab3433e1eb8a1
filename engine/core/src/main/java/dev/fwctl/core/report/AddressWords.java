package dev.fwctl.core.report;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says in words whom a set of addresses holds, as briefly as it can be said in full. */
public final class AddressWords {
  private AddressWords() {}

  /**
   * Returns the words, such as {@code everyone}, {@code 203.0.113.0/24, 2001:db8:7::/48} or {@code
   * everyone but 203.0.113.0/24}. No address is ever left out.
   */
  public static String of(AddressSet set) {
    if (set.isEmpty()) {
      return "nobody";
    }
    if (set.isAny()) {
      return "everyone";
    }
    List<String> parts = new ArrayList<>();
    List<IpPrefix> all = set.prefixes();
    List<IpPrefix> others = set.complement().prefixes();
    if (others.size() < all.size() && others.stream().noneMatch(prefix -> prefix.length() == 0)) {
      return "everyone but " + list(others);
    }
    for (Family family : Family.values()) {
      List<IpPrefix> prefixes = set.of(family).prefixes();
      if (prefixes.isEmpty()) {
        continue;
      }
      List<IpPrefix> missing = set.complement().of(family).prefixes();
      String everyone = family == Family.IPV4 ? "everyone on IPv4" : "everyone on IPv6";
      if (missing.isEmpty()) {
        parts.add(everyone);
      } else if (missing.size() < prefixes.size()) {
        parts.add(everyone + " but " + list(missing));
      } else {
        parts.add(list(prefixes));
      }
    }
    return String.join(", ", parts);
  }

  private static String list(List<IpPrefix> prefixes) {
    return prefixes.stream()
        .map(prefix -> prefix.isSingle() ? prefix.address().toString() : prefix.toString())
        .collect(Collectors.joining(", "));
  }
}
