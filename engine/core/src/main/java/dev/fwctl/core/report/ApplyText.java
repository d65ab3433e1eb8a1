package dev.fwctl.core.report;

import dev.fwctl.core.converge.Outcome;
import dev.fwctl.model.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes for a person what became of each host. */
public final class ApplyText {
  private final Style style;
  private final ProblemText problems;

  public ApplyText(Style style, ProblemText problems) {
    this.style = style;
    this.problems = problems;
  }

  /** Returns what became of a host in a few words, for a line of progress. */
  public static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Applied applied ->
          String.format(Locale.ROOT, "applied in %.1f s", applied.time().toMillis() / 1000.0);
      case Outcome.Unchanged unchanged ->
          "as before: " + Printable.text(unchanged.problem().message());
      case Outcome.Lost lost -> "LOST: " + Printable.text(lost.problem().message());
      case Outcome.NotBegun() -> "not begun";
    };
  }

  /** Returns the report of a run; every line ends in a line feed. */
  public String report(Map<Host, Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    int applied = 0;
    int unchanged = 0;
    int lost = 0;
    int notBegun = 0;
    for (Map.Entry<Host, Outcome> entry : outcomes.entrySet()) {
      String host = Printable.text(entry.getKey().name());
      switch (entry.getValue()) {
        case Outcome.Applied it -> {
          applied++;
          text.append(style.added("+")).append(' ').append(host).append(": ");
          text.append(words(it)).append('\n');
        }
        case Outcome.Unchanged it -> {
          unchanged++;
          text.append(style.changed("!")).append(' ').append(host).append(": as it was before\n");
          text.append(problems.error(it.problem()));
        }
        case Outcome.Lost it -> {
          lost++;
          text.append(style.removed("!"))
              .append(' ')
              .append(host)
              .append(": LOST, state unknown\n");
          text.append(problems.error(it.problem()));
        }
        case Outcome.NotBegun it -> {
          notBegun++;
          text.append(style.changed("!")).append(' ').append(host).append(": not begun\n");
        }
      }
    }
    List<String> rest = new ArrayList<>();
    if (unchanged > 0) {
      rest.add(unchanged + " failed and as before");
    }
    if (lost > 0) {
      rest.add(lost + " lost");
    }
    if (notBegun > 0) {
      rest.add(notBegun + " not begun");
    }
    Paragraph.append(
        text,
        "",
        "Apply: %d of %d host%s applied%s."
            .formatted(
                applied,
                outcomes.size(),
                outcomes.size() == 1 ? "" : "s",
                rest.isEmpty() ? "" : "; " + String.join(", ", rest)),
        "");
    return text.toString();
  }
}
