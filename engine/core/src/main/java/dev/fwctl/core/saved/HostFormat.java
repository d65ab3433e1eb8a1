package dev.fwctl.core.saved;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.saved.Fields.Unexpected;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.FirewallBackend;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The plan of one host as one line of JSON. */
final class HostFormat {
  private static final String CHANGE = "change";
  private static final String UNCHANGED = "unchanged";
  private static final String LEFT_OUT = "left_out";

  private final Artifacts artifacts;
  private final ChangeFormat changes;

  HostFormat(Artifacts artifacts) {
    this.artifacts = artifacts;
    this.changes = new ChangeFormat(artifacts);
  }

  /** Returns the line, with its end. */
  String write(HostPlan plan, Map<String, Basis> bases) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("host", plan.host().name());
    ProblemFormat.write(plan.host().place(), root.putObject("place"));
    write(plan.host().connection(), root.putObject("reached"));
    switch (plan) {
      case HostPlan.Changed it -> {
        root.put("plan", CHANGE);
        root.put("backend", it.backend().name());
        root.put("change", artifacts.put(it.change(), changes::write));
        root.put(
            "basis",
            artifacts.put(
                requireNonNull(bases.get(it.host().name()), "a change without a basis"),
                BasisFormat::write));
        it.drift().ifPresent(drift -> root.put("drift", artifacts.put(drift, changes::write)));
      }
      case HostPlan.Unchanged it -> {
        root.put("plan", UNCHANGED);
        root.put("governed", it.governed());
      }
      case HostPlan.NotPlannable it -> {
        root.put("plan", LEFT_OUT);
        ProblemFormat.write(it.problems(), root.putArray("problems"));
      }
    }
    ProblemFormat.write(plan.warnings(), root.putArray("warnings"));
    return root + "\n";
  }

  private static void write(ConnectionSettings settings, ObjectNode node) {
    node.put("by", settings.type());
    node.put("address", settings.address());
    node.put("port", settings.port());
    settings.user().ifPresent(user -> node.put("user", user));
    settings.jump().ifPresent(jump -> write(jump, node.putObject("jump")));
  }

  /**
   * Reads a line.
   *
   * @param bases takes what a change rests on
   * @throws Unexpected when it is not one
   * @throws FwctlException with code PLUGIN when its firewall is not known
   */
  HostPlan read(String line, Map<String, FirewallBackend> backends, Map<String, Basis> bases) {
    return Fields.read(line, root -> read(root, backends, bases));
  }

  private HostPlan read(
      Fields root, Map<String, FirewallBackend> backends, Map<String, Basis> bases) {
    Host host =
        new Host(
            root.text("host"),
            new TreeSet<>(),
            root.object("reached", HostFormat::reached),
            root.object("place", ProblemFormat::place));
    List<Problem> warnings = root.objects("warnings", ProblemFormat::read);
    String plan = root.text("plan");
    switch (plan) {
      case CHANGE -> {
        FirewallBackend backend = backend(root.text("backend"), backends);
        Change change = artifacts.value(root.text("change"), Change.class, changes::read);
        bases.put(host.name(), artifacts.value(root.text("basis"), Basis.class, BasisFormat::read));
        return new HostPlan.Changed(
            host,
            change,
            backend,
            SavedPlan.noFacts(),
            root.optional("drift", root::text)
                .map(digest -> artifacts.value(digest, Drift.class, changes::readDrift)),
            warnings);
      }
      case UNCHANGED -> {
        return new HostPlan.Unchanged(host, root.flag("governed"), warnings);
      }
      case LEFT_OUT -> {
        return new HostPlan.NotPlannable(
            host, root.objects("problems", ProblemFormat::read), warnings);
      }
      default -> throw new Unexpected("'" + plan + "' is no plan of a host");
    }
  }

  private static FirewallBackend backend(String name, Map<String, FirewallBackend> backends) {
    FirewallBackend backend = backends.get(name);
    if (backend == null) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.PLUGIN,
              "the plan is for the firewall '" + name + "', which no plugin here speaks",
              "run it with the plugins that it was made with (--plugins)"));
    }
    return backend;
  }

  private static ConnectionSettings reached(Fields fields) {
    return SavedPlan.target(
        fields.text("by"),
        fields.text("address"),
        fields.number("port"),
        fields.optional("user", fields::text),
        fields.optional("jump", key -> fields.object(key, HostFormat::reached)));
  }
}
