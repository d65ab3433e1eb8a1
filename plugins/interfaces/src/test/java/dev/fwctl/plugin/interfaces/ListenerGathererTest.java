package dev.fwctl.plugin.interfaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.ListenerFacts.Listener;
import dev.fwctl.model.TransportProtocol;
import dev.fwctl.spi.ProbeAnswer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenerGathererTest {
  private static Listener tcp(String address, int port, String... programs) {
    return new Listener(
        TransportProtocol.TCP,
        Optional.of(address).filter(it -> !it.equals("*")).map(IpAddress::of),
        Optional.empty(),
        port,
        List.of(programs));
  }

  private static ListenerFacts parse(String output) {
    return new ListenerGatherer().parse(new ProbeAnswer(0, output, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie", "sid"})
  void everySocketIsFoundWithWhoHoldsIt(String release) {
    ListenerFacts facts =
        new ListenerGatherer().parse(Recording.read("listeners-" + release + ".txt"));

    assertThat(facts.known()).isTrue();
    assertThat(facts.listeners())
        .contains(
            tcp("0.0.0.0", 22, "sshd"),
            tcp("::", 22, "sshd"),
            tcp("*", 8080, "perl"),
            // A socket of IPv6 that takes packets of IPv4 alone.
            tcp("127.0.0.1", 8005, "perl"),
            new Listener(
                TransportProtocol.UDP,
                Optional.of(IpAddress.of("0.0.0.0")),
                Optional.of("eth0"),
                53,
                List.of("perl")));
    assertThat(
            facts.listeners().stream()
                .anyMatch(one -> one.equals(tcp("0.0.0.0", 8081, "docker-proxy"))))
        .isEqualTo(!release.equals("trixie"));
  }

  @Test
  void programsAreNamedOnceAndMayBeUnknown() {
    assertThat(
            parse(
                    """
                    tcp LISTEN 0 128 [fe80::1]%eth0:22 [::]:* users:(("sshd",pid=1,fd=3),("systemd",pid=2,fd=4),("sshd",pid=3,fd=3))
                    tcp LISTEN 0 128 192.0.2.1:80 0.0.0.0:*
                    tcp LISTEN 0 128 192.0.2.1:80 0.0.0.0:*
                    """)
                .listeners())
        .containsExactly(
            new Listener(
                TransportProtocol.TCP,
                Optional.of(IpAddress.of("fe80::1")),
                Optional.of("eth0"),
                22,
                List.of("sshd", "systemd")),
            tcp("192.0.2.1", 80));
  }

  @Test
  void aHostWithoutTheCommandIsNotTakenForOneWhereNobodyListens() {
    ListenerFacts facts = new ListenerGatherer().parse(new ProbeAnswer(1, "", ""));
    assertThat(facts).isEqualTo(new ListenerFacts(false, List.of()));
    assertThat(new ListenerGatherer().onDemand()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp LISTEN 0 128",
        "tcp LISTEN 0 128 192.0.2.1:0 0.0.0.0:*",
        "tcp LISTEN 0 128 192.0.2.1:99999 0.0.0.0:*",
        "tcp LISTEN 0 128 web-01:80 0.0.0.0:*",
        "unix LISTEN 0 128 192.0.2.1:80 0.0.0.0:*",
        "tcp LISTEN x y 192.0.2.1:80 0.0.0.0:*"
      })
  void whatMakesNoSenseIsNotTakenForAnything(String line) {
    assertThat(parse(line + "\n").listeners()).isEmpty();
  }

  @Test
  void anAddressTakesWhatIsBoundForIt() {
    IpAddress ipv4 = IpAddress.of("192.0.2.1");
    IpAddress ipv6 = IpAddress.of("2001:db8::1");
    assertThat(tcp("*", 80).takes(ipv4)).isTrue();
    assertThat(tcp("*", 80).takes(ipv6)).isTrue();
    assertThat(tcp("0.0.0.0", 80).takes(ipv4)).isTrue();
    assertThat(tcp("::", 80).takes(ipv4)).isFalse();
    assertThat(tcp("::", 80).takes(ipv6)).isTrue();
    assertThat(tcp("192.0.2.2", 80).takes(ipv4)).isFalse();
  }
}
