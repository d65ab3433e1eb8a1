package dev.fwctl.core.report;

import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.saved.Manifest;
import dev.fwctl.core.saved.SavedPlan;
import dev.fwctl.model.Problem;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes a saved plan for a person: on a terminal, or as Markdown for a pull request. */
public final class SavedPlanText {
  /**
   * A line of {@link PlanText} that begins with what happens; further lines are indented deeper.
   */
  private static final Pattern SIGNED = Pattern.compile("( {2}| {4})([-+~]) (.*)");

  private static final Pattern BACKTICKS = Pattern.compile("`+");

  private final PlanText plans;
  private final ProblemText problems;

  /**
   * Creates a writer.
   *
   * @param plans writes the plan itself; without colours for Markdown
   * @param problems writes what is wrong with hosts
   */
  public SavedPlanText(PlanText plans, ProblemText problems) {
    this.plans = plans;
    this.problems = problems;
  }

  /** Returns where a plan comes from, in a sentence. */
  static String origin(Manifest manifest) {
    StringBuilder words = new StringBuilder("Planned ");
    words.append(manifest.savedAt().truncatedTo(ChronoUnit.SECONDS));
    words.append(" by ").append(manifest.madeBy()).append(" with fwctl ").append(manifest.fwctl());
    manifest
        .policies()
        .commit()
        .ifPresent(
            commit ->
                words
                    .append(", policies of commit ")
                    .append(commit, 0, Math.min(12, commit.length()))
                    .append(
                        manifest.policies().dirty()
                            ? " with changes that were not committed"
                            : ""));
    manifest.inventory().limit().ifPresent(limit -> words.append(", only ").append(limit));
    manifest.inventory().exclude().ifPresent(some -> words.append(", without ").append(some));
    return Printable.text(words.append('.').toString());
  }

  /** Returns where a plan comes from as a paragraph with an empty line behind it. */
  public static String heading(Manifest manifest) {
    StringBuilder text = new StringBuilder();
    Paragraph.append(text, "", origin(manifest), "");
    return text.append('\n').toString();
  }

  /** Returns where the plan comes from and then what {@code plan} printed. */
  public String text(SavedPlan saved) {
    return heading(saved.manifest()) + plans.plan(saved.plan());
  }

  /**
   * Returns the plan as Markdown with what GitHub, GitLab and Gitea have in common; nothing that a
   * host or a file says is markup in it.
   */
  public String markdown(SavedPlan saved) {
    Plan plan = saved.plan();
    StringBuilder text = new StringBuilder("### fwctl plan\n\n");
    text.append("**").append(escaped(PlanText.summary(plan))).append("**\n\n");
    text.append(escaped(origin(saved.manifest()))).append('\n');
    Set<Problem> warnings = new LinkedHashSet<>(plan.warnings());
    plan.hosts().forEach(host -> warnings.addAll(host.warnings()));
    if (!warnings.isEmpty()) {
      text.append("\n#### Warnings\n\n");
      fence("", warnings.stream().map(problems::warning).collect(Collectors.joining("\n")), text);
    }
    if (plan.drifted() > 0) {
      text.append("\n#### Changed on the hosts since the last apply\n\n");
      fold("Rules", diff(plans.drifted(plan).strip()), text);
    }
    for (List<HostPlan.Changed> group : plan.groups()) {
      group(group, text);
    }
    if (!plan.notPlannable().isEmpty()) {
      text.append("\n#### Left alone\n\n");
      fence("", plans.leftAlone(plan).strip() + "\n", text);
    }
    return text.toString();
  }

  private void group(List<HostPlan.Changed> group, StringBuilder text) {
    Change change = group.getFirst().change();
    text.append("\n#### ")
        .append(group.size() == 1 ? "" : group.size() + " hosts: ")
        .append(
            group.stream()
                .map(host -> escaped(Printable.text(host.host().name())))
                .collect(Collectors.joining(", ")))
        .append("\n\n");
    fence("diff", diff(plans.reach(change)), text);
    text.append('\n');
    fold("Rules, change " + change.artifact().substring(0, 12), diff(plans.rules(change)), text);
  }

  private static void fold(String title, String content, StringBuilder text) {
    text.append("<details><summary>").append(title).append("</summary>\n\n");
    fence("diff", content, text);
    text.append("\n</details>\n");
  }

  /** Puts the signs first, where they give a line its colour. */
  private static String diff(String text) {
    List<String> lines = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher signed = SIGNED.matcher(line);
      lines.add(
          signed.matches()
              ? signed.group(2).replace('~', '!') + signed.group(1).substring(1) + signed.group(3)
              : line);
    }
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  /** A fence is longer than any run of backticks in what it holds. */
  private static void fence(String language, String content, StringBuilder text) {
    int longest =
        BACKTICKS.matcher(content).results().mapToInt(it -> it.end() - it.start()).max().orElse(0);
    String fence = "`".repeat(Math.max(3, longest + 1));
    text.append(fence).append(language).append('\n').append(content).append(fence).append('\n');
  }

  /** Every character of ASCII that could be markup may have a backslash. Source: CommonMark 2.4. */
  private static String escaped(String text) {
    return text.replaceAll("[\\\\`*_{}\\[\\]<>#!|&~@]", "\\\\$0");
  }
}
