package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Host;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The inventories that the repository shows as examples. */
class ExampleInventoriesTest {
  private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

  private static Inventory read(String source) {
    return new InventoryReader(Fleet.localSide(REPOSITORY), List.of()).read(List.of(source));
  }

  @Test
  void theShopHasThreeDockerHosts() {
    Inventory shop = read("inventories/shop");

    assertThat(shop.select("docker:&prod", Optional.empty()))
        .extracting(Host::name)
        .containsExactly("db-01", "web-01", "web-02");
    assertThat(shop.hosts())
        .allSatisfy(host -> assertThat(host.connection().user()).contains("root"));
  }

  @Test
  void theCompanyReachesItsSouthernSiteThroughItsEdge() {
    Inventory company = read("inventories/company");

    assertThat(company.warnings()).isEmpty();
    assertThat(company.select("south:!edge", Optional.empty()))
        .isNotEmpty()
        .allSatisfy(
            host ->
                assertThat(host.connection().jump().orElseThrow().address())
                    .isEqualTo("edge-s01.south.example"));
    assertThat(company.select("north:edge", Optional.empty()))
        .isNotEmpty()
        .allSatisfy(host -> assertThat(host.connection().jump()).isEmpty());
  }
}
