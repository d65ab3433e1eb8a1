package dev.fwctl.acceptance;

import dev.fwctl.lab.LabNames;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives all scenarios of a run the same fleet, and takes it down when the run is over. */
final class FleetResolver implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Fleet.class;
  }

  @Override
  public Fleet resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // The store closes what can be closed.
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(FleetResolver.class))
        .computeIfAbsent(Fleet.class, _ -> Fleet.up(LabNames.fresh()), Fleet.class);
  }
}
