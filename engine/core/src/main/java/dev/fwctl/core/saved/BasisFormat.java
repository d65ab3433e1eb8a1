package dev.fwctl.core.saved;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.intent.Interest;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.ContainerSelector.ComposeGlob;
import dev.fwctl.model.ContainerSelector.LabelGlob;
import dev.fwctl.model.Glob;
import java.util.List;
import java.util.TreeSet;

/** What a change rests on, as JSON. */
final class BasisFormat {
  private BasisFormat() {}

  static String write(Basis basis) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    basis
        .interest()
        .ifPresent(
            interest -> {
              ObjectNode node = root.putObject("interest");
              ArrayNode external = node.putArray("external");
              interest.external().forEach(external::add);
              interest.guarded().ifPresent(those -> write(those, node.putArray("guarded")));
              interest.senders().ifPresent(those -> write(those, node.putArray("senders")));
            });
    ArrayNode seen = root.putArray("seen");
    basis.seen().forEach(seen::add);
    return root.toString();
  }

  private static void write(List<ContainerSelector> selectors, ArrayNode array) {
    for (ContainerSelector selector : selectors) {
      ObjectNode node = array.addObject();
      selector.name().ifPresent(glob -> node.put("container", glob.pattern()));
      selector
          .label()
          .ifPresent(
              label -> {
                ObjectNode pair = node.putObject("label").put("key", label.key().pattern());
                label.value().ifPresent(value -> pair.put("value", value.pattern()));
              });
      selector
          .compose()
          .ifPresent(
              compose ->
                  node.putObject("compose")
                      .put("project", compose.project().pattern())
                      .put("service", compose.service().pattern()));
      selector.image().ifPresent(glob -> node.put("image", glob.pattern()));
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws Fields.Unexpected when the text is not of that form
   */
  static Basis read(String text) {
    return Fields.read(
        text,
        root ->
            new Basis(
                root.optional("interest", key -> root.object(key, BasisFormat::interest)),
                new TreeSet<>(root.texts("seen"))));
  }

  private static Interest interest(Fields fields) {
    return new Interest(
        fields.texts("external"),
        fields.optional("guarded", key -> fields.objects(key, BasisFormat::selector)),
        fields.optional("senders", key -> fields.objects(key, BasisFormat::selector)));
  }

  private static ContainerSelector selector(Fields fields) {
    return new ContainerSelector(
        fields.optional("container", fields::text).map(Glob::new),
        fields.optional("label", key -> fields.object(key, BasisFormat::label)),
        fields.optional("compose", key -> fields.object(key, BasisFormat::compose)),
        fields.optional("image", fields::text).map(Glob::new));
  }

  private static LabelGlob label(Fields fields) {
    return new LabelGlob(
        new Glob(fields.text("key")), fields.optional("value", fields::text).map(Glob::new));
  }

  private static ComposeGlob compose(Fields fields) {
    return new ComposeGlob(new Glob(fields.text("project")), new Glob(fields.text("service")));
  }
}
