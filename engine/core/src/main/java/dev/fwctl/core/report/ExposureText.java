package dev.fwctl.core.report;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.exposure.Endpoint;
import dev.fwctl.core.exposure.Exposure;
import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.HostExposure;
import dev.fwctl.core.exposure.Severity;
import dev.fwctl.core.exposure.Way;
import dev.fwctl.core.exposure.Way.Reason;
import dev.fwctl.core.known.AddressWords;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes for a person who can reach what, the worst first; what is alike on hosts together. */
public final class ExposureText {
  private static final String INDENT = "  ";
  private static final String ITEM = "    ";
  private static final String DETAIL = "        ";

  private final Style style;
  private final ProblemText problems;
  private final boolean everySource;

  /**
   * Creates a writer.
   *
   * @param problems writes what is wrong with hosts
   * @param everySource whether sources are named one by one where there are many, too
   */
  public ExposureText(Style style, ProblemText problems, boolean everySource) {
    this.style = style;
    this.problems = problems;
    this.everySource = everySource;
  }

  /** Returns all of it; every line ends in a line feed. */
  public String exposure(FleetSurvey.Result result) {
    StringBuilder text = new StringBuilder();
    for (Severity severity : Severity.values()) {
      if (severity != Severity.NOBODY) {
        severity(result.hosts(), severity, text);
      }
    }
    nobody(result.hosts(), text);
    remarks(result.hosts(), text);
    for (FleetSurvey.Failed failed : result.failed()) {
      line(text, style.removed("!") + " ", Printable.text(failed.name()) + ": left out", INDENT);
      failed.problems().forEach(problem -> text.append(problems.error(problem)));
      text.append('\n');
    }
    line(text, "", summary(result), "");
    return text.toString();
  }

  private void severity(List<HostExposure> hosts, Severity severity, StringBuilder text) {
    // What hosts have in common is said once.
    Map<String, List<String>> alike = new LinkedHashMap<>();
    for (HostExposure host : hosts) {
      for (Exposure exposure : host.exposures()) {
        if (exposure.severity() == severity) {
          alike
              .computeIfAbsent(body(exposure), unseen -> new ArrayList<>())
              .add(Printable.text(host.host()));
        }
      }
    }
    if (alike.isEmpty()) {
      return;
    }
    String heading = severity.toString();
    text.append(
            style.heading(heading.substring(0, 1).toUpperCase(Locale.ROOT) + heading.substring(1)))
        .append("\n\n");
    alike.forEach(
        (body, names) -> {
          String who = names.size() == 1 ? "" : names.size() + " hosts: ";
          line(text, INDENT, style.heading(who + String.join(", ", names)), ITEM);
          text.append(body).append('\n');
        });
  }

  private String body(Exposure exposure) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        INDENT + mark(exposure.severity()) + " ",
        endpoint(exposure.endpoint())
            + exposure
                .sensitive()
                .map(what -> " (the port of " + Printable.text(what) + ")")
                .orElse(""),
        ITEM);
    for (Way way : exposure.tellingWays()) {
      if (!way.sources().isEmpty()) {
        line(text, ITEM, words(way.sources()) + to(way), ITEM + INDENT);
        reasons(way, text);
      }
      if (!way.perhaps().isEmpty()) {
        line(
            text,
            ITEM,
            style.changed("perhaps ") + words(way.perhaps()) + to(way) + ", depending on",
            ITEM + INDENT);
        way.unknowns().forEach(what -> line(text, DETAIL, Printable.text(what), DETAIL + INDENT));
        way.dependsOn().forEach((family, steps) -> steps.forEach(step -> rule(step, family, text)));
      }
    }
    return text.toString();
  }

  private String mark(Severity severity) {
    return switch (severity) {
      case EVERYONE, MANY -> style.removed("!");
      case SOME, NEIGHBOURS -> style.changed("~");
      case PRIVATE, NOBODY -> " ";
    };
  }

  static String endpoint(Endpoint endpoint) {
    return Printable.text(endpoint.toString());
  }

  private String words(AddressSet sources) {
    return everySource ? AddressWords.of(sources) : AddressWords.brief(sources);
  }

  /** Says by which ports and path, and to which addresses if not to all that face outside. */
  static String to(Way way) {
    String ports = way.dialled().stream().map(Object::toString).collect(Collectors.joining(", "));
    String at = way.addresses().isEmpty() ? "" : " of " + AddressWords.of(way.addresses());
    return " to "
        + ports
        + at
        + ", "
        + path(way.path())
        + (way.byRoute() ? ", if they can route there" : "");
  }

  static String path(Way.Path path) {
    return switch (path) {
      case DNAT -> "by DNAT";
      case PROXY -> "by docker-proxy";
      case DIRECT -> "directly";
      case HOST -> "to the host itself";
    };
  }

  private void reasons(Way way, StringBuilder text) {
    Map<String, AddressSet> alike = new LinkedHashMap<>();
    for (Reason reason : way.reasons()) {
      alike.merge(reason(reason), reason.sources(), AddressSet::union);
    }
    alike.forEach(
        (reason, sources) -> {
          if (alike.size() > 1) {
            line(text, ITEM + INDENT, words(sources) + ":", DETAIL);
          }
          text.append(reason);
        });
  }

  private static String reason(Reason reason) {
    StringBuilder text = new StringBuilder();
    reason.rules().forEach(step -> rule(step, reason.family(), text));
    if (reason.unhindered()) {
      line(text, DETAIL, "no rule of the filter table stops it", DETAIL);
    }
    return text.toString();
  }

  private static void rule(Step step, Family family, StringBuilder text) {
    String whose = StepWords.whose(step);
    line(
        text,
        DETAIL,
        Printable.text(step.place() + (whose.isEmpty() ? "" : " (" + whose + ")") + ":"),
        DETAIL + INDENT);
    line(
        text,
        DETAIL + INDENT,
        Printable.text(RulesetText.rule(family, step.rule().withoutComment())),
        DETAIL + ITEM);
  }

  private void nobody(List<HostExposure> hosts, StringBuilder text) {
    Map<String, List<String>> alike = new LinkedHashMap<>();
    for (HostExposure host : hosts) {
      String endpoints =
          host.exposures().stream()
              .filter(exposure -> exposure.severity() == Severity.NOBODY)
              .map(exposure -> endpoint(exposure.endpoint()))
              .collect(Collectors.joining(", "));
      if (!endpoints.isEmpty()) {
        alike
            .computeIfAbsent(endpoints, unseen -> new ArrayList<>())
            .add(Printable.text(host.host()));
      }
    }
    if (alike.isEmpty()) {
      return;
    }
    text.append(style.heading("Open to nobody outside")).append("\n\n");
    alike.forEach(
        (endpoints, names) ->
            line(text, INDENT, String.join(", ", names) + ": " + endpoints, ITEM));
    text.append('\n');
  }

  private void remarks(List<HostExposure> hosts, StringBuilder text) {
    Map<String, List<String>> unseen = new LinkedHashMap<>();
    Map<String, List<String>> remarks = new LinkedHashMap<>();
    for (HostExposure host : hosts) {
      host.unseen()
          .forEach(one -> unseen.computeIfAbsent(one, none -> new ArrayList<>()).add(host.host()));
      host.remarks()
          .forEach(one -> remarks.computeIfAbsent(one, none -> new ArrayList<>()).add(host.host()));
    }
    unseen.forEach(
        (what, names) ->
            line(
                text,
                style.changed("!") + " ",
                Printable.text(
                    String.join(", ", names) + ": not looked at, and may stop more: " + what),
                INDENT));
    remarks.forEach(
        (what, names) ->
            line(text, "(", Printable.text(String.join(", ", names) + ": " + what) + ")", " "));
    if (!unseen.isEmpty() || !remarks.isEmpty()) {
      text.append('\n');
    }
  }

  /** Returns the sum of it in a sentence. */
  public static String summary(FleetSurvey.Result result) {
    List<Exposure> all =
        result.hosts().stream().flatMap(host -> host.exposures().stream()).toList();
    List<String> counts = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      long count = all.stream().filter(one -> one.severity() == severity).count();
      if (count > 0) {
        counts.add(count + " " + severity);
      }
    }
    long doubtful = all.stream().filter(one -> !one.certain()).count();
    return "%s on %s%s%s.%s"
        .formatted(
            count(all.size(), "endpoint"),
            count(result.hosts().size(), "host"),
            counts.isEmpty() ? "" : ": " + String.join(", ", counts),
            doubtful == 0
                ? ""
                : " (%d of them perhaps, depending on what is not understood)".formatted(doubtful),
            result.failed().isEmpty()
                ? ""
                : " " + count(result.failed().size(), "host") + " left out.");
  }

  private static String count(int count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  private static void line(StringBuilder text, String first, String content, String next) {
    Paragraph.append(text, first, content, next);
  }
}
