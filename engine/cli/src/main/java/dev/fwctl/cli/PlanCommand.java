package dev.fwctl.cli;

import dev.fwctl.core.converge.Share;
import dev.fwctl.core.intent.IntentResolver;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.PlanRun;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.saved.Bases;
import dev.fwctl.core.saved.Digest;
import dev.fwctl.core.saved.Manifest;
import dev.fwctl.core.saved.PlanFile;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.core.transaction.Revision;
import dev.fwctl.model.PolicyRepository;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what would change. */
@Command(
    name = "plan",
    description = {
      "Shows what would change, host by host, equal changes together.",
      "Changes nothing."
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  static final int CHANGES = 2;
  static final int REFUSED = 3;
  static final int INCOMPLETE = 4;

  @Mixin private RepositoryOptions repository = new RepositoryOptions();
  @Mixin private HostOptions hosts = new HostOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Save the plan, for 'fwctl show FILE' and 'fwctl apply FILE'.")
  private @Nullable String out;

  @Option(names = "--detailed-exitcode", description = "Exit with 2 when there are changes.")
  private boolean detailedExitCode;

  @Option(
      names = "--all-rules",
      description = "Show every rule, also those that are alike on all hosts.")
  private boolean allRules;

  private final Context context;

  PlanCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    Terminal terminal = context.terminal();
    Output events = context.output();
    Optional<PlanFile> file = Optional.ofNullable(out).map(it -> new PlanFile(context.base(), it));
    file.ifPresent(PlanFile::requireWritable);
    Instant start = Instant.now();
    if (output.json()) {
      events.events().version(VersionProvider.version());
    }
    try (Session session = Session.open(context.base(), repository, hosts)) {
      PolicyRepository policies = FleetPlan.policies(session);
      IntentResolver resolver = FleetPlan.resolver(session, policies);
      Bases bases = new Bases(resolver::interest);
      Plan plan =
          FleetPlan.make(
              session,
              policies,
              resolver,
              hosts,
              terminal,
              output.json(),
              file.isPresent() ? bases : PlanRun.Witness.none());
      if (output.json()) {
        events.events().plan(plan);
      } else {
        new PlanText(terminal.style(output), new ProblemText(context.base()), allRules)
            .plan(plan, terminal.out()::print);
      }
      if (plan.isRefused()) {
        return REFUSED;
      }
      file.ifPresent(
          it -> {
            it.write(SavedPlan.of(manifest(session, policies, start), plan, bases));
            if (output.json()) {
              events.events().planSaved(it.name());
            } else {
              terminal
                  .out()
                  .println(
                      "Saved to " + it.name() + "; carry it out with: fwctl apply " + it.name());
            }
          });
      return exitCode(plan, detailedExitCode, hosts.tolerance());
    }
  }

  private Manifest manifest(Session session, PolicyRepository policies, Instant start) {
    Workspace workspace = session.workspace();
    Revision revision = Revision.of(workspace.policies());
    return new Manifest(
        VersionProvider.version(),
        start,
        Instant.now(),
        FleetChange.userAtMachine(),
        new Manifest.Policies(
            revision.commit(), revision.dirty(), Digest.of(policies, workspace.base())),
        new Manifest.Inventory(
            workspace.inventories(), hosts.limit(), hosts.exclude(), Digest.of(session.hosts())),
        hosts.tolerance().toString());
  }

  static int exitCode(Plan plan, boolean detailed, Share tolerance) {
    if (!tolerance.bears(plan.notPlannable().size(), plan.hosts().size())) {
      return INCOMPLETE;
    }
    return detailed && plan.hasChanges() ? CHANGES : 0;
  }
}
