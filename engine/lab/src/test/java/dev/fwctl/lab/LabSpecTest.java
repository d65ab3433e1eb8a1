package dev.fwctl.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fwctl.model.FwctlException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabSpecTest {
  @Test
  void givesTheFirstHostsDockerAndTheReleasesInTurn() {
    LabSpec spec = LabSpec.fleet("shop", 3, 1, List.of("bookworm", "sid"));

    assertThat(spec.hosts())
        .containsExactly(
            HostSpec.withDocker("web-01", "bookworm"),
            HostSpec.plain("web-02", "sid"),
            HostSpec.plain("web-03", "bookworm"));
  }

  @Test
  void namesManyHostsSoThatTheySort() {
    assertThat(LabSpec.fleet("big", 100, 0, List.of("sid")).hosts())
        .extracting(HostSpec::name)
        .contains("web-001", "web-100")
        .isSorted();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Shop", "a-b", "1lab", "a/b", "a\nb", "abcdefghijklmnopq", "../x"})
  void refusesNamesThatCouldMeetOthers(String name) {
    assertThatThrownBy(() -> LabSpec.fleet(name, 1, 0, List.of("sid")))
        .isInstanceOf(FwctlException.class)
        .hasMessageContaining("can't be the name of a lab");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Web", "web_1", "-web", "web;reboot", "router", "controller"})
  void refusesHostNamesThatAreNone(String name) {
    assertThatThrownBy(() -> HostSpec.plain(name, "sid")).isInstanceOf(FwctlException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../sid", "sid;x", "12"})
  void refusesReleasesThatAreNone(String release) {
    assertThatThrownBy(() -> HostSpec.plain("web", release)).isInstanceOf(FwctlException.class);
  }

  @Test
  void refusesImpossibleNumbers() {
    assertThatThrownBy(() -> LabSpec.fleet("lab", 0, 0, List.of("sid")))
        .isInstanceOf(FwctlException.class);
    assertThatThrownBy(() -> LabSpec.fleet("lab", 1, 2, List.of("sid")))
        .isInstanceOf(FwctlException.class);
    assertThatThrownBy(
            () -> LabSpec.of("lab", HostSpec.plain("a", "sid"), HostSpec.plain("a", "sid")))
        .hasMessageContaining("two lab hosts");
  }

  @Test
  void refusesFoldersThatMountWouldMisread() {
    assertThatThrownBy(() -> new LabFolders(Path.of("/var/a:b"), Path.of("/var/cache")))
        .isInstanceOf(FwctlException.class);
  }
}
