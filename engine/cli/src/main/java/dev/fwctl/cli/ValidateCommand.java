package dev.fwctl.cli;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.intent.HostSelection;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.inventory.Inventory;
import dev.fwctl.core.inventory.InventoryReader;
import dev.fwctl.core.inventory.LocalSide;
import dev.fwctl.core.plugin.ExtensionLoader;
import dev.fwctl.core.plugin.Extensions;
import dev.fwctl.core.policy.PolicyReader;
import dev.fwctl.core.proof.Proofs;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Policy;
import dev.fwctl.model.PolicyRepository;
import dev.fwctl.model.Problem;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks a repository. */
@Command(
    name = "validate",
    description = "Shows all errors of the repository, with their places. Touches no host.",
    mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private OutputOptions output = new OutputOptions();
  private final Context context;

  ValidateCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Workspace workspace = Workspace.locate(context.base(), repository);
    Problems problems = new Problems();
    try (Extensions extensions = ExtensionLoader.load(workspace.plugins())) {
      Optional<Inventory> inventory =
          collect(
              problems,
              () ->
                  new InventoryReader(
                          LocalSide.of(context.base(), extensions.connectionProviders().keySet()),
                          extensions.inventorySources())
                      .read(workspace.inventories()));
      int hosts = inventory.flatMap(it -> collect(problems, it::hosts)).map(List::size).orElse(0);
      PolicyRepository policies =
          new PolicyReader(extensions.addressSources())
              .read(workspace.policies(), workspace.base(), problems);
      if (problems.isEmpty() && inventory.isPresent()) {
        HostSelection selection =
            (pattern, place) -> inventory.get().match(pattern, Optional.of(place));
        problems.addAll(new IntentResolver(policies, selection).problems());
        problems.addAll(new Proofs(policies.assertions(), selection).problems());
      } else if (inventory.isPresent()) {
        // Hosts that can't be reached as written can still be selected by name.
        for (Policy policy : policies.policies()) {
          collect(
              problems,
              () -> inventory.get().match(policy.hosts(), Optional.of(policy.hostsPlace())));
        }
        problems.addAll(
            new Proofs(
                    policies.assertions(),
                    (pattern, place) -> inventory.get().match(pattern, Optional.of(place)))
                .problems());
      }
      problems.throwIfAny();
      report(inventory.map(Inventory::warnings).orElse(List.of()), hosts, policies);
    }
    return 0;
  }

  private static <T> Optional<T> collect(Problems problems, Supplier<T> step) {
    try {
      return Optional.of(step.get());
    } catch (FwctlException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  private void report(List<Problem> warnings, int hosts, PolicyRepository policies) {
    if (output.json()) {
      Output events = context.output();
      events.events().version(VersionProvider.version());
      warnings.forEach(warning -> events.events().warning(warning, Optional.empty()));
      events.events().valid(hosts, policies.policies().size(), policies.files().size());
      return;
    }
    ProblemText text = new ProblemText(context.base());
    warnings.forEach(warning -> context.terminal().err().println(text.warning(warning)));
    context
        .terminal()
        .out()
        .printf(
            "Valid: %s in %s, for %s.%n",
            count(policies.policies().size(), "policy", "policies"),
            count(policies.files().size(), "document", "documents"),
            count(hosts, "host", "hosts"));
  }

  private static String count(int count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
