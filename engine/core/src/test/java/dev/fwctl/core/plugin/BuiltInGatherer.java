package dev.fwctl.core.plugin;

import dev.fwctl.model.Fact;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.ProbeAnswer;

/** Stands for an extension on the class path. */
final class BuiltInGatherer implements FactGatherer {
  record Nothing() implements Fact {}

  @Override
  public String name() {
    return "built-in";
  }

  @Override
  public String probe() {
    return ":";
  }

  @Override
  public Fact parse(ProbeAnswer answer) {
    return new Nothing();
  }
}
