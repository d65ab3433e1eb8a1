package dev.fwctl.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import org.junit.jupiter.api.Test;

class AddressWordsTest {
  @Test
  void saysTheShorterOfTwoWays() {
    AddressSet office =
        AddressSet.of(IpPrefix.of("203.0.113.0/24"), IpPrefix.of("2001:db8::7/128"));

    assertThat(AddressWords.of(office)).isEqualTo("203.0.113.0/24, 2001:db8::7");
    assertThat(AddressWords.of(office.complement()))
        .isEqualTo("everyone but 203.0.113.0/24, 2001:db8::7");
    assertThat(AddressWords.of(AddressSet.any())).isEqualTo("everyone");
    assertThat(AddressWords.of(AddressSet.none())).isEqualTo("nobody");
  }

  @Test
  void speaksOfOneFamilyAlone() {
    AddressSet ipv6 = AddressSet.any().of(Family.IPV6);

    assertThat(AddressWords.of(ipv6)).isEqualTo("everyone on IPv6");
    assertThat(AddressWords.of(ipv6.minus(AddressSet.of(IpPrefix.of("fe80::/10")))))
        .isEqualTo("everyone on IPv6 but fe80::/10");
  }
}
