package dev.fwctl.analysis;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Tells the shapes of many hosts; safe for use by many threads. */
public final class Shapes {
  /** For how many rules of ours it is kept what hosts with them have in common. */
  private static final int MOST_KINDS = 1_000;

  /** Addresses that are special on every host. */
  private static final List<String> SPECIAL =
      List.of(
          "127.0.0.0/8",
          "169.254.0.0/16",
          "224.0.0.0/4",
          "255.255.255.255/32",
          "::1/128",
          "fe80::/10",
          "ff00::/8");

  private final Map<List<Same>, Shape.Common> common = new ConcurrentHashMap<>();
  private final List<AddressSet> questions;

  /**
   * Creates it.
   *
   * @param questions the sets of addresses that are asked about on every host, besides
   */
  public Shapes(Collection<AddressSet> questions) {
    this.questions = List.copyOf(questions);
  }

  /**
   * Returns the shape of a host.
   *
   * @param ours rules that are ours there, before or after, as objects that other hosts have, too
   * @param host the host without rules of ours
   */
  public Shape of(List<OwnedRules> ours, PredictedHost host) {
    List<Same> key = ours.stream().map(Same::new).toList();
    Shape.Common known = common.get(key);
    if (known == null) {
      known = common(ours);
      if (common.size() < MOST_KINDS) {
        Shape.Common first = common.putIfAbsent(key, known);
        known = first == null ? known : first;
      }
    }
    return Shape.of(known, host);
  }

  private Shape.Common common(List<OwnedRules> ours) {
    List<AddressSet> spokenOf = new ArrayList<>(questions);
    SPECIAL.forEach(prefix -> spokenOf.add(AddressSet.of(IpPrefix.of(prefix))));
    List<String> named = new ArrayList<>();
    ours.forEach(rules -> rules.sets().forEach(set -> spokenOf.add(set.members())));
    for (OwnedTable owned : ours.stream().flatMap(rules -> rules.tables().stream()).toList()) {
      Shape.names(List.of(new Table(owned.name(), owned.chains())), named::add);
      owned.chains().stream()
          .flatMap(chain -> chain.rules().stream())
          .flatMap(Shapes::prefixes)
          .forEach(prefix -> spokenOf.add(AddressSet.of(prefix)));
    }
    return new Shape.Common(spokenOf, named);
  }

  private static Stream<IpPrefix> prefixes(Rule rule) {
    return rule.matches().stream()
        .flatMap(
            match ->
                switch (match) {
                  case Match.SourceAddress it -> Stream.of(it.prefix());
                  case Match.DestinationAddress it -> Stream.of(it.prefix());
                  case Match.OriginalDestination it -> Stream.of(it.prefix());
                  default -> Stream.empty();
                });
  }
}
