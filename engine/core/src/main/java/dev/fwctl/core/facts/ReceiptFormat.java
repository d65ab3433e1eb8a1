package dev.fwctl.core.facts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The receipt as it stands on a host: one JSON object on one line.
 *
 * <p>{@code fwctl} in it is the version of the format. A reader takes keys that it does not know
 * for additions of a later release of the same format and passes over them.
 */
public final class ReceiptFormat {
  /** The name of the receipt among the facts of a host. */
  public static final String NAME = "receipt";

  private static final int VERSION = 1;

  private final ObjectMapper json =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Returns the text of a receipt, a single line that ends in a line feed. */
  public String write(Receipt receipt) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = json.getFactory().createGenerator(text)) {
      generator.writeStartObject();
      generator.writeNumberField("fwctl", VERSION);
      generator.writeStringField("applied_at", receipt.appliedAt().toString());
      generator.writeStringField("applied_by", receipt.appliedBy());
      generator.writeStringField("run", receipt.run());
      if (receipt.commit().isPresent()) {
        generator.writeStringField("commit", receipt.commit().get());
      }
      generator.writeBooleanField("dirty", receipt.dirty());
      generator.writeStringField("artifact", receipt.artifact());
      generator.writeArrayFieldStart("rules");
      for (String rule : receipt.rules()) {
        generator.writeString(rule);
      }
      generator.writeEndArray();
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  /**
   * Reads a receipt.
   *
   * @throws FwctlException with code ANSWER_MALFORMED if the text is not a receipt of this format
   */
  public Receipt read(String text) {
    try {
      JsonNode root = json.readTree(text);
      if (!root.isObject()) {
        throw malformed("it is not a JSON object", Optional.empty());
      }
      JsonNode version = root.path("fwctl");
      if (!version.isInt() || version.intValue() != VERSION) {
        throw malformed("its format is not " + VERSION, Optional.empty());
      }
      JsonNode dirty = root.path("dirty");
      if (!dirty.isBoolean()) {
        throw malformed("'dirty' is missing", Optional.empty());
      }
      return new Receipt(
          Instant.parse(string(root, "applied_at")),
          string(root, "applied_by"),
          string(root, "run"),
          root.has("commit") ? Optional.of(string(root, "commit")) : Optional.empty(),
          dirty.booleanValue(),
          string(root, "artifact"),
          rules(root));
    } catch (JsonProcessingException e) {
      throw malformed("it is not JSON", Optional.of(e));
    } catch (DateTimeException e) {
      throw malformed("'applied_at' is not a time", Optional.of(e));
    }
  }

  private static String string(JsonNode root, String key) {
    JsonNode value = root.path(key);
    if (!value.isTextual()) {
      throw malformed("'" + key + "' is missing", Optional.empty());
    }
    return value.textValue();
  }

  private static List<String> rules(JsonNode root) {
    JsonNode rules = root.path("rules");
    if (!rules.isArray() || !rules.valueStream().allMatch(JsonNode::isTextual)) {
      throw malformed("'rules' is not a list of texts", Optional.empty());
    }
    return rules.valueStream().map(JsonNode::textValue).toList();
  }

  static FwctlException malformed(String why, Optional<Exception> cause) {
    Problem problem =
        Problem.of(
            ErrorCode.ANSWER_MALFORMED,
            "the receipt of the last apply, " + AppliedFile.PATH + ", can't be read: " + why,
            "the next apply writes it anew; until then drift can't tell what was applied");
    return cause
        .map(exception -> new FwctlException(problem, exception))
        .orElseGet(() -> new FwctlException(problem));
  }
}
