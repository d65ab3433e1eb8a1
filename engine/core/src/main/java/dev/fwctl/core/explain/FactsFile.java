package dev.fwctl.core.explain;

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
import dev.fwctl.model.NetworkFacts;
import dev.fwctl.model.NftablesFacts;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.SshFacts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a host's facts from what {@code fwctl facts --json} printed: one event a line. */
final class FactsFile {
  private static final String HINT = "make the file with 'fwctl facts --json'";

  private static final List<Class<? extends Fact>> KINDS =
      List.of(
          NetworkFacts.class,
          SshFacts.class,
          DockerFacts.class,
          FirewallFacts.class,
          NftablesFacts.class);

  /** What the gatherers of these kinds are called, in the same order. */
  private static final List<String> NAMES =
      List.of("network", "ssh", "docker", "firewall", "nftables");

  private FactsFile() {}

  /**
   * A host that was found.
   *
   * @param host its name
   * @param facts its facts, as far as they are of a kind that is known here
   */
  record Found(String host, HostFacts facts) {}

  private record Line(int number, JsonNode facts) {}

  /**
   * Finds a host.
   *
   * @param file how the file is called in errors
   * @param host its name; needless when there is one
   */
  static Found read(String text, String file, Optional<String> host) {
    Map<String, Line> hosts = new LinkedHashMap<>();
    JsonMapper json = new JsonMapper();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode event;
      try {
        event = json.readTree(line);
      } catch (JsonProcessingException e) {
        int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
        throw problem(new Place(file, number, column), "this is no JSON event");
      }
      if (event.path("type").asText().equals("host_facts")) {
        hosts.put(event.path("host").asText(), new Line(number, event.path("facts")));
      }
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
    for (int i = 0; i < KINDS.size(); i++) {
      JsonNode fact = line.facts().path(NAMES.get(i));
      if (!fact.isMissingNode()) {
        try {
          facts.put(NAMES.get(i), RecordReader.read(fact, KINDS.get(i)));
        } catch (RecordReader.Unexpected e) {
          throw problem(
              new Place(file, line.number(), 1),
              "the facts '%s' are not as fwctl writes them: %s"
                  .formatted(NAMES.get(i), e.getMessage()));
        }
      }
    }
    return new HostFacts(facts);
  }

  private static FwctlException problem(Place place, String message) {
    return new FwctlException(Problem.at(place, ErrorCode.DOCUMENT_MALFORMED, message, HINT));
  }
}
