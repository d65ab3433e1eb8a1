package dev.fwctl.cli;

import dev.fwctl.core.plugin.ExtensionLoader;
import dev.fwctl.core.plugin.Extensions;
import dev.fwctl.core.report.PlanText;
import dev.fwctl.core.report.ProblemText;
import dev.fwctl.core.report.SavedPlanText;
import dev.fwctl.core.report.Style;
import dev.fwctl.core.saved.PlanFile;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a saved plan. */
@Command(
    name = "show",
    description = {
      "Shows a plan that 'fwctl plan --out FILE' saved.",
      "Asks no host and changes nothing."
    },
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "The saved plan.")
  private String file = "";

  @Option(names = "--markdown", description = "Print Markdown, for a pull request.")
  private boolean markdown;

  @Option(
      names = "--all-rules",
      description = "Show every rule, also those that are alike on all hosts.")
  private boolean allRules;

  @Option(
      names = "--plugins",
      paramLabel = "FOLDER",
      description = "The folder of further plugins and their lock file. Default: .fwctl/plugins")
  private @Nullable Path plugins;

  @Mixin private OutputOptions output = new OutputOptions();

  private final Context context;

  ShowCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() {
    if (markdown && output.json()) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.USAGE, "--json and --markdown are two ways to print", "leave one out"));
    }
    Terminal terminal = context.terminal();
    Path folder =
        plugins == null
            ? Workspace.locate(context.base(), new RepositoryOptions()).plugins()
            : plugins;
    try (Extensions extensions = ExtensionLoader.load(folder)) {
      SavedPlan saved = new PlanFile(context.base(), file).read(extensions.backendsByName());
      if (output.json()) {
        Output events = context.output();
        events.events().version(VersionProvider.version());
        events.events().savedPlan(saved);
        events.events().plan(saved.plan());
        return 0;
      }
      Style style = markdown ? Style.PLAIN : terminal.style(output);
      ProblemText problems = new ProblemText(context.base());
      SavedPlanText text = new SavedPlanText(new PlanText(style, problems, allRules), problems);
      terminal.out().print(markdown ? text.markdown(saved) : text.text(saved));
      return 0;
    }
  }
}
