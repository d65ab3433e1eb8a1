package dev.fwctl.acceptance.corpora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.analysis.Packet;
import dev.fwctl.model.IpAddress;
import dev.fwctl.model.IpPrefix;
import dev.fwctl.model.netfilter.RulesetText;
import dev.fwctl.model.netfilter.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoundsTest {
  private static final List<Table> RULES =
      RulesetText.parse(
          """
          *filter
          :INPUT DROP [0:0]
          -A INPUT -i lan0 -j ACCEPT
          -A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport 22 -j ACCEPT
          -A INPUT -p udp -m limit --limit 5/min -j ACCEPT
          COMMIT
          """);

  private static final String LAN = "ACCEPT  all  --  10.1.0.0/16  0.0.0.0/0";
  private static final String SSH = "ACCEPT  tcp  --  0.0.0.0/0  0.0.0.0/0  tcp dpt:22";
  private static final String UDP = "ACCEPT  udp  --  0.0.0.0/0  0.0.0.0/0";

  private static Optional<Packet> violation(List<String> lower, List<String> upper) {
    return Bounds.violation(
        RULES, "INPUT", Map.of("lan0", IpPrefix.of("10.1.0.0/16")), listed(lower), listed(upper));
  }

  private static String listed(List<String> rules) {
    return "Chain INPUT (policy ACCEPT)\ntarget  prot opt source  destination\n"
        + String.join("\n", rules)
        + "\n\nChain FORWARD (policy ACCEPT)\ntarget  prot opt source  destination\n";
  }

  @Test
  void findsNothingBetweenBounds() {
    assertThat(violation(List.of(LAN, SSH), List.of(LAN, SSH, UDP))).isEmpty();
    assertThat(violation(List.of(), List.of(UDP, SSH, LAN))).isEmpty();
  }

  @Test
  void findsAPacketThatIsNotSurelyLetThrough() {
    assertThat(violation(List.of(LAN, SSH, UDP), List.of(LAN, SSH, UDP)))
        .hasValueSatisfying(packet -> assertThat(packet.protocol()).isEqualTo("udp"));
  }

  @Test
  void findsAPacketThatIsLetThroughBeyond() {
    assertThat(violation(List.of(LAN), List.of(SSH, UDP)))
        .hasValueSatisfying(
            packet -> {
              assertThat(packet.in()).contains("lan0");
              assertThat(IpPrefix.of("10.1.0.0/16").contains(packet.source())).isTrue();
            });
    assertThat(violation(List.of(LAN), List.of(LAN, UDP)))
        .hasValueSatisfying(
            packet -> assertThat(packet.source()).isEqualTo(IpAddress.of("203.0.113.5")));
  }
}
