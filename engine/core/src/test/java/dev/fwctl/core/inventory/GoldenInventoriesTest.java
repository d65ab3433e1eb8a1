package dev.fwctl.core.inventory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inventories of every kind, each with what is to come of it.
 *
 * <p>Each folder of {@code src/test/resources/inventories} holds one: {@code sources.txt} names
 * what {@code -i} would, {@code patterns.txt} the patterns to try, {@code expected.txt} the
 * outcome. Run with {@code -Dgolden.rewrite=true} to write the outcomes anew, and read the
 * difference.
 */
class GoldenInventoriesTest {
  private static final Path CORPUS = Path.of("src/test/resources/inventories");

  static Stream<String> inventories() throws IOException {
    try (Stream<Path> folders = Files.list(CORPUS)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("inventories")
  void comesOutAsExpected(String name) throws IOException {
    Path folder = CORPUS.resolve(name).toAbsolutePath();
    String actual = outcome(folder).replace(folder.toString(), "$FOLDER");
    Path expected = folder.resolve("expected.txt");

    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(expected, actual);
    }

    assertThat(actual).isEqualTo(Files.readString(expected, UTF_8));
  }

  private static String outcome(Path folder) throws IOException {
    StringBuilder outcome = new StringBuilder();
    Inventory inventory =
        new InventoryReader(Fleet.localSide(folder), List.of())
            .read(Files.readAllLines(folder.resolve("sources.txt")));
    inventory
        .warnings()
        .forEach(warning -> outcome.append("warning ").append(warning).append('\n'));
    for (String name : inventory.names()) {
      outcome.append(name).append('\n');
      try {
        // By limit, because a name may also be a group's.
        inventory
            .limitedTo(Optional.of("~^" + name.replace(":", ".") + "$,"), Optional.empty())
            .hosts()
            .stream()
            .filter(host -> host.name().equals(name))
            .forEach(host -> describe(host, outcome));
      } catch (FwctlException wrong) {
        problems(wrong, outcome);
      }
    }
    Path patterns = folder.resolve("patterns.txt");
    if (Files.exists(patterns)) {
      for (String pattern : Files.readAllLines(patterns)) {
        outcome.append("pattern ").append(pattern).append('\n');
        try {
          outcome
              .append("  ")
              .append(String.join(" ", inventory.match(pattern, Optional.empty())))
              .append('\n');
        } catch (FwctlException wrong) {
          problems(wrong, outcome);
        }
      }
    }
    return outcome.toString();
  }

  private static void problems(FwctlException wrong, StringBuilder outcome) {
    for (Problem problem : wrong.problems()) {
      outcome.append("  problem ").append(problem).append('\n');
    }
  }

  private static void describe(Host host, StringBuilder outcome) {
    line(outcome, "groups", String.join(" ", host.groups()));
    line(outcome, "place", host.place().toString());
    describe(host.connection(), "", outcome);
  }

  private static void describe(
      ConnectionSettings connection, String indent, StringBuilder outcome) {
    if (!connection.type().equals("ssh")) {
      line(outcome, indent + "type", connection.type());
    }
    line(outcome, indent + "address", connection.address());
    line(outcome, indent + "port", Integer.toString(connection.port()));
    connection.user().ifPresent(user -> line(outcome, indent + "user", user));
    connection
        .password()
        .map(Secret::value)
        .ifPresent(it -> line(outcome, indent + "password", it));
    connection.privateKeys().forEach(key -> line(outcome, indent + "key", key.toString()));
    connection.knownHosts().forEach(file -> line(outcome, indent + "known", file.toString()));
    if (connection.timeout().toSeconds() != 10) {
      line(outcome, indent + "timeout", connection.timeout().toString());
    }
    if (connection.retries() != 3) {
      line(outcome, indent + "retries", Integer.toString(connection.retries()));
    }
    connection
        .become()
        .ifPresent(
            become ->
                line(outcome, indent + "become", become.password().map(Secret::value).orElse("-")));
    connection.jump().ifPresent(jump -> describe(jump, indent + "jump ", outcome));
  }

  private static void line(StringBuilder outcome, String name, String value) {
    outcome.append("  ").append(name).append(' ').append(value).append('\n');
  }
}
