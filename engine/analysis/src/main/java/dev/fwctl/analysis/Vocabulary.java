package dev.fwctl.analysis;

import dev.fwctl.model.Family;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The words by which rules and a host tell packets apart, each of which stands for all that nothing
 * tells from it.
 *
 * @param patterns interfaces as rules and the host name them
 * @param interfaces names of interfaces: no name at all, then one for each that is named, then one
 *     for each beginning that is named, where there is another name with it
 * @param protocols names of protocols, the last for all that nobody names
 * @param markBits the bits of marks that rules ask for
 */
record Vocabulary(
    SortedSet<String> patterns,
    List<String> interfaces,
    List<String> protocols,
    List<Integer> markBits) {
  /** The longest name of an interface. Source: the kernel's IFNAMSIZ, which counts the end. */
  private static final int LONGEST_NAME = 15;

  private static final String SUFFIXES = "0123456789abcdefghijklmnopqrstuvwxyz";

  /** Protocols that have ports. Source: iptables-extensions(8), "multiport". */
  static final List<String> WITH_PORTS = List.of("tcp", "udp", "sctp", "udplite", "dccp");

  Vocabulary {
    patterns = Collections.unmodifiableSortedSet(new TreeSet<>(patterns));
    interfaces = List.copyOf(interfaces);
    protocols = List.copyOf(protocols);
    markBits = List.copyOf(markBits);
  }

  static Vocabulary of(Family family, Collection<Table> tables, NetworkFacts network) {
    SortedSet<String> patterns = new TreeSet<>();
    patterns.add("+");
    patterns.add("lo");
    network.interfaces().forEach(link -> patterns.add(link.name()));
    network.routes().forEach(route -> patterns.add(route.interfaceName()));
    SortedSet<String> protocols = new TreeSet<>(WITH_PORTS);
    protocols.add(icmp(family));
    long marks = 0;
    for (Table table : tables) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          for (Match match : rule.matches()) {
            switch (match) {
              case Match.InInterface it -> patterns.add(it.name());
              case Match.OutInterface it -> patterns.add(it.name());
              case Match.Protocol it -> protocols.add(it.name());
              case Match.PacketMark it -> marks |= it.mask();
              default -> {}
            }
          }
        }
      }
    }
    List<String> named = new ArrayList<>(protocols);
    named.add(unnamed(protocols));
    long asked = marks;
    return new Vocabulary(
        patterns,
        interfaces(patterns),
        named,
        IntStream.range(0, 32).filter(bit -> (asked >>> bit & 1) == 1).boxed().toList());
  }

  /** Returns the number of the name that stands for an interface. */
  int interfaceOf(Optional<String> name) {
    int known = interfaces.indexOf(name.orElse(""));
    if (known >= 0) {
      return known;
    }
    String closest = closest(name.orElseThrow(), patterns);
    return IntStream.range(1, interfaces.size())
        .filter(index -> closest(interfaces.get(index), patterns).equals(closest))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the number of the name that stands for a protocol. */
  int protocolOf(String name) {
    int known = protocols.indexOf(name);
    return known >= 0 ? known : protocols.size() - 1;
  }

  static String icmp(Family family) {
    return family == Family.IPV4 ? "icmp" : "ipv6-icmp";
  }

  /** Returns a protocol that is not among some; the highest numbers are for experiments. */
  private static String unnamed(SortedSet<String> named) {
    return IntStream.iterate(254, number -> number - 1)
        .mapToObj(Integer::toString)
        .filter(number -> !named.contains(number))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> interfaces(SortedSet<String> patterns) {
    List<String> names = new ArrayList<>();
    names.add("");
    patterns.stream()
        .filter(pattern -> !pattern.endsWith("+") && !pattern.isEmpty())
        .forEach(names::add);
    for (String pattern : patterns) {
      if (pattern.endsWith("+")) {
        String beginning = pattern.substring(0, pattern.length() - 1);
        other(beginning, patterns).ifPresent(names::add);
      }
    }
    return names;
  }

  /** Returns a name that begins so, and is no other named one, nor begins as another does. */
  private static Optional<String> other(String beginning, SortedSet<String> patterns) {
    List<String> candidates = new ArrayList<>();
    candidates.add(beginning);
    for (int first = 0; first < SUFFIXES.length(); first++) {
      candidates.add(beginning + SUFFIXES.charAt(first));
    }
    for (int first = 0; first < SUFFIXES.length(); first++) {
      for (int second = 0; second < SUFFIXES.length(); second++) {
        candidates.add(beginning + SUFFIXES.charAt(first) + SUFFIXES.charAt(second));
      }
    }
    return candidates.stream()
        .filter(name -> !name.isEmpty() && name.length() <= LONGEST_NAME)
        .filter(name -> closest(name, patterns).equals(beginning + "+"))
        .findFirst();
  }

  /** Returns the pattern that says most about a name. */
  private static String closest(String name, Collection<String> patterns) {
    if (patterns.contains(name)) {
      return name;
    }
    String closest = "+";
    for (String pattern : patterns) {
      if (pattern.endsWith("+")
          && pattern.length() > closest.length()
          && name.startsWith(pattern.substring(0, pattern.length() - 1))) {
        closest = pattern;
      }
    }
    return closest;
  }
}
