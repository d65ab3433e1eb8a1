package dev.fwctl.core.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.Host;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnlimitedInventoryTest {
  @TempDir Path folder;

  @Test
  void whatALimitTookAwayIsStillKnown() {
    Inventory limited =
        new Fleet(folder)
            .file("hosts", "[web]\nweb1\nweb2\n[db]\ndb1\n")
            .read("hosts")
            .limitedTo(Optional.of("web1"), Optional.empty());

    assertThat(limited.match("all", Optional.empty())).containsExactly("web1");
    assertThat(limited.unlimited().match("all", Optional.empty()))
        .containsExactly("db1", "web1", "web2");
    assertThat(limited.hosts()).extracting(Host::name).containsExactly("web1");
  }
}
