package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What hosts and containers may send, on every release and in both families. */
@OnFleet
class OutboundIT {
  private static final String MAIL = "tcp/198.18.0.80/25";
  private static final String WEB = "tcp/198.18.0.80/443";
  private static final String NAMES = "udp/198.18.0.80/53";
  private static final String MAIL_IPV6 = "tcp/2001:db8:80::80/25";
  private static final String WEB_IPV6 = "tcp/2001:db8:80::80/443";
  private static final String NAMES_IPV6 = "udp/2001:db8:80::80/53";

  private final Fleet fleet;

  OutboundIT(Fleet fleet) {
    this.fleet = fleet;
  }

  private void fromTheHost(String expected, String... targets) {
    assertThat(fleet.fromEachHost(host -> words(fleet.lab().run(host, with("probe", targets)))))
        .allSatisfy((host, answers) -> assertThat(answers).as(host).isEqualTo(expected));
  }

  private void from(String container, String expected, String... targets) {
    Map<String, String> heard =
        fleet.fromEachHost(host -> words(fleet.probeFromContainer(host, container, targets)));
    assertThat(heard)
        .allSatisfy((host, answers) -> assertThat(answers).as(host).isEqualTo(expected));
  }

  private static String[] with(String first, String... more) {
    String[] all = new String[more.length + 1];
    all[0] = first;
    System.arraycopy(more, 0, all, 1, more.length);
    return all;
  }

  private static String words(String lines) {
    return String.join(" ", lines.strip().lines().toList());
  }

  @Test
  void withoutAPolicyEverythingGoesOut() {
    fleet.apply("");
    fromTheHost("open open open open open open", MAIL, WEB, NAMES, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
    from("worker", "open open open", MAIL, WEB, NAMES);
    from("six", "open open open open open", MAIL, WEB, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
  }

  @Test
  void aDenyForAllStopsHostAndContainers() {
    fleet.apply(
        """
        policies:
          no-mail:
            hosts: all
            outbound:
              deny:
                - {from: any, to: any, port: 25/tcp}
        """);
    fromTheHost("timeout open timeout open", MAIL, WEB, MAIL_IPV6, WEB_IPV6);
    from("worker", "timeout open open", MAIL, WEB, NAMES);
    from("six", "timeout open timeout open", MAIL, WEB, MAIL_IPV6, WEB_IPV6);
    // host networking
    from("monitor", "timeout open timeout open", MAIL, WEB, MAIL_IPV6, WEB_IPV6);
  }

  @Test
  void aDenyForAContainerWithANetworkOfItsOwn() {
    fleet.apply(
        """
        policies:
          six:
            hosts: all
            outbound:
              default: accept
              deny:
                - {from: {container: six}, to: remote, port: [25/tcp, 53/udp]}
        """);
    from("six", "timeout open timeout open timeout", MAIL, WEB, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
    from("worker", "open open", MAIL, NAMES);
    fromTheHost("open open", MAIL, MAIL_IPV6);
  }

  @Test
  void aContainerThatSharesItsNetworkIsRefusedWithAHint() {
    fleet.apply("");
    fleet.policy(
        """
        policies:
          worker:
            hosts: all
            outbound:
              deny:
                - {from: {container: worker}, to: any, port: 25/tcp}
        """);
    Program.Run run = fleet.fwctl("apply", "--auto-approve");
    assertThat(run.exitCode()).as("%s", run).isEqualTo(4);
    assertThat(run.words())
        .contains("policies/policy.yml:", "worker", "backend", "api", "network of its own");
    assertThat(fleet.leftovers()).allSatisfy((_, text) -> assertThat(text).isEmpty());
  }

  @Test
  void aDefaultDropLetsOutOnlyWhatIsAllowed() {
    fleet.apply(
        """
        policies:
          closed:
            hosts: all
            outbound:
              default: drop
              allow:
                - {from: any, to: any, port: 53/udp}
                - {from: host, to: remote, port: 443/tcp}
                - {from: {container: six}, to: remote, port: 25/tcp}
        """);
    fromTheHost(
        "timeout open open timeout open open", MAIL, WEB, NAMES, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
    from("worker", "timeout timeout open", MAIL, WEB, NAMES);
    from("six", "open timeout open timeout open", MAIL, WEB, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
    // answers to those who come in are no business of outbound rules
    fleet
        .see()
        .open(
            Client.STRANGER,
            Endpoint.published(8081),
            Endpoint.published(8082),
            Endpoint.publishedUdp(5353),
            Endpoint.port(8084),
            Endpoint.port(9000),
            Endpoint.udp(9001),
            Endpoint.port(22),
            Endpoint.ping())
        .verify();
  }

  @Test
  void aDefaultRejectTellsTheSender() {
    fleet.apply(
        """
        policies:
          closed:
            hosts: all
            outbound:
              default: reject
              allow:
                - {from: any, to: any, port: 443/tcp}
        """);
    fromTheHost("refused open refused open", MAIL, WEB, MAIL_IPV6, WEB_IPV6);
    from("worker", "refused open refused", MAIL, WEB, NAMES);
    from("six", "refused open refused open refused", MAIL, WEB, MAIL_IPV6, WEB_IPV6, NAMES_IPV6);
  }
}
