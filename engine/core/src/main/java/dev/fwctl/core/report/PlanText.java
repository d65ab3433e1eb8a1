package dev.fwctl.core.report;

import dev.fwctl.core.known.AddressWords;
import dev.fwctl.core.plan.Change;
import dev.fwctl.core.plan.Drift;
import dev.fwctl.core.plan.HostPlan;
import dev.fwctl.core.plan.Plan;
import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Host;
import dev.fwctl.model.Problem;
import dev.fwctl.model.ReachChange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Writes a plan for a person: who will reach what, then the rules; equal hosts together. */
public final class PlanText {
  private static final String INDENT = "    ";

  /** Notes of rules that no policy asks for begin so: structure, and what every host needs. */
  private static final String OWN_NOTE = "fwctl";

  private final Style style;
  private final ProblemText problems;
  private final boolean everyRule;

  /**
   * Creates a writer.
   *
   * @param problems writes what is wrong with hosts
   * @param everyRule whether rules that are alike on all hosts are shown one by one, too
   */
  public PlanText(Style style, ProblemText problems, boolean everyRule) {
    this.style = style;
    this.problems = problems;
    this.everyRule = everyRule;
  }

  /** Returns the whole plan; every line ends in a line feed. */
  public String plan(Plan plan) {
    StringBuilder text = new StringBuilder();
    plan(plan, text::append);
    return text.toString();
  }

  /**
   * Writes the whole plan, in pieces of whole lines: where no two of thousands of hosts are alike,
   * all of it is longer than there is memory for.
   */
  public void plan(Plan plan, Consumer<String> out) {
    StringBuilder text = new StringBuilder();
    plan.warnings().forEach(warning -> text.append(problems.warning(warning)).append('\n'));
    warnings(plan, text);
    if (plan.drifted() > 0) {
      text.append(style.heading("Changed on the hosts since the last apply")).append("\n\n");
      text.append(drifted(plan));
    }
    for (List<HostPlan.Changed> group : plan.groups()) {
      group(group, text);
      out.accept(text.toString());
      text.setLength(0);
    }
    text.append(leftAlone(plan));
    Paragraph.append(text, "", summary(plan), "");
    if (plan.isRefused()) {
      Paragraph.append(
          text,
          "",
          style.removed("Refused")
              + ": what must hold does not, or is not known to. Nothing of this plan can be saved"
              + " or applied.",
          "");
    }
    out.accept(text.toString());
  }

  /** Returns what on the hosts no longer is as it was applied, of those that change. */
  String drifted(Plan plan) {
    Map<Drift, List<String>> groups = new LinkedHashMap<>();
    for (HostPlan.Changed host : plan.changed()) {
      host.drift()
          .ifPresent(
              drift ->
                  groups
                      .computeIfAbsent(drift, unseen -> new ArrayList<>())
                      .add(host.host().name()));
    }
    StringBuilder text = new StringBuilder();
    groups.forEach((drift, hosts) -> drift(hosts, drift, text));
    return text.toString();
  }

  /** Returns what on the hosts no longer is as it was applied. */
  public String drift(Map<String, Drift> drifts, List<HostPlan.NotPlannable> unread, int hosts) {
    StringBuilder text = new StringBuilder();
    Map<Drift, List<String>> groups = new LinkedHashMap<>();
    drifts.forEach(
        (host, drift) -> groups.computeIfAbsent(drift, unseen -> new ArrayList<>()).add(host));
    groups.forEach((drift, names) -> drift(names, drift, text));
    unread.forEach(host -> problems(host, text));
    String rest = unread.isEmpty() ? "" : ", " + unread.size() + " could not be read";
    Paragraph.append(
        text,
        "",
        drifts.isEmpty()
            ? (unread.isEmpty() ? "No drift. " : "No drift seen. ")
                + Count.of(hosts - unread.size(), "host")
                + (hosts - unread.size() == 1 ? " is" : " are")
                + " as last applied"
                + rest
                + "."
            : "Drift: %d of %s no longer as applied%s. 'fwctl apply' repairs it."
                .formatted(drifts.size(), Count.of(hosts, "host"), rest),
        "");
    return text.toString();
  }

  private void group(List<HostPlan.Changed> group, StringBuilder text) {
    Change change = group.getFirst().change();
    hosts(group.stream().map(HostPlan.Changed::host).toList(), change, text);
    text.append(reach(change)).append('\n').append(rules(change)).append('\n');
  }

  /** Returns who can newly reach what, and who no longer can. */
  String reach(Change change) {
    StringBuilder text = new StringBuilder();
    if (change.reach().isEmpty()) {
      Paragraph.append(text, "  ", "Nobody can reach more or less than before.", "  ");
    }
    for (ReachChange.Direction direction : ReachChange.Direction.values()) {
      reach(change, direction, text);
    }
    return text.toString();
  }

  /** Returns what becomes of which rule. */
  String rules(Change change) {
    StringBuilder text = new StringBuilder();
    List<RuleChange> all = change.wording().rules();
    List<RuleChange> shown =
        everyRule ? all : all.stream().filter(rule -> !isAlikeEverywhere(rule)).toList();
    rules(shown, text);
    int folded = all.size() - shown.size();
    if (folded > 0) {
      Paragraph.append(
          text,
          "  ",
          "and %s packets there or %s through what every host needs (--all-rules)"
              .formatted(
                  Count.of(folded, "rule") + (folded == 1 ? " that leads" : " that lead"),
                  folded == 1 ? "lets" : "let"),
          "    ");
    }
    return text.toString();
  }

  private static boolean isAlikeEverywhere(RuleChange rule) {
    return (rule.kind() == RuleChange.Kind.ADD || rule.kind() == RuleChange.Kind.REMOVE)
        && rule.line().note().startsWith(OWN_NOTE);
  }

  private void hosts(List<Host> hosts, Change change, StringBuilder text) {
    String names =
        hosts.stream().map(host -> Printable.text(host.name())).collect(Collectors.joining(", "));
    StringBuilder heading = new StringBuilder();
    Paragraph.append(
        heading,
        "",
        (hosts.size() == 1 ? "" : Count.of(hosts.size(), "host") + ": ")
            + names
            + "  (change "
            + change.artifact().substring(0, 12)
            + ")",
        INDENT);
    heading.toString().lines().forEach(line -> text.append(style.heading(line)).append('\n'));
  }

  private void reach(Change change, ReachChange.Direction direction, StringBuilder text) {
    List<ReachChange> changes =
        change.reach().stream().filter(reach -> reach.direction() == direction).toList();
    // What many endpoints have in common is said once.
    Map<AddressSet, List<ReachChange>> opened = new LinkedHashMap<>();
    Map<AddressSet, List<ReachChange>> closed = new LinkedHashMap<>();
    for (ReachChange reach : changes) {
      if (!reach.opened().isEmpty()) {
        opened.computeIfAbsent(reach.opened(), unseen -> new ArrayList<>()).add(reach);
      }
      if (!reach.closed().isEmpty()) {
        closed.computeIfAbsent(reach.closed(), unseen -> new ArrayList<>()).add(reach);
      }
    }
    opened.forEach(
        (who, what) -> reachLine(style.added("+"), direction, who, "can now", what, text));
    closed.forEach(
        (who, what) -> reachLine(style.removed("-"), direction, who, "can no longer", what, text));
  }

  private static void reachLine(
      String symbol,
      ReachChange.Direction direction,
      AddressSet who,
      String verb,
      List<ReachChange> what,
      StringBuilder text) {
    String endpoints =
        what.stream()
            .map(
                reach ->
                    Printable.text(reach.endpoint())
                        + (reach.certain() ? "" : " (as far as fwctl can tell)"))
            .collect(Collectors.joining(", "));
    String words =
        direction == ReachChange.Direction.INBOUND
            ? AddressWords.of(who) + " " + verb + " reach " + endpoints
            : endpoints + " " + verb + " reach " + AddressWords.of(who);
    Paragraph.append(text, "  " + symbol + " ", words, "      ");
  }

  private void rules(List<RuleChange> changes, StringBuilder text) {
    Map<String, List<RuleChange>> chains = new LinkedHashMap<>();
    long notes = changes.stream().filter(rule -> rule.kind() == RuleChange.Kind.NOTE).count();
    changes.stream()
        .filter(rule -> rule.kind() != RuleChange.Kind.NOTE)
        .forEach(
            rule ->
                chains.computeIfAbsent(rule.line().chain(), unseen -> new ArrayList<>()).add(rule));
    chains.forEach(
        (chain, rules) -> {
          text.append("  ").append(Printable.text(chain)).append('\n');
          rules.forEach(rule -> rule(rule, text));
        });
    if (notes > 0) {
      Paragraph.append(
          text,
          "  " + style.changed("~") + " ",
          Count.of((int) notes, "rule") + " will name another line of the policy, nothing else",
          "    ");
    }
  }

  private void rule(RuleChange change, StringBuilder text) {
    switch (change.kind()) {
      case ADD -> line(style.added("+"), change.line().text(), change.line().note(), text);
      case REMOVE -> line(style.removed("-"), change.line().text(), change.line().note(), text);
      case CHANGE -> {
        line(style.changed("~"), change.before().orElseThrow().text(), "", text);
        line(" ", "-> " + change.line().text(), change.line().note(), text);
      }
      case NOTE -> {}
    }
  }

  private static void line(String symbol, String rule, String note, StringBuilder text) {
    String shown = Printable.text(rule);
    if (!note.isEmpty()) {
      shown += "  #" + Paragraph.GLUE + Printable.text(note);
    }
    Paragraph.append(text, INDENT + symbol + " ", shown, INDENT + "    ");
  }

  private void drift(List<String> hosts, Drift drift, StringBuilder text) {
    String names = hosts.stream().map(Printable::text).collect(Collectors.joining(", "));
    String since =
        drift
            .receipt()
            .map(
                receipt ->
                    " (applied "
                        + receipt.appliedAt()
                        + " by "
                        + Printable.text(receipt.appliedBy())
                        + commit(receipt.commit())
                        + ")")
            .orElse(" (rules of fwctl without a receipt)");
    Paragraph.append(text, "", names + since, INDENT);
    rules(drift.changes(), text);
    if (!drift.lasts()) {
      Paragraph.append(
          text,
          "  " + style.removed("-") + " ",
          drift.receipt().isPresent()
              ? "the rules will not last: a unit, fwctl.service or fwctl-firewalld.service, is not"
                  + " enabled"
              : "the rules will not last: nothing is kept of them on disk",
          "    ");
    }
    text.append('\n');
  }

  private static String commit(Optional<String> commit) {
    return commit.map(id -> ", commit " + id.substring(0, Math.min(12, id.length()))).orElse("");
  }

  private void warnings(Plan plan, StringBuilder text) {
    Map<Problem, List<String>> byWarning = new LinkedHashMap<>();
    for (HostPlan host : plan.hosts()) {
      host.warnings()
          .forEach(
              warning ->
                  byWarning
                      .computeIfAbsent(warning, unseen -> new ArrayList<>())
                      .add(host.host().name()));
    }
    byWarning.forEach(
        (warning, hosts) -> {
          Paragraph.append(
              text, "", "On " + Printable.text(String.join(", ", hosts)) + ":", INDENT);
          text.append(problems.warning(warning)).append('\n');
        });
  }

  /** Returns which hosts are left alone, and why. */
  public String leftAlone(Plan plan) {
    StringBuilder text = new StringBuilder();
    Map<List<Problem>, List<String>> byProblem = new LinkedHashMap<>();
    for (HostPlan.NotPlannable host : plan.notPlannable()) {
      byProblem
          .computeIfAbsent(host.problems(), unseen -> new ArrayList<>())
          .add(host.host().name());
    }
    byProblem.forEach((why, hosts) -> problems(hosts, why, text));
    return text.toString();
  }

  private void problems(HostPlan.NotPlannable host, StringBuilder text) {
    problems(List.of(host.host().name()), host.problems(), text);
  }

  private void problems(List<String> hosts, List<Problem> why, StringBuilder text) {
    String names = hosts.stream().map(Printable::text).collect(Collectors.joining(", "));
    boolean refused = why.stream().anyMatch(problem -> problem.code().refuses());
    Paragraph.append(
        text,
        "",
        style.removed("!") + " " + names + (refused ? ": refused" : ": left alone"),
        INDENT);
    why.forEach(problem -> text.append(problems.error(problem)));
    text.append('\n');
  }

  /** Returns the sum of a plan in a sentence. */
  static String summary(Plan plan) {
    int unreachable =
        (int) plan.notPlannable().stream().filter(HostPlan.NotPlannable::isUnreachable).count();
    int refused = plan.notPlannable().size() - unreachable;
    List<String> details = new ArrayList<>();
    if (plan.hasChanges()) {
      details.add(Count.of(plan.groups().size(), "distinct change"));
    }
    if (unreachable > 0) {
      details.add(unreachable + " unreachable");
    }
    if (refused > 0) {
      details.add(refused + " refused");
    }
    if (plan.drifted() > 0) {
      details.add(plan.drifted() + " drifted");
    }
    String hint = details.isEmpty() ? "" : " (" + details.getFirst() + rest(details) + ")";
    if (!plan.hasChanges()) {
      int fine = plan.hosts().size() - plan.notPlannable().size();
      if (fine == 0 && !plan.hosts().isEmpty()) {
        return "Nothing could be planned" + hint + ".";
      }
      return "No changes. %s as the policies say%s."
          .formatted(Count.of(fine, "host") + (fine == 1 ? " is" : " are"), hint);
    }
    return "Plan: %d to add, %d to change, %d to remove on %d of %s%s."
        .formatted(
            plan.count(RuleChange.Kind.ADD),
            plan.count(RuleChange.Kind.CHANGE) + plan.count(RuleChange.Kind.NOTE),
            plan.count(RuleChange.Kind.REMOVE),
            plan.changed().size(),
            Count.of(plan.hosts().size(), "host"),
            hint);
  }

  /** The first detail stands apart from the hosts that are left out. */
  private static String rest(List<String> details) {
    return details.size() == 1 ? "" : "; " + String.join(", ", details.subList(1, details.size()));
  }
}
