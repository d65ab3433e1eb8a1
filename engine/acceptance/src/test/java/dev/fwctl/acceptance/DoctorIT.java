package dev.fwctl.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.lab.HostSpec;
import dev.fwctl.lab.Lab;
import dev.fwctl.lab.LabNames;
import dev.fwctl.lab.LabSpec;
import dev.fwctl.lab.OnLab;
import dev.fwctl.lab.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What of the rules of real hosts is needless, by what they mean and by what the kernel counts. */
@OnLab
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorIT {
  private static final String OFFICE = "203.0.113.5";
  private static final List<String> HOSTS = List.of("nft", "legacy");

  private final Lab lab =
      Lab.up(
          LabSpec.of(
              LabNames.fresh(),
              HostSpec.withDocker("nft", "bookworm"),
              HostSpec.withDocker("legacy", "bookworm").onLegacyIptables()));

  private final Program program;

  DoctorIT(@TempDir Path folder) {
    this.program = new Program(lab, folder);
    HOSTS.forEach(host -> lab.container(host, "shop", List.of("-p", "8081:8080"), "http/8080"));
  }

  @AfterAll
  void takeDown() {
    lab.close();
  }

  @Test
  void tellsWhatIsNeedless() {
    // Hosts that nobody has touched but Docker.
    program.policy("fwctl: 1\n");
    assertThat(program.fwctl(0, "doctor", "--detailed-exitcode").words())
        .contains("nothing to mend")
        .contains("Doctor: 0 findings on 0 of 2 hosts.");

    lab.script(
        "nft",
        """
        iptables -N OLD; iptables -A OLD -p tcp -j DROP
        iptables -N EMPTY; iptables -A INPUT -p udp -j EMPTY
        iptables -A INPUT -s 10.0.0.0/8 -p tcp --dport 9999 -j DROP
        iptables -A INPUT -s 10.1.0.0/16 -p tcp --dport 9999 -j ACCEPT
        """);
    program.policy(
        """
        fwctl: 1
        policies:
          shop:
            hosts: all
            inbound:
              default: drop
              allow:
                - {to: {container: shop}, port: 8081/tcp, from: 203.0.113.0/24}
                - {to: {container: shop}, port: 8081/tcp, from: 198.51.100.0/24}
        """);
    program.fwctl(0, "apply", "--auto-approve");
    HOSTS.forEach(host -> assertThat(lab.probe(OFFICE, host + ":8081")).isEqualTo(Outcome.OPEN));

    String found = program.fwctl(2, "doctor", "--detailed-exitcode", "--unused-for", "0s").words();

    assertThat(found)
        .contains("chain OLD in filter (1 rule): no packet gets into it")
        .contains("does nothing: chain EMPTY is empty or not there")
        .contains("never applies: rules before it take all that it is for")
        .contains("-s 10.1.0.0/16 -p tcp -m tcp --dport 9999 -j ACCEPT")
        .contains("policies/policy.yml:9) has let in nothing for 0 minutes")
        .doesNotContain("policies/policy.yml:8")
        .contains("Doctor: 5 findings on 2 of 2 hosts.");
    assertThat(program.fwctl(0, "doctor", "--limit", "legacy", "--detailed-exitcode").words())
        .contains("is not told yet");
  }
}
