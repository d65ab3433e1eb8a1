package dev.fwctl.core.report;

import dev.fwctl.core.plan.RuleChange;
import dev.fwctl.core.plan.RuleDifference;
import dev.fwctl.core.plan.RuleLine;
import dev.fwctl.core.transaction.Return;
import dev.fwctl.model.Host;
import dev.fwctl.model.Receipt;
import java.util.List;
import java.util.Map;

/** Writes for a person where hosts would go back to. */
public final class RollbackText {
  private RollbackText() {}

  /** Returns a paragraph a host; every line ends in a line feed. */
  public static String text(Map<Host, Return.Way> ways) {
    StringBuilder text = new StringBuilder();
    ways.forEach((host, way) -> append(text, host, way));
    if (ways.isEmpty()) {
      text.append("No host has a receipt to go back from.\n");
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Host host, Return.Way way) {
    List<RuleChange> changes =
        RuleDifference.between(lines(way.order().before()), lines(way.order().wanted()));
    Paragraph.append(
        text,
        "",
        Printable.text(
            "%s: from %s to %s (%d to add, %d to change, %d to remove)"
                .formatted(
                    host.name(),
                    words(way.from()),
                    way.to().map(RollbackText::words).orElse("no rules of fwctl"),
                    count(changes, RuleChange.Kind.ADD),
                    count(changes, RuleChange.Kind.CHANGE) + count(changes, RuleChange.Kind.NOTE),
                    count(changes, RuleChange.Kind.REMOVE))),
        "    ");
  }

  private static String words(Receipt receipt) {
    return "what %s applied at %s (run %s%s)"
        .formatted(
            receipt.appliedBy(),
            receipt.appliedAt(),
            receipt.run(),
            receipt.commit().map(commit -> ", commit " + commit).orElse(""));
  }

  private static List<RuleLine> lines(List<String> written) {
    return written.stream().map(RuleLine::read).toList();
  }

  private static int count(List<RuleChange> changes, RuleChange.Kind kind) {
    return (int) changes.stream().filter(it -> it.kind() == kind).count();
  }
}
