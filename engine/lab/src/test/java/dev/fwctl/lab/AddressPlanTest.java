package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressPlanTest {
  @Test
  void numbersHosts() {
    assertThat(AddressPlan.hostIpv4(1)).hasToString("10.90.1.1");
    assertThat(AddressPlan.hostIpv4(256)).hasToString("10.90.2.0");
    assertThat(AddressPlan.hostIpv6(1)).hasToString("fd00:90::1:1");
    assertThat(AddressPlan.hostIpv6(256)).hasToString("fd00:90::1:100");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "198.51.100.1",
        "203.0.113.255",
        "198.19.1.1",
        "192.0.2.1",
        "10.90.0.3",
        "2001:db8:7::1",
        "2001:db8:ffff::1",
        "fd00:90::3"
      })
  void knowsClients(String address) {
    assertThat(AddressPlan.isClient(IpAddress.of(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.90.0.2", "10.90.1.1", "8.8.8.8", "127.0.0.1", "2001:4860::1"})
  void knowsThoseThatAreNone(String address) {
    assertThat(AddressPlan.isClient(IpAddress.of(address))).isFalse();
  }
}
