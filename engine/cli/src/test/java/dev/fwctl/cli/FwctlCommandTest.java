package dev.fwctl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FwctlCommandTest {
  /** One command that can't be made keeps all of them from starting, and no compiler sees it. */
  @Test
  void everyCommandCanBeMadeAndHelps() {
    CommandLine fwctl =
        new CommandLine(
            new FwctlCommand(), new Commands(Terminal.ofProcess(Map.of()), Path.of("")));

    assertThat(fwctl.getSubcommands())
        .containsKeys("validate", "facts", "plan", "apply", "drift", "lab", "demo");
    fwctl
        .getSubcommands()
        .forEach(
            (name, command) ->
                assertThat(command.getUsageMessage().lines())
                    .as(name)
                    .isNotEmpty()
                    .allMatch(line -> line.length() <= 80));
  }
}
