package dev.fwctl.campaign;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * What a run of the program said.
 *
 * @param exitCode how it ended; of one that was killed, whatever the system gave it
 * @param begun when it began to change the host, if it did and said so
 * @param outcome what became of the host, in the words of the program's events; none when it did
 *     not come to say so
 * @param output all that it printed
 */
record Report(int exitCode, Optional<Instant> begun, Optional<String> outcome, String output) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BEGIN = "apply_start";

  Report {
    requireNonNull(begun, "begun is null");
    requireNonNull(outcome, "outcome is null");
    requireNonNull(output, "output is null");
  }

  /** Reads the events of a run on one host; a last line that is cut off is no event. */
  static Report of(int exitCode, String output) {
    Optional<Instant> begun = Optional.empty();
    Optional<String> outcome = Optional.empty();
    for (String line : output.lines().toList()) {
      try {
        JsonNode event = JSON.readTree(line);
        if (event.path("type").asText().equals(BEGIN)) {
          begun = Optional.of(OffsetDateTime.parse(event.get("@timestamp").asText()).toInstant());
        }
        if (event.hasNonNull("outcome")) {
          outcome = Optional.of(event.get("outcome").asText());
        }
      } catch (JsonProcessingException notAnEvent) {
        // what is on standard error stands among the events
      }
    }
    return new Report(exitCode, begun, outcome, output);
  }

  /** Tells whether a run that printed this has begun to change its host. */
  static boolean tellsOfABegin(String output) {
    return output.contains('"' + BEGIN + '"');
  }

  /** Tells whether it says that the host holds what was asked for. */
  boolean saysApplied() {
    return outcome.isPresent() && outcome.get().equals("applied");
  }

  /** Tells whether it does not claim to know what the host holds. */
  boolean saysUnknown() {
    return outcome.isPresent() && outcome.get().equals("lost");
  }

  @Override
  public String toString() {
    return outcome.orElse("exit " + exitCode);
  }
}
