package dev.fwctl.core.report;

import dev.fwctl.core.doctor.Diagnosis;
import dev.fwctl.core.doctor.Finding;
import dev.fwctl.core.doctor.Finding.NeverApplies;
import dev.fwctl.core.doctor.Finding.NeverReached;
import dev.fwctl.core.doctor.Finding.ToNowhere;
import dev.fwctl.core.doctor.Finding.Unused;
import dev.fwctl.model.Problem;
import dev.fwctl.model.netfilter.RulesetText;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes for a person what of hosts' rules is needless or broken. */
public final class DoctorText {
  private static final String INDENT = "  ";
  private static final String DETAIL = "      ";

  private final Style style;
  private final ProblemText problems;

  public DoctorText(Style style, ProblemText problems) {
    this.style = style;
    this.problems = problems;
  }

  /**
   * Returns a report; every line ends in a line feed.
   *
   * @param unread hosts that could not be examined, and why
   */
  public String report(List<Diagnosis> diagnoses, Map<String, List<Problem>> unread) {
    StringBuilder text = new StringBuilder();
    for (Diagnosis diagnosis : diagnoses) {
      text.append(style.heading(Printable.text(diagnosis.host()))).append('\n');
      diagnosis.findings().forEach(finding -> append(text, finding));
      if (diagnosis.findings().isEmpty()) {
        text.append(INDENT).append("nothing to mend\n");
      }
      if (!diagnosis.ofPrograms().isEmpty()) {
        Paragraph.append(
            text,
            INDENT + "(",
            "never apply, but a program wrote them ahead: %s)"
                .formatted(
                    diagnosis.ofPrograms().entrySet().stream()
                        .map(entry -> Count.of(entry.getValue(), "rule") + " of " + entry.getKey())
                        .collect(Collectors.joining(", "))),
            INDENT + " ");
      }
      diagnosis
          .remarks()
          .forEach(
              remark -> Paragraph.append(text, INDENT + "(", Printable.text(remark) + ")", "   "));
      text.append('\n');
    }
    unread.forEach(
        (host, why) -> {
          Paragraph.append(
              text, style.removed("!") + " ", Printable.text(host) + ": not examined", INDENT);
          why.forEach(problem -> text.append(problems.error(problem)));
          text.append('\n');
        });
    return text.append(summary(diagnoses, unread.size())).append('\n').toString();
  }

  private void append(StringBuilder text, Finding finding) {
    Paragraph.append(
        text, INDENT + style.changed("!") + " ", Printable.text(words(finding)), "    ");
    switch (finding) {
      case NeverReached _ -> {}
      case NeverApplies it -> rule(text, finding, RulesetText.rule(it.family(), it.step().rule()));
      case ToNowhere it -> rule(text, finding, RulesetText.rule(it.family(), it.step().rule()));
      case Unused it -> rule(text, finding, RulesetText.rule(it.family(), it.step().rule()));
    }
  }

  private static void rule(StringBuilder text, Finding finding, String rule) {
    Paragraph.append(text, DETAIL, Printable.text(rule.strip()), DETAIL + INDENT);
  }

  /** Says in a sentence what was found. */
  static String words(Finding finding) {
    String family = finding.family().label();
    return switch (finding) {
      case NeverApplies it ->
          "%s %s%s %s"
              .formatted(
                  family,
                  it.step().place(),
                  whose(StepWords.whose(it.step())),
                  switch (it.reason()) {
                    case SHADOWED -> "never applies: rules before it take all that it is for";
                    case IMPOSSIBLE -> "never applies: no packet that comes there is like that";
                    case UNREACHED -> "never applies: no packet comes there";
                  });
      case NeverReached it ->
          "%s chain %s in %s (%s): no packet gets into it"
              .formatted(family, it.chain(), it.table(), Count.of(it.rules(), "rule"));
      case ToNowhere it ->
          "%s %s%s does nothing: chain %s is empty or not there"
              .formatted(family, it.step().place(), whose(StepWords.whose(it.step())), it.chain());
      case Unused it ->
          "%s %s%s has let in nothing for %s"
              .formatted(
                  family, it.step().place(), whose(StepWords.whose(it.step())), age(it.since()));
    };
  }

  private static String whose(String words) {
    return words.isEmpty() ? "" : " (" + words + ")";
  }

  private static String age(Duration since) {
    if (since.toDays() > 1) {
      return since.toDays() + " days";
    }
    return since.toHours() > 1 ? since.toHours() + " hours" : since.toMinutes() + " minutes";
  }

  /** Says how much was found, in a line. */
  static String summary(List<Diagnosis> diagnoses, int unread) {
    int findings = diagnoses.stream().mapToInt(one -> one.findings().size()).sum();
    long concerned = diagnoses.stream().filter(one -> !one.findings().isEmpty()).count();
    return "Doctor: %s on %d of %s%s."
        .formatted(
            Count.of(findings, "finding"),
            concerned,
            Count.of(diagnoses.size() + unread, "host"),
            unread == 0 ? "" : " (%d not examined)".formatted(unread));
  }
}
