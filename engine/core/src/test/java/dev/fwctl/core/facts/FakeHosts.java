package dev.fwctl.core.facts;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.core.TestHosts;
import dev.fwctl.model.Fact;
import dev.fwctl.model.Host;
import dev.fwctl.spi.Connection;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Hosts and gatherers of the tests' own making. */
final class FakeHosts {
  private FakeHosts() {}

  static Host host(String name) {
    return TestHosts.named(name, "fake");
  }

  /** A fact that holds what was printed. */
  record Text(int exitStatus, String output, String errors) implements Fact {}

  static FactGatherer gatherer(String name, String probe) {
    return gatherer(
        name, probe, answer -> new Text(answer.exitStatus(), answer.output(), answer.errors()));
  }

  static FactGatherer gatherer(String name, String probe, Function<ProbeAnswer, Fact> parser) {
    return new FactGatherer() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String probe() {
        return probe;
      }

      @Override
      public Fact parse(ProbeAnswer answer) {
        return parser.apply(answer);
      }
    };
  }

  /** A host that answers every script in one way. */
  static Connection answering(Function<Script, Execution> answer) {
    return new Connection() {
      @Override
      public Execution execute(Script script) {
        return answer.apply(script);
      }

      @Override
      public void close() {}
    };
  }

  /** A connection to a real shell, whose script touches nothing but what the test's probes do. */
  static Connection shell(String... command) {
    return answering(script -> run(script, command));
  }

  private static Execution run(Script script, String... command) {
    try {
      Process process = new ProcessBuilder(command).start();
      CompletableFuture<String> errors =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return new String(process.getErrorStream().readAllBytes(), UTF_8);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      try (var input = process.getOutputStream()) {
        input.write(script.text().getBytes(UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the shell hangs");
      }
      return new Execution(process.exitValue(), output, errors.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
