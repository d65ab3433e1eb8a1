package dev.fwctl.plugin.interfaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.IpAddress;
import dev.fwctl.model.SshFacts;
import dev.fwctl.model.SshFacts.ListeningSocket;
import dev.fwctl.model.SshFacts.OwnConnection;
import dev.fwctl.spi.ProbeAnswer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SshGathererTest {
  private static final ListeningSocket[] SOCKETS = {
    socket("192.0.2.10", 22),
    socket("192.0.2.10", 2222),
    socket("::", 22),
    socket("2001:db8::10", 2022)
  };

  private static ListeningSocket socket(String address, int port) {
    return new ListeningSocket(IpAddress.of(address), port);
  }

  private static OwnConnection own(String client, String server, int port) {
    return new OwnConnection(IpAddress.of(client), IpAddress.of(server), port);
  }

  private static SshFacts parse(String output) {
    return new SshGatherer().parse(new ProbeAnswer(0, output, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie"})
  void ourOwnConnectionAndEveryListenerAreFound(String release) {
    SshFacts facts = new SshGatherer().parse(Recording.read("ssh-root-" + release + ".txt"));

    assertThat(facts.connection()).contains(own("192.0.2.10", "192.0.2.10", 22));
    assertThat(facts.listening()).containsExactly(SOCKETS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie"})
  void underSudoAsWellAndWithoutTheForwardingsOfUsers(String release) {
    SshFacts facts = new SshGatherer().parse(Recording.read("ssh-sudo-" + release + ".txt"));

    assertThat(facts.connection()).contains(own("2001:db8::10", "2001:db8::10", 2022));
    assertThat(facts.listening()).containsExactly(SOCKETS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bullseye", "bookworm", "trixie", "sid"})
  void aLocalConnectionIsNone(String release) {
    SshFacts facts = new SshGatherer().parse(Recording.read("ssh-local-" + release + ".txt"));

    assertThat(facts.connection()).isEmpty();
    assertThat(facts.listening()).containsExactly(SOCKETS);
  }

  @Test
  void theNearestParentsEnvironmentCounts() {
    assertThat(
            parse(
                    "SSH_CONNECTION=192.0.2.1 1 192.0.2.10 22\n"
                        + "SSH_CONNECTION=198.51.100.1 1 192.0.2.10 22\nfiles\nlisteners\n")
                .connection())
        .contains(own("192.0.2.1", "192.0.2.10", 22));
  }

  @Test
  void aServerThatIsStartedForEachConnectionListensOnOurPort() {
    assertThat(parse("SSH_CONNECTION=192.0.2.1 5 192.0.2.10 2200\nfiles\nlisteners\n").listening())
        .containsExactly(socket("192.0.2.10", 2200));
  }

  @Test
  void theZoneOfALinkLocalAddressIsLeftOut() {
    assertThat(
            parse("SSH_CONNECTION=fe80::1%eth0 5 fe80::2%eth0 22\nfiles\nlisteners\n").connection())
        .contains(own("fe80::1", "fe80::2", 22));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH_CONNECTION=\n",
        "SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535\n",
        "SSH_CONNECTION=192.0.2.1 5 192.0.2.10 0\n",
        "SSH_CONNECTION=192.0.2.1 5 192.0.2.10 99999\n",
        "SSH_CONNECTION=192.0.2.1 5\n",
        "files\nSSH_CONNECTION=192.0.2.1 5 192.0.2.10 22\n",
        "files\nl -> socket:[x]\nlisteners\n0: short\n",
        "files\nl -> socket:[7]\nlisteners\n"
            + "0: ZZ:0016 00000000:0000 0A 0:0 0:0 0 0 0 7 1 0 100 0 0 10 0\n"
      })
  void whatMakesNoSenseIsNotTakenForAnything(String output) {
    assertThat(parse(output).connection()).isEmpty();
    assertThat(parse(output).listening()).isEmpty();
  }
}
