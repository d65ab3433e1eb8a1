package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {
  @ParameterizedTest
  @CsvSource({
    "web-01:8081, tcp/10.90.1.1/8081",
    "web-01:8081/tcp, tcp/10.90.1.1/8081",
    "web-01:53/udp, udp/10.90.1.1/53",
    "web-01/icmp, icmp/10.90.1.1",
    "10.90.1.9:1, tcp/10.90.1.9/1",
    "[fd00:90::1:1]:65535, tcp/fd00:90::1:1/65535",
    "[fd00:90::1:1]/icmp, icmp/fd00:90::1:1"
  })
  void parses(String text, String argument) {
    assertThat(parse(text).argument()).isEqualTo(argument);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "web-01",
        "web-01:",
        "web-01:0",
        "web-01:65536",
        "web-01:80/sctp",
        "web-01:80/icmp",
        "web-02:80",
        "fd00::1:80",
        "[fd00::1",
        "[10.90.1.1x]:80",
        "web-01:80 tcp/1.2.3.4/5"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(FwctlException.class);
  }

  @Test
  void refusesMixedFamilies() {
    assertThatThrownBy(() -> Probe.of(IpAddress.of("2001:db8::1"), parse("web-01:80")))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("not of one family");
  }

  private static Target parse(String text) {
    return Target.parse(
        text,
        name -> name.equals("web-01") ? Optional.of(IpAddress.of("10.90.1.1")) : Optional.empty());
  }
}
