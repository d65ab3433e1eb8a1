package dev.fwctl.analysis;

import dev.fwctl.model.AddressRange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The addresses that rules speak of; what is none of them is alike on all hosts.
 *
 * @param sources those that packets may come from
 * @param destinations those that packets may go to, but for link-local ones
 */
record MentionedAddresses(AddressSet sources, AddressSet destinations) {
  static final MentionedAddresses NONE =
      new MentionedAddresses(AddressSet.none(), AddressSet.none());

  /** Returns those of some rules. */
  static MentionedAddresses by(OwnedRules rules) {
    Set<AddressRange> sources = new HashSet<>();
    Set<AddressRange> destinations = new HashSet<>();
    for (OwnedTable table : rules.tables()) {
      for (Chain chain : table.chains()) {
        for (Rule rule : chain.rules()) {
          for (Match match : rule.matches()) {
            switch (match) {
              case Match.SourceAddress it -> sources.add(AddressRange.of(it.prefix()));
              case Match.DestinationAddress it -> destinations.add(AddressRange.of(it.prefix()));
              case Match.OriginalDestination it -> destinations.add(AddressRange.of(it.prefix()));
              case Match.SourceInSet it -> sources.addAll(members(rules, it.set()));
              case Match.DestinationInSet it -> destinations.addAll(members(rules, it.set()));
              default -> {}
            }
          }
        }
      }
    }
    return new MentionedAddresses(
        AddressSet.ofRanges(sources),
        AddressSet.ofRanges(destinations).minus(Surroundings.LINK_LOCAL));
  }

  private static List<AddressRange> members(OwnedRules rules, String name) {
    return rules.sets().stream()
        .filter(set -> set.name().equals(name))
        .findFirst()
        .map(set -> set.members().ranges())
        .orElse(AddressSet.any().ranges());
  }

  MentionedAddresses and(MentionedAddresses other) {
    return new MentionedAddresses(
        sources.union(other.sources), destinations.union(other.destinations));
  }
}
