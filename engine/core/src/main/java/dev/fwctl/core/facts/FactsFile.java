package dev.fwctl.core.facts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.DockerFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Fact;
import dev.fwctl.model.FirewallFacts;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.HostFacts;
import dev.fwctl.model.ListenerFacts;
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a host's facts from what {@code fwctl facts --json} printed: one event a line. */
public final class FactsFile {
  private static final String HINT = "make the file with 'fwctl facts --json'";

  /** Facts that are read, by what their gatherers are called; others are passed over. */
  private static final Map<String, Class<? extends Fact>> KINDS =
      Map.of(
          "network", NetworkFacts.class,
          "ssh", SshFacts.class,
          "listeners", ListenerFacts.class,
          "docker", DockerFacts.class,
          "firewall", FirewallFacts.class,
          "nftables", NftablesFacts.class);

  private static final JsonMapper JSON = new JsonMapper();

  private FactsFile() {}

  /**
   * A host that was found.
   *
   * @param host its name
   * @param facts its facts, as far as they are of a kind that is known here
   */
  public record Found(String host, HostFacts facts) {}

  private record Line(int number, String host, JsonNode facts) {}

  /**
   * Reads one line.
   *
   * @param file how the file is called in errors
   * @param number the number of the line, from 1
   * @return nothing if it tells of something else than of a host's facts
   */
  public static Optional<Found> readLine(String line, String file, int number) {
    return line(line, file, number).map(it -> new Found(it.host(), facts(it, file)));
  }

  private static Optional<Line> line(String text, String file, int number) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      JsonNode event = JSON.readTree(text);
      return event.path("type").asText().equals("host_facts")
          ? Optional.of(new Line(number, event.path("host").asText(), event.path("facts")))
          : Optional.empty();
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
      throw problem(new Place(file, number, column), "this is no JSON event");
    }
  }

  /**
   * Finds a host.
   *
   * @param file how the file is called in errors
   * @param host its name; needless when there is one
   */
  public static Found read(String text, String file, Optional<String> host) {
    Map<String, Line> hosts = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      line(line, file, number).ifPresent(found -> hosts.put(found.host(), found));
    }
    if (hosts.isEmpty()) {
      throw problem(new Place(file, 1, 1), "the file holds facts of no host");
    }
    if (host.isEmpty() && hosts.size() > 1) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.USAGE,
              "%s holds facts of %d hosts".formatted(file, hosts.size()),
              "name one of them: " + String.join(", ", hosts.keySet())));
    }
    String name = host.orElseGet(() -> hosts.keySet().iterator().next());
    Line found = hosts.get(name);
    if (found == null) {
      throw new FwctlException(
          new Problem(
              ErrorCode.UNKNOWN_NAME,
              "%s holds no facts of '%s'".formatted(file, name),
              Optional.empty(),
              Suggestions.hint(name, hosts.keySet(), "its hosts")));
    }
    return new Found(name, facts(found, file));
  }

  private static HostFacts facts(Line line, String file) {
    SortedMap<String, Fact> facts = new TreeMap<>();
    for (Map.Entry<String, Class<? extends Fact>> kind : new TreeMap<>(KINDS).entrySet()) {
      JsonNode fact = line.facts().path(kind.getKey());
      if (fact.isMissingNode()) {
        continue;
      }
      try {
        facts.put(kind.getKey(), FactsJsonReader.read(fact, kind.getValue()));
      } catch (FactsJsonReader.Unexpected e) {
        throw problem(
            new Place(file, line.number(), 1),
            "the facts '%s' are not as fwctl writes them: %s"
                .formatted(kind.getKey(), e.getMessage()));
      }
    }
    return new HostFacts(facts);
  }

  private static FwctlException problem(Place place, String message) {
    return new FwctlException(Problem.at(place, ErrorCode.DOCUMENT_MALFORMED, message, HINT));
  }
}
