package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InventoryFileTest {
  private static final Layout LAYOUT =
      new Layout(new LabFolders(Path.of("/labs"), Path.of("/cache")), "shop");
  private static final List<LabHost> HOSTS =
      List.of(
          new LabHost(1, HostSpec.withDocker("web", "sid")),
          new LabHost(2, HostSpec.plain("db", "bullseye")));

  @Test
  void writesWhatAnsibleReads() {
    assertThat(InventoryFile.inventory(LAYOUT, HOSTS))
        .isEqualTo(
            """
            all:
              vars:
                ansible_user: root
                ansible_ssh_private_key_file: /labs/shop/id_ed25519
                ansible_ssh_common_args: -o UserKnownHostsFile=/labs/shop/known_hosts
              hosts:
                web: {ansible_host: 10.90.1.1}
                db: {ansible_host: 10.90.1.2}
              children:
                bullseye:
                  hosts:
                    db:
                docker:
                  hosts:
                    web:
                plain:
                  hosts:
                    db:
                sid:
                  hosts:
                    web:
            """);
  }

  @Test
  void writesWhatOpensshReads() {
    assertThat(
            InventoryFile.knownHosts(
                HOSTS, Map.of("web", "ssh-ed25519 AAAA1 a\n", "db", "ssh-ed25519 AAAA2\n")))
        .isEqualTo(
            """
            web,10.90.1.1,fd00:90::1:1 ssh-ed25519 AAAA1
            db,10.90.1.2,fd00:90::1:2 ssh-ed25519 AAAA2
            """);
  }

  @Test
  void refusesAHostWithoutKey() {
    assertThatThrownBy(() -> InventoryFile.knownHosts(HOSTS, Map.of()))
        .hasMessageContaining("no public key of web");
  }
}
