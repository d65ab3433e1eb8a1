package dev.fwctl.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.PacketKind.Path;
import dev.fwctl.analysis.PacketKind.Payload;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.Ruleset;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ObstructionTest {
  private static final PacketKind TO_SSH =
      new PacketKind(
          Family.IPV4,
          Path.TO_HOST,
          Optional.of("eth0"),
          Optional.empty(),
          new Payload.Dialled(TransportProtocol.TCP, 22),
          AddressSet.of(IpPrefix.of("192.0.2.10/32")));

  private static PredictedHost host(String rules) {
    TreeMap<String, Fact> facts = new TreeMap<>();
    facts.put(
        "network",
        new NetworkFacts(
            "web-01",
            List.of(TestNetworks.link("eth0", "192.0.2.10/24")),
            List.of(new NetworkFacts.Route(IpPrefix.of("0.0.0.0/0"), Optional.empty(), "eth0")),
            false));
    facts.put(
        "firewall",
        new FirewallFacts(
            List.of(),
            true,
            List.of(new Ruleset(Family.IPV4, Variant.NFT, RulesetText.parse(rules))),
            List.of(),
            List.of(),
            true,
            "digest"));
    return PredictedHost.withoutOurs(
        new HostFacts(facts), new TreeSet<>(List.of("eth0")), OwnedRules.none(), List.of());
  }

  @Test
  void tellsWhomRulesOfOthersKeepOut() {
    PredictedHost host =
        host("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 203.0.113.0/24 -j DROP\nCOMMIT\n");
    Obstruction.Blocked blocked = new Obstruction(host).of(TO_SSH);
    assertThat(blocked.surely()).isEqualTo(AddressSet.of(IpPrefix.of("203.0.113.0/24")));
    assertThat(blocked.partly()).isEqualTo(AddressSet.none());
  }

  /** The lines of a plan that tell of it are not worth leaving a host alone. */
  @Test
  void whereRulesAreTooManyToFollowNothingIsKnown() {
    PredictedHost host =
        host("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 203.0.113.0/24 -j DROP\nCOMMIT\n");
    Obstruction obstruction =
        new Obstruction(
            host,
            family ->
                new SymbolicTraversal(
                    family,
                    host.tables().getOrDefault(family, List.of()),
                    List.of(),
                    host.facts().network(),
                    200));
    for (int asked = 0; asked < 2; asked++) {
      Obstruction.Blocked blocked = obstruction.of(TO_SSH);
      assertThat(blocked.surely()).isEqualTo(AddressSet.none());
      assertThat(blocked.partly()).isEqualTo(Reach.everyone(Family.IPV4));
    }
  }
}
