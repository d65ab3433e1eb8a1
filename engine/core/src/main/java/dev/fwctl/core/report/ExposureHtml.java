package dev.fwctl.core.report;

import dev.fwctl.analysis.Interpreter.Step;
import dev.fwctl.core.exposure.Exposure;
import dev.fwctl.core.exposure.FleetSurvey;
import dev.fwctl.core.exposure.HostExposure;
import dev.fwctl.core.exposure.Severity;
import dev.fwctl.core.exposure.Way;
import dev.fwctl.core.exposure.Way.Reason;
import dev.fwctl.core.known.AddressWords;
import dev.fwctl.model.Family;
import dev.fwctl.model.netfilter.RulesetText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * Writes who can reach what as a page that needs nothing else: a picture of the fleet, and a table
 * with every source and rule. It has no script, and forbids any.
 */
public final class ExposureHtml {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --bad: #b3261e; --fair: #8a5a00; --line: #8885; --mark: #3367a8; }
      @media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --fair: #ffb74d; --mark: #82b1ff; } }
      body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
      .picture { overflow-x: auto; }
      svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
      svg text.host { font-weight: bold; }
      svg text.everyone, svg text.many { fill: var(--bad); }
      svg line { stroke: var(--line); }
      svg .all { fill: var(--mark); }
      svg .part { fill: var(--mark); opacity: .6; }
      svg .perhaps { fill: none; stroke: var(--mark); stroke-width: 2; }
      table { border-collapse: collapse; width: 100%; }
      th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
      td.host { white-space: nowrap; }
      td.everyone, td.many { color: var(--bad); font-weight: bold; }
      td.some, td.neighbours { color: var(--fair); }
      code { font-size: .85em; } ul { margin: 0; padding-left: 1.1rem; }
      @media print { body { max-width: none; margin: 0; font-size: 11px; } tr { break-inside: avoid; } thead { display: table-header-group; } svg { max-width: 100%; height: auto; } }
      """;

  private final Html page = new Html();
  private final FleetSurvey.Result result;

  private ExposureHtml(FleetSurvey.Result result) {
    this.result = result;
  }

  /**
   * Returns the page.
   *
   * @param version the version of fwctl
   * @param at when hosts were looked at
   */
  public static String page(FleetSurvey.Result result, String version, Instant at) {
    ExposureHtml html = new ExposureHtml(result);
    html.write(version, at.truncatedTo(ChronoUnit.SECONDS));
    return html.page.toString();
  }

  /** Returns the class of elements that tell of how bad something is. */
  static String severityClass(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  private void write(String version, Instant at) {
    page.markup(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Exposure of hosts</title>
        <style>
        """);
    page.markup(STYLE).markup("</style>\n</head>\n<body>\n<main>\n<h1>Exposure of hosts</h1>\n");
    page.element("p", ExposureText.summary(result)).markup("\n");
    page.element("p", "Made by fwctl " + version + " at " + at + ".").markup("\n");
    List<HostExposure> hosts = result.hosts();
    if (!hosts.isEmpty()) {
      page.markup("<h2>Who reaches what</h2>\n");
      page.element(
              "p",
              "A square: all of these sources reach it. A triangle: some of them do. A circle:"
                  + " perhaps, depending on a rule that is not understood or on what is not known.")
          .markup("\n<div class=\"picture\">\n");
      new ExposurePicture(hosts).drawOn(page);
      page.markup("</div>\n");
    }
    table();
    notes();
    page.markup("</main>\n</body>\n</html>\n");
  }

  private void table() {
    page.markup(
        """
        <h2>Endpoints, the worst first</h2>
        <table>
        <thead><tr><th scope="col">Host</th><th scope="col">Endpoint</th><th scope="col">How bad</th>\
        <th scope="col">Who, how and why</th></tr></thead>
        <tbody>
        """);
    for (Severity severity : Severity.values()) {
      for (HostExposure host : result.hosts()) {
        for (Exposure exposure : host.exposures()) {
          if (exposure.severity() == severity) {
            row(host.host(), exposure);
          }
        }
      }
    }
    page.markup("</tbody>\n</table>\n");
  }

  private void row(String host, Exposure exposure) {
    page.markup("<tr>").element("td class=\"host\"", host);
    page.element(
        "th scope=\"row\"",
        exposure.endpoint()
            + exposure.sensitive().map(what -> " (the port of " + what + ")").orElse(""));
    page.element(
        "td class=\"%s\"".formatted(severityClass(exposure.severity())),
        (exposure.certain() ? "" : "perhaps ") + exposure.severity());
    page.markup("<td>");
    exposure.tellingWays().forEach(this::way);
    page.markup("</td></tr>\n");
  }

  private void way(Way way) {
    if (!way.sources().isEmpty()) {
      page.element("div", AddressWords.of(way.sources()) + ExposureText.to(way)).markup("<ul>");
      for (Reason reason : way.reasons()) {
        reason.rules().forEach(step -> rule(step, reason.family()));
        if (reason.unhindered()) {
          page.element("li", reason.family().label() + ": no rule of the filter table stops it");
        }
      }
      page.markup("</ul>");
    }
    if (!way.perhaps().isEmpty()) {
      page.element(
              "div",
              "perhaps " + AddressWords.of(way.perhaps()) + ExposureText.to(way) + ", depending on")
          .markup("<ul>");
      way.unknowns().forEach(what -> page.element("li", what));
      way.dependsOn().forEach((family, steps) -> steps.forEach(step -> rule(step, family)));
      page.markup("</ul>");
    }
  }

  private void rule(Step step, Family family) {
    String whose = StepWords.whose(step);
    page.markup("<li>")
        .text(step.place() + (whose.isEmpty() ? "" : " (" + whose + ")") + ": ")
        .element("code", RulesetText.rule(family, step.rule().withoutComment()))
        .markup("</li>");
  }

  private void notes() {
    page.markup("<h2>What else is to be known</h2>\n<ul>\n");
    for (HostExposure host : result.hosts()) {
      note(host.host(), "outside is " + String.join(", ", host.outside()));
      host.unseen().forEach(one -> note(host.host(), "not looked at, and may stop more: " + one));
      host.remarks().forEach(one -> note(host.host(), one));
    }
    for (FleetSurvey.Failed failed : result.failed()) {
      failed.problems().forEach(problem -> note(failed.name(), "left out: " + problem.message()));
    }
    page.markup("</ul>\n");
  }

  private void note(String host, String words) {
    page.element("li", host + ": " + words).markup("\n");
  }
}
