package dev.fwctl.plugin.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.DockerFacts;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.pf4j.Extension;

/**
 * Learns a host's containers, networks and settings from its Docker engine.
 *
 * <p>The probe asks the engine over its socket, by a few lines of Perl, which Debian and its
 * children always have: one process of some milliseconds. Where there is no Perl it runs the docker
 * command, five times some 50 milliseconds. Both print documents of the Docker Engine API, one a
 * line; see probe.sh.
 */
@Extension
public final class DockerGatherer implements FactGatherer {
  private final DockerAnswer answers = new DockerAnswer();

  @Override
  public String name() {
    return "docker";
  }

  @Override
  public String probe() {
    try (InputStream stream =
        requireNonNull(DockerGatherer.class.getResourceAsStream("probe.sh"), "probe.sh")) {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DockerFacts parse(ProbeAnswer answer) {
    return answers.parse(answer);
  }
}
