package dev.fwctl.core.saved;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.List;

/** Problems and places as JSON. */
final class ProblemFormat {
  private ProblemFormat() {}

  static void write(List<Problem> problems, ArrayNode array) {
    for (Problem problem : problems) {
      ObjectNode node = array.addObject();
      node.put("kind", Fields.word(problem.code()));
      node.put("message", problem.message());
      problem.place().ifPresent(place -> write(place, node.putObject("place")));
      problem.hint().ifPresent(hint -> node.put("hint", hint));
    }
  }

  static void write(Place place, ObjectNode node) {
    node.put("file", place.file()).put("line", place.line()).put("column", place.column());
  }

  static Problem read(Fields fields) {
    return new Problem(
        fields.word("kind", ErrorCode.class),
        fields.text("message"),
        fields.optional("place", key -> fields.object(key, ProblemFormat::place)),
        fields.optional("hint", fields::text));
  }

  static Place place(Fields fields) {
    return new Place(fields.text("file"), fields.number("line"), fields.number("column"));
  }
}
