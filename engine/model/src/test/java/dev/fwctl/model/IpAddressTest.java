package dev.fwctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  /** RFC 5952, sections 2 and 4. */
  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8::0001, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:DB8::A, 2001:db8::a",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "::ffff:192.0.2.1, ::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "192.0.2.1, 192.0.2.1",
    "255.255.255.255, 255.255.255.255",
  })
  void printsTheCanonicalForm(String text, String canonical) {
    assertThat(IpAddress.of(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.a",
        "1..2.3",
        ":",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "g::",
        "::1.2.3",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7:8::",
        " 1.2.3.4",
        "1.2.3.4\n",
        "::ffff:1.2.3.256",
        "-1.2.3.4",
        "1.2.3.+4",
        "١.2.3.4"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThat(IpAddress.parse(text)).isEmpty();
  }

  @Property
  void readsWhatItPrints(@ForAll long high, @ForAll long low, @ForAll boolean ipv4) {
    IpAddress address =
        ipv4
            ? new IpAddress(Family.IPV4, 0, low & 0xffff_ffffL)
            : new IpAddress(Family.IPV6, high, low);

    assertThat(IpAddress.parse(address.toString())).contains(address);
  }

  @Property
  void agreesWithTheJdk(@ForAll long high, @ForAll @LongRange(min = 0, max = 0xffff) long low)
      throws UnknownHostException {
    IpAddress address = new IpAddress(Family.IPV6, high & 0xffff_0000_0000_ffffL | 1L << 61, low);

    assertThat(InetAddress.ofLiteral(address.toString()).getAddress())
        .isEqualTo(
            java.nio.ByteBuffer.allocate(16)
                .putLong(address.high())
                .putLong(address.low())
                .array());
  }

  @Test
  void ordersByNumberIpv4First() {
    assertThat(IpAddress.of("255.255.255.255")).isLessThan(IpAddress.of("::"));
    assertThat(IpAddress.of("7fff:ffff::")).isLessThan(IpAddress.of("8000::"));
    assertThat(IpAddress.of("127.0.0.1")).isLessThan(IpAddress.of("128.0.0.0"));
  }

  @Test
  void knowsItsNeighbours() {
    assertThat(IpAddress.of("::ffff:ffff:ffff:ffff").next()).contains(IpAddress.of("0:0:0:1::"));
    assertThat(IpAddress.of("0:0:0:1::").previous())
        .contains(IpAddress.of("::ffff:ffff:ffff:ffff"));
    assertThat(IpAddress.of("255.255.255.255").next()).isEmpty();
    assertThat(IpAddress.of("::").previous()).isEmpty();
  }

  @Test
  void tellsSpecialAddresses() {
    assertThat(IpAddress.of("127.8.0.1").isLoopback()).isTrue();
    assertThat(IpAddress.of("::1").isLoopback()).isTrue();
    assertThat(IpAddress.of("::2").isLoopback()).isFalse();
    assertThat(IpAddress.of("fe80::1").isLinkLocal()).isTrue();
    assertThat(IpAddress.of("febf::1").isLinkLocal()).isTrue();
    assertThat(IpAddress.of("fec0::1").isLinkLocal()).isFalse();
    assertThat(IpAddress.of("169.254.3.4").isLinkLocal()).isTrue();
    assertThat(IpAddress.of("0.0.0.0").isUnspecified()).isTrue();
  }
}
