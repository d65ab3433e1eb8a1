package dev.fwctl.core.report;

import dev.fwctl.core.transaction.Outcome;
import dev.fwctl.model.Host;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
      case Outcome.Applied applied -> "applied in " + seconds(applied.time());
      case Outcome.Unconfirmed unconfirmed ->
          "applied in " + seconds(unconfirmed.time()) + ", to be confirmed";
      case Outcome.Unchanged unchanged ->
          "as before: " + Printable.text(unchanged.problem().message());
      case Outcome.RolledBack rolledBack ->
          "went back: " + Printable.text(rolledBack.problem().message());
      case Outcome.Lost lost -> "LOST: " + Printable.text(lost.problem().message());
      case Outcome.Abandoned abandoned ->
          "not waited for: kept, or back by itself within "
              + abandoned.within().plusMillis(999).toSeconds()
              + " s";
      case Outcome.NotBegun notBegun -> "not begun, " + reason(notBegun.reason());
    };
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }

  private static String reason(Outcome.NotBegun.Reason reason) {
    return switch (reason) {
      case STOPPED -> "because the run was stopped";
      case BUDGET -> "because too many hosts had failed";
      case LOST -> "because a host was lost";
    };
  }

  /**
   * Returns the report of a run; every line ends in a line feed.
   *
   * @param title what the run did, such as {@code Apply}
   */
  public String report(String title, Map<Host, Outcome> outcomes) {
    StringBuilder text = new StringBuilder();
    SortedMap<Outcomes, Integer> counts = new TreeMap<>();
    Optional<Instant> until = Optional.empty();
    for (Map.Entry<Host, Outcome> entry : outcomes.entrySet()) {
      Outcome outcome = entry.getValue();
      counts.merge(Outcomes.of(outcome), 1, Integer::sum);
      String host = Printable.text(entry.getKey().name());
      switch (outcome) {
        case Outcome.Applied it -> {
          line(text, style.added("+"), host, words(it));
          for (String remark : it.remarks()) {
            Paragraph.append(text, "    ", Printable.text(remark), "    ");
          }
        }
        case Outcome.Unconfirmed it -> {
          line(text, style.changed("?"), host, words(it));
          until = Optional.of(until.filter(it.until()::isAfter).orElse(it.until()));
        }
        case Outcome.Unchanged it -> {
          line(text, style.changed("!"), host, "as it was before");
          text.append(problems.error(it.problem()));
        }
        case Outcome.RolledBack it -> {
          line(text, style.changed("!"), host, "went back to what it was before");
          text.append(problems.error(it.problem()));
        }
        case Outcome.Lost it -> {
          line(text, style.removed("!"), host, "LOST, state unknown");
          text.append(problems.error(it.problem()));
        }
        case Outcome.Abandoned it -> line(text, style.changed("?"), host, words(it));
        case Outcome.NotBegun it -> line(text, style.changed("!"), host, words(it));
      }
    }
    int applied = counts.getOrDefault(Outcomes.APPLIED, 0);
    String rest =
        counts.entrySet().stream()
            .filter(entry -> entry.getKey() != Outcomes.APPLIED)
            .map(entry -> entry.getValue() + " " + entry.getKey().words)
            .collect(Collectors.joining(", "));
    Paragraph.append(
        text,
        "",
        "%s: %d of %d host%s applied%s."
            .formatted(
                title,
                applied,
                outcomes.size(),
                outcomes.size() == 1 ? "" : "s",
                rest.isEmpty() ? "" : "; " + rest),
        "");
    if (counts.containsKey(Outcomes.ABANDONED)) {
      Paragraph.append(
          text,
          "",
          "'fwctl locks' shows which hosts are still under way, 'fwctl plan' what each holds then.",
          "");
    }
    until.ifPresent(
        time ->
            Paragraph.append(
                text,
                "",
                "Unconfirmed hosts go back by themselves at %s unless 'fwctl confirm' keeps them."
                    .formatted(time.truncatedTo(ChronoUnit.SECONDS)),
                ""));
    return text.toString();
  }

  private static void line(StringBuilder text, String sign, String host, String words) {
    text.append(sign).append(' ').append(host).append(": ").append(words).append('\n');
  }

  /** What hosts are counted as. */
  private enum Outcomes {
    APPLIED("applied"),
    UNCONFIRMED("to be confirmed"),
    UNCHANGED("failed and as before"),
    ROLLED_BACK("went back"),
    LOST("lost"),
    ABANDONED("not waited for"),
    NOT_BEGUN("not begun");

    private final String words;

    Outcomes(String words) {
      this.words = words;
    }

    static Outcomes of(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Applied it -> APPLIED;
        case Outcome.Unconfirmed it -> UNCONFIRMED;
        case Outcome.Unchanged it -> UNCHANGED;
        case Outcome.RolledBack it -> ROLLED_BACK;
        case Outcome.Lost it -> LOST;
        case Outcome.Abandoned it -> ABANDONED;
        case Outcome.NotBegun it -> NOT_BEGUN;
      };
    }
  }
}
