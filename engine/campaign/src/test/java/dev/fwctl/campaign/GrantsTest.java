package dev.fwctl.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.campaign.Way.Client;
import dev.fwctl.campaign.Way.Service;
import dev.fwctl.model.Family;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GrantsTest {
  private static final Grants SOME =
      new Grants(
          Map.of(Service.HOST, Set.of(Client.OFFICE, Client.PARTNER), Service.SHOP, Set.of()),
          false);

  @Test
  void writesWhomItLetsIn() {
    assertThat(SOME.document())
        .endsWith(
            """
                  default: drop
                  allow:
                    - {to: host, port: 9000/tcp, from: [office, partner]}
            """);
    assertThat(new Grants(Map.of(), false).document()).endsWith("default: drop\n");
  }

  @Test
  void letsNobodyInWhoIsLockedOut() {
    Grants locked = new Grants(SOME.allowed(), true);
    assertThat(locked.document()).contains("deny:\n        - {to: any, from: any}\n");
    assertThat(Way.all()).noneMatch(locked::allow);
    assertThat(SOME.allow(new Way(Client.PARTNER, Service.HOST, Family.IPV6))).isTrue();
    assertThat(SOME.allow(new Way(Client.PARTNER, Service.SHOP, Family.IPV4))).isFalse();
  }

  @Test
  void drawsAnotherOneEachTimeAndTheSameOfTheSameSeed() {
    Set<Grants> drawn = new HashSet<>();
    for (int seed = 0; seed < 300; seed++) {
      Grants one = Grants.draw(new Random(seed), SOME);
      assertThat(one).isNotEqualTo(SOME).isEqualTo(Grants.draw(new Random(seed), SOME));
      drawn.add(one);
    }
    assertThat(drawn).hasSizeGreaterThan(20).anyMatch(Grants::lockOut);
  }
}
