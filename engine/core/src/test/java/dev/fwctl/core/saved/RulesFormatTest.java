package dev.fwctl.core.saved;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.FirewallFacts.Variant;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.NamedSet;
import dev.fwctl.model.netfilter.OwnedRules;
import dev.fwctl.model.netfilter.OwnedRules.Hook;
import dev.fwctl.model.netfilter.OwnedRules.OwnedTable;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesFormatTest {
  /** What somebody may have written into our chains is among it. */
  private static final Table TABLE =
      RulesetText.parse(
              """
              *filter
              :DOCKER-USER - [0:0]
              :OTHERS - [0:0]
              :INPUT ACCEPT [0:0]
              :FWCTL-A - [0:0]
              :FWCTL-B - [0:0]
              -A DOCKER-USER -m comment --comment "fwctl: \\"first\\"" -j FWCTL-A
              -A INPUT -i eth0 -j FWCTL-A
              -A INPUT -g FWCTL-B
              -A FWCTL-A -m recent --set --name "a b" -j LOG --log-prefix "x: "
              -A FWCTL-A -j OTHERS
              -A FWCTL-A -p icmp -m icmp --icmp-type 8 -m set --match-set fwctl-1 src -g FWCTL-B
              COMMIT
              """)
          .getFirst();

  private static final OwnedRules RULES =
      new OwnedRules(
          List.of(
              new OwnedTable(
                  Family.IPV4,
                  Variant.LEGACY,
                  "filter",
                  List.of(TABLE.chain("FWCTL-A").get(), TABLE.chain("FWCTL-B").get()),
                  List.of(hook("DOCKER-USER", 3, 0), hook("INPUT", 1, 0), hook("INPUT", 7, 1)))),
          List.of(
              new NamedSet("fwctl-1", Family.IPV6, AddressSet.of(IpPrefix.of("2001:db8::/32")))));

  private static Hook hook(String chain, int position, int index) {
    return new Hook(chain, position, TABLE.chain(chain).get().rules().get(index));
  }

  @Test
  void whatIsWrittenIsRead() {
    assertThat(RulesFormat.read(RulesFormat.write(RULES))).isEqualTo(RULES);
    assertThat(RulesFormat.read(RulesFormat.write(OwnedRules.none()))).isEqualTo(OwnedRules.none());
  }

  @Test
  void rulesStandInItAsIptablesSaveHasThem() {
    assertThat(RulesFormat.write(RULES)).contains("-A INPUT -i eth0 -j FWCTL-A\\n");
  }
}
