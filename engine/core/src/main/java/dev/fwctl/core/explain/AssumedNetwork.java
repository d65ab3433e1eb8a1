package dev.fwctl.core.explain;

import dev.fwctl.model.Family;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NetworkFacts.InterfaceAddress;
import dev.fwctl.model.NetworkFacts.NetworkInterface;
import dev.fwctl.model.NetworkFacts.Route;
import dev.fwctl.model.netfilter.Chain;
import dev.fwctl.model.netfilter.Match;
import dev.fwctl.model.netfilter.Rule;
import dev.fwctl.model.netfilter.Table;
import dev.fwctl.model.netfilter.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the network of a host may look like of which only the rules are known.
 *
 * <p>Docker hides the source of what leaves a network by another interface than its bridge, which
 * tells of both: {@code -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE}.
 */
final class AssumedNetwork {
  private final List<Route> routes = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private final String in;

  /**
   * Makes one.
   *
   * @param tables the tables of one family
   * @param in the interface that the packet comes in by
   */
  AssumedNetwork(List<Table> tables, String in) {
    this.in = in;
    tables.stream()
        .filter(table -> table.name().equals("nat"))
        .flatMap(table -> table.chain("POSTROUTING").stream())
        .map(Chain::rules)
        .flatMap(List::stream)
        .forEach(this::learn);
  }

  private void learn(Rule rule) {
    Optional<IpPrefix> source = Optional.empty();
    Optional<String> bridge = Optional.empty();
    for (Match match : rule.matches()) {
      if (match instanceof Match.SourceAddress it && !it.negated()) {
        source = Optional.of(it.prefix());
      } else if (match instanceof Match.OutInterface it && it.negated()) {
        bridge = Optional.of(it.name());
      } else {
        return;
      }
    }
    boolean hides =
        rule.target()
            .filter(Target.Other.class::isInstance)
            .map(target -> ((Target.Other) target).name().equals("MASQUERADE"))
            .orElse(false);
    if (hides && source.isPresent() && bridge.isPresent()) {
      routes.add(new Route(source.get(), Optional.empty(), bridge.get()));
      remarks.add(
          "assumed from a rule of POSTROUTING: %s is behind %s"
              .formatted(source.get(), bridge.get()));
    }
  }

  /**
   * Returns the network.
   *
   * @param to where the packet is bound, the host's own address unless a network is known for it
   */
  NetworkFacts with(Optional<IpAddress> to, Family family) {
    Optional<IpAddress> own =
        to.filter(
            address -> routes.stream().noneMatch(route -> route.destination().contains(address)));
    own.ifPresent(
        address -> remarks.add("assumed: %s is the host's own address".formatted(address)));
    remarks.add("assumed: all else is reached by %s".formatted(in));
    List<Route> all = new ArrayList<>(routes);
    all.add(new Route(IpPrefix.everything(family), Optional.empty(), in));
    int length = IpPrefix.single(IpAddress.lowest(family)).length();
    return new NetworkFacts(
        "",
        List.of(
            new NetworkInterface(
                in,
                "",
                true,
                own.stream().map(address -> new InterfaceAddress(address, length)).toList())),
        all,
        true);
  }

  List<String> remarks() {
    return List.copyOf(remarks);
  }
}
