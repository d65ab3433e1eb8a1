package dev.fwctl.core.facts;

import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import java.util.List;
import java.util.stream.Stream;

/** Rules that are in force on a host and can't be looked at, each named in a few words. */
public final class UnseenRules {
  private UnseenRules() {}

  /** Returns all that is known of. */
  public static List<String> of(HostFacts facts) {
    return Stream.concat(
            ofNftables(facts).stream(),
            facts.find(FirewallFacts.class).map(UnseenRules::hidden).orElse(List.of()).stream())
        .toList();
  }

  /** Returns the tables of nftables that iptables does not show, as far as they are known. */
  public static List<String> ofNftables(HostFacts facts) {
    boolean shown =
        facts.find(FirewallFacts.class).stream()
            .flatMap(firewall -> firewall.tools().stream())
            .anyMatch(tool -> tool.variant() == Variant.NFT);
    return facts.find(NftablesFacts.class).filter(NftablesFacts::known).stream()
        .flatMap(nftables -> nftables.tables().stream())
        .filter(table -> !(shown && isOfIptables(table)))
        .map(table -> "the nftables table %s %s".formatted(table.family(), table.name()))
        .toList();
  }

  /** Tells whether iptables-nft has such a table, and shows it. */
  private static boolean isOfIptables(NftTable table) {
    return List.of("ip", "ip6").contains(table.family())
        && List.of("raw", "mangle", "nat", "filter", "security").contains(table.name());
  }

  /** Returns the tables of iptables that another program wrote in its own way. */
  public static List<String> hidden(FirewallFacts firewall) {
    return firewall.hidden().stream()
        .map(
            table ->
                "%s table %s, whose rules iptables can't show"
                    .formatted(table.family().label(), table.name()))
        .toList();
  }
}
