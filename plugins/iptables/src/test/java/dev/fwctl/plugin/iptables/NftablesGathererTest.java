package dev.fwctl.plugin.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.NftablesFacts.NftTable;
import dev.fwctl.spi.ProbeAnswer;
import java.util.List;
import org.junit.jupiter.api.Test;

class NftablesGathererTest {
  private static NftablesFacts parse(int status, String output) {
    return new NftablesGatherer().parse(new ProbeAnswer(status, output, ""));
  }

  @Test
  void findsTheTablesThatPacketsMeet() {
    String output =
        """
        table ip filter {
        \tchain INPUT {
        \t\ttype filter hook input priority filter; policy accept;
        \t}
        \tchain DOCKER {
        \t}
        \tchain FORWARD {
        \t\ttype filter hook forward priority filter; policy drop;
        \t}
        }
        table inet only-sets {
        \tchain unused {
        \t}
        }
        table inet f2b-table {
        \tchain f2b-chain {
        \t\ttype filter hook input priority filter - 1; policy accept;
        \t}
        }
        """;
    assertThat(parse(0, output))
        .isEqualTo(
            new NftablesFacts(
                true, List.of(new NftTable("ip", "filter"), new NftTable("inet", "f2b-table"))));
    assertThat(parse(0, "").known()).isTrue();
  }

  @Test
  void doesNotKnowWhereNobodyTells() {
    assertThat(parse(1, "").known()).isFalse();
    assertThat(parse(124, "table ip filter {\n").known()).isFalse();
  }

  @Test
  void isNotAskedForByAPlan() {
    assertThat(new NftablesGatherer().onDemand()).isTrue();
    assertThat(new IptablesGatherer().onDemand()).isFalse();
  }
}
