package dev.fwctl.core.policy;

import dev.fwctl.core.document.Node;
import dev.fwctl.core.document.Problems;
import dev.fwctl.model.ContainerSelector;
import dev.fwctl.model.ContainerSelector.ComposeGlob;
import dev.fwctl.model.ContainerSelector.LabelGlob;
import dev.fwctl.model.Glob;
import java.util.Optional;
import java.util.Set;

/** Reads selectors of containers, such as {@code {container: web-*, image: "nginx:*"}}. */
final class Selectors {
  private static final String CONTAINER = "container";
  private static final String LABEL = "label";
  private static final String COMPOSE = "compose";
  private static final String IMAGE = "image";
  private static final Set<String> KEYS = Set.of(CONTAINER, LABEL, COMPOSE, IMAGE);

  private final Shapes shapes;
  private final Problems problems;

  Selectors(Shapes shapes, Problems problems) {
    this.shapes = shapes;
    this.problems = problems;
  }

  Optional<ContainerSelector> parse(Node.Mapping node) {
    int before = problems.met();
    if (shapes
        .mapping(node, "a selector", "select by container, label, compose or image")
        .isEmpty()) {
      return Optional.empty();
    }
    shapes.refuseUnknownKeys(
        node,
        KEYS,
        RuleParser.KEYS,
        "it belongs to the rule: write it beside this selector's braces, not in them");
    Optional<Glob> name = node.get(CONTAINER).flatMap(this::name);
    Optional<LabelGlob> label = node.get(LABEL).flatMap(this::label);
    Optional<ComposeGlob> compose = node.get(COMPOSE).flatMap(this::compose);
    Optional<Glob> image =
        node.get(IMAGE)
            .flatMap(
                image1 ->
                    glob(image1, "'image'", "write an image with its tag, as in \"nginx:*\""));
    return problems.met() == before
        ? Optional.of(new ContainerSelector(name, label, compose, image))
        : Optional.empty();
  }

  private Optional<Glob> glob(Node node, String what, String hint) {
    return shapes.text(node, what, hint).map(Glob::new);
  }

  private Optional<Glob> name(Node node) {
    String hint = "write a container's name; '*' and '?' make a pattern";
    Optional<String> text = shapes.text(node, "'container'", hint);
    if (text.isPresent() && text.get().startsWith("/")) {
      shapes.invalid(
          node.place(),
          "a container's name has no '/'",
          "did you mean '" + text.get().substring(1) + "'?");
      return Optional.empty();
    }
    return text.map(Glob::new);
  }

  private Optional<LabelGlob> label(Node node) {
    String hint = "write 'KEY', 'KEY=VALUE' or {KEY: VALUE}";
    if (node instanceof Node.Mapping) {
      return shapes.mapping(node, "'label'", hint).flatMap(this::singleLabel);
    }
    Optional<String> text = shapes.text(node, "'label'", hint);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int equals = text.get().indexOf('=');
    if (equals == 0) {
      shapes.invalid(node.place(), "a label's key is empty", hint);
      return Optional.empty();
    }
    return Optional.of(
        equals < 0
            ? new LabelGlob(new Glob(text.get()), Optional.empty())
            : new LabelGlob(
                new Glob(text.get().substring(0, equals)),
                Optional.of(new Glob(text.get().substring(equals + 1)))));
  }

  private Optional<LabelGlob> singleLabel(Node.Mapping mapping) {
    if (mapping.entries().size() > 1) {
      shapes.invalid(
          mapping.place(),
          "a selector takes one label, not " + mapping.entries().size(),
          "keep the one that tells the containers apart");
      return Optional.empty();
    }
    Node.Entry entry = mapping.entries().firstEntry().getValue();
    Optional<String> key = shapes.text(entry.key(), "a label's key", "write {KEY: VALUE}");
    if (entry.value() instanceof Node.Scalar value && value.isNull()) {
      return key.map(glob -> new LabelGlob(new Glob(glob), Optional.empty()));
    }
    if (entry.value() instanceof Node.Scalar value
        && value.text().isEmpty()
        && value.tag().isEmpty()) {
      return key.map(glob -> new LabelGlob(new Glob(glob), Optional.of(new Glob(""))));
    }
    Optional<Glob> value = glob(entry.value(), "a label's value", "write {KEY: VALUE}");
    return key.isEmpty() || value.isEmpty()
        ? Optional.empty()
        : Optional.of(new LabelGlob(new Glob(key.get()), value));
  }

  private Optional<ComposeGlob> compose(Node node) {
    Optional<String> text = shapes.text(node, "'compose'", "write PROJECT/SERVICE");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int slash = text.get().indexOf('/');
    if (slash <= 0 || slash == text.get().length() - 1 || text.get().indexOf('/', slash + 1) >= 0) {
      shapes.invalid(
          node.place(),
          "'" + text.get() + "' is not PROJECT/SERVICE",
          slash < 0
              ? "write '" + text.get() + "/*' for every service of the project"
              : "write a project, '/' and a service; '*' stands for all");
      return Optional.empty();
    }
    return Optional.of(
        new ComposeGlob(
            new Glob(text.get().substring(0, slash)), new Glob(text.get().substring(slash + 1))));
  }
}
