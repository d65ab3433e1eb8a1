package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

/** The near end of a rule: what on the host is reached, or what on the host sends. */
public sealed interface LocalEnd {
  /** A process of the host itself. */
  record HostItself() implements LocalEnd {
    @Override
    public String toString() {
      return "host";
    }
  }

  /** Every published port of every container. Only as a target. */
  record Published() implements LocalEnd {
    @Override
    public String toString() {
      return "published";
    }
  }

  /**
   * Containers' own addresses, for those who can send the host packets for them. Only as a target.
   */
  record Direct() implements LocalEnd {
    @Override
    public String toString() {
      return "direct";
    }
  }

  /** The host and all its containers. */
  record Anything() implements LocalEnd {
    @Override
    public String toString() {
      return "any";
    }
  }

  /**
   * Some containers.
   *
   * @param selector which
   */
  record Containers(ContainerSelector selector) implements LocalEnd {
    public Containers {
      requireNonNull(selector, "selector is null");
    }

    @Override
    public String toString() {
      return selector.toString();
    }
  }
}
