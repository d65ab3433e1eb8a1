package dev.fwctl.core.known;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says in words whom a set of addresses holds, as briefly as it can be said in full. */
public final class AddressWords {
  private AddressWords() {}

  /**
   * Returns the words, such as {@code everyone}, {@code 203.0.113.0/24, 2001:db8:7::/48}, {@code
   * everyone but 203.0.113.0/24} or {@code 203.0.113.0/24 (but not 203.0.113.66)}. No address is
   * ever left out.
   */
  public static String of(AddressSet set) {
    if (set.isEmpty()) {
      return "nobody";
    }
    if (set.isAny()) {
      return "everyone";
    }
    List<String> words = new ArrayList<>();
    int named = 0;
    for (Family family : Family.values()) {
      Brief brief = brief(set.of(family), IpPrefix.everything(family));
      words.addAll(brief.words());
      named += brief.named();
    }
    List<IpPrefix> others = set.complement().prefixes();
    return others.size() < named && others.stream().noneMatch(AddressWords::isWholeFamily)
        ? "everyone but " + list(others)
        : String.join(", ", words);
  }

  /** More prefixes than this are not named one by one where there is little room. */
  private static final int FEW = 3;

  /**
   * Returns the same words, or if they name many prefixes only the first and how many more there
   * are, such as {@code 203.0.113.0/24 and 12 more}. For where all are told elsewhere.
   */
  public static String brief(AddressSet set) {
    String words = of(set);
    long named = words.chars().filter(character -> character == ',').count() + 1;
    int first = words.indexOf(',');
    return named <= FEW + 1 || words.indexOf('(') >= 0 && words.indexOf('(') < first
        ? words
        : words.substring(0, first) + " and " + (named - 1) + " more";
  }

  /** Some words, and how many prefixes they name. */
  private record Brief(int named, List<String> words) {}

  /** Returns the words that name the fewest prefixes for a set that lies within a prefix. */
  private static Brief brief(AddressSet set, IpPrefix within) {
    if (set.isEmpty()) {
      return new Brief(0, List.of());
    }
    List<IpPrefix> missing = AddressSet.of(within).minus(set).prefixes();
    if (missing.isEmpty()) {
      return new Brief(1, List.of(word(within)));
    }
    List<String> words = new ArrayList<>();
    int named = 0;
    for (IpAddress half : List.of(within.address(), within.last())) {
      IpPrefix part = IpPrefix.containing(half, within.length() + 1);
      Brief brief = brief(set.intersect(AddressSet.of(part)), part);
      named += brief.named();
      words.addAll(brief.words());
    }
    return 1 + missing.size() < named
        ? new Brief(1 + missing.size(), List.of(word(within) + " (but not " + list(missing) + ")"))
        : new Brief(named, words);
  }

  private static String list(List<IpPrefix> prefixes) {
    return prefixes.stream().map(AddressWords::word).collect(Collectors.joining(", "));
  }

  private static String word(IpPrefix prefix) {
    if (isWholeFamily(prefix)) {
      return prefix.family() == Family.IPV4 ? "everyone on IPv4" : "everyone on IPv6";
    }
    return prefix.isSingle() ? prefix.address().toString() : prefix.toString();
  }

  private static boolean isWholeFamily(IpPrefix prefix) {
    return prefix.length() == 0;
  }
}
