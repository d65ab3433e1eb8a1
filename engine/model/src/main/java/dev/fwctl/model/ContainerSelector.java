package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Selects containers of a host; a container is selected when everything that is given fits.
 *
 * @param name the container's name, without the leading slash that Docker's API gives it
 * @param label a label's key and, when given, value
 * @param compose the project and the service of a compose file
 * @param image the image as the container was created from it, with its tag
 */
public record ContainerSelector(
    Optional<Glob> name,
    Optional<LabelGlob> label,
    Optional<ComposeGlob> compose,
    Optional<Glob> image) {
  /** Label keys that compose sets. Source: Docker's compose specification, "labels". */
  private static final String PROJECT_LABEL = "com.docker.compose.project";

  private static final String SERVICE_LABEL = "com.docker.compose.service";

  public ContainerSelector {
    requireNonNull(name, "name is null");
    requireNonNull(label, "label is null");
    requireNonNull(compose, "compose is null");
    requireNonNull(image, "image is null");
    if (name.isEmpty() && label.isEmpty() && compose.isEmpty() && image.isEmpty()) {
      throw new IllegalArgumentException("a selector selects by something");
    }
  }

  /**
   * A label that a container bears.
   *
   * @param key the key
   * @param value the value; any when absent
   */
  public record LabelGlob(Glob key, Optional<Glob> value) {
    public LabelGlob {
      requireNonNull(key, "key is null");
      requireNonNull(value, "value is null");
    }
  }

  /**
   * A service of a compose project.
   *
   * @param project the project's name
   * @param service the service's name
   */
  public record ComposeGlob(Glob project, Glob service) {
    public ComposeGlob {
      requireNonNull(project, "project is null");
      requireNonNull(service, "service is null");
    }
  }

  public boolean selects(Container container) {
    return name.map(glob -> glob.matches(container.name())).orElse(true)
        && image.map(glob -> glob.matches(container.image())).orElse(true)
        && label.map(glob -> hasLabel(container, glob)).orElse(true)
        && compose
            .map(
                glob ->
                    hasLabelValue(container, PROJECT_LABEL, glob.project())
                        && hasLabelValue(container, SERVICE_LABEL, glob.service()))
            .orElse(true);
  }

  private static boolean hasLabel(Container container, LabelGlob glob) {
    return container.labels().entrySet().stream()
        .anyMatch(
            entry ->
                glob.key().matches(entry.getKey())
                    && glob.value().map(value -> value.matches(entry.getValue())).orElse(true));
  }

  private static boolean hasLabelValue(Container container, String key, Glob glob) {
    String value = container.labels().get(key);
    return value != null && glob.matches(value);
  }

  /** Returns the selector as a policy document writes it, such as {@code container web-*}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    name.ifPresent(glob -> text.append(" container ").append(glob));
    label.ifPresent(
        glob ->
            text.append(" label ")
                .append(glob.key())
                .append(glob.value().map(value -> "=" + value).orElse("")));
    compose.ifPresent(
        glob -> text.append(" compose ").append(glob.project()).append('/').append(glob.service()));
    image.ifPresent(glob -> text.append(" image ").append(glob));
    return text.substring(1);
  }
}
