package dev.fwctl.core.report;

import dev.fwctl.core.exposure.Exposure;
import dev.fwctl.core.exposure.HostExposure;
import dev.fwctl.core.exposure.Severity;
import dev.fwctl.core.exposure.Way;
import dev.fwctl.model.AddressSet;
import dev.fwctl.model.Family;
import dev.fwctl.model.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Draws a fleet as a matrix: endpoints down, sources across, a mark where one reaches the other.
 *
 * <p>Both families, then the sources that most endpoints are open to have columns of their own; the
 * others have one together. Each mark has a shape of its own, so that colours are not needed.
 */
final class ExposurePicture {
  /** More columns than this are not seen at once. */
  private static final int MOST_SOURCES = 16;

  private static final int CELL = 18;
  private static final int HEADING = 150;
  private static final int NAMES = 420;

  /** A text of more characters goes beyond its place; a tooltip and the table have all of it. */
  private static final int NAME_CHARACTERS = 58;

  private final List<HostExposure> hosts;
  private final List<Column> columns = new ArrayList<>();
  private final AddressSet named;

  private record Column(String title, AddressSet addresses) {}

  private enum Mark {
    ALL("all of it"),
    PART("a part of it"),
    PERHAPS("perhaps");

    private final String words;

    Mark(String words) {
      this.words = words;
    }
  }

  ExposurePicture(List<HostExposure> hosts) {
    this.hosts = hosts;
    for (Family family : Family.values()) {
      columns.add(
          new Column("everyone on " + family.label(), AddressSet.of(IpPrefix.everything(family))));
    }
    Map<IpPrefix, Integer> counts = new LinkedHashMap<>();
    rows()
        .map(row -> row.sources().union(row.perhaps()))
        .flatMap(sources -> Stream.of(Family.values()).map(sources::of))
        .map(AddressSet::prefixes)
        // What is open to all but some would fill the columns with what is left of all.
        .filter(prefixes -> prefixes.size() <= MOST_SOURCES)
        .flatMap(List::stream)
        .filter(prefix -> prefix.length() > 0)
        .forEach(prefix -> counts.merge(prefix, 1, Integer::sum));
    counts.entrySet().stream()
        .sorted(
            Map.Entry.<IpPrefix, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_SOURCES)
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(
            prefix ->
                columns.add(
                    new Column(
                        prefix.isSingle() ? prefix.address().toString() : prefix.toString(),
                        AddressSet.of(prefix))));
    this.named =
        columns.stream()
            .skip(Family.values().length)
            .map(Column::addresses)
            .reduce(AddressSet.none(), AddressSet::union);
  }

  private Stream<Exposure> rows() {
    return hosts.stream()
        .flatMap(host -> host.exposures().stream())
        .filter(exposure -> exposure.severity() != Severity.NOBODY);
  }

  void drawOn(Html page) {
    int rows = Math.toIntExact(rows().count()) + hosts.size();
    int width = NAMES + (columns.size() + 2) * CELL + HEADING;
    int height = HEADING + rows * CELL + CELL;
    page.markup(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%d\""
                .formatted(width, height)
            + " viewBox=\"0 0 %d %d\" aria-label=\"Endpoints and who reaches them\">\n"
                .formatted(width, height));
    for (int column = 0; column < columns.size() + 2; column++) {
      heading(page, column, title(column));
    }
    int y = HEADING;
    for (HostExposure host : hosts) {
      List<Exposure> open =
          host.exposures().stream().filter(one -> one.severity() != Severity.NOBODY).toList();
      text(page, 0, y + CELL - 5, "host", host.host());
      y += CELL;
      for (Exposure exposure : open) {
        row(page, y, host, exposure);
        y += CELL;
      }
    }
    page.markup("</svg>\n");
  }

  private String title(int column) {
    return column < columns.size()
        ? columns.get(column).title()
        : column == columns.size() ? "other sources" : "who can route to it";
  }

  private static void heading(Html page, int column, String title) {
    int x = NAMES + column * CELL + CELL - 5;
    page.markup("<text transform=\"translate(%d %d) rotate(-50)\">".formatted(x, HEADING - 6))
        .text(title)
        .markup("</text>\n");
  }

  private static void text(Html page, int x, int y, String kind, String words) {
    String shown =
        words.codePointCount(0, words.length()) <= NAME_CHARACTERS
            ? words
            : words.substring(0, words.offsetByCodePoints(0, NAME_CHARACTERS - 1)) + "…";
    page.markup("<text class=\"%s\" x=\"%d\" y=\"%d\">".formatted(kind, x, y))
        .text(shown)
        .markup("<title>")
        .text(words)
        .markup("</title></text>\n");
  }

  private void row(Html page, int y, HostExposure host, Exposure exposure) {
    page.markup(
        "<line x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
            .formatted(NAMES + (columns.size() + 2) * CELL, y + CELL, y + CELL));
    text(
        page,
        CELL,
        y + CELL - 5,
        ExposureHtml.severityClass(exposure.severity()),
        exposure.endpoint().toString());
    AddressSet sure = exposure.sources();
    AddressSet all = sure.union(exposure.perhaps());
    String who = host.host() + ": " + exposure.endpoint();
    for (int column = 0; column < columns.size(); column++) {
      mark(page, column, y, who, sure, all, columns.get(column).addresses());
    }
    AddressSet rest = named;
    for (Family family : Family.values()) {
      AddressSet everyone = AddressSet.of(IpPrefix.everything(family));
      rest = everyone.minus(sure).isEmpty() ? rest.union(everyone) : rest;
    }
    mark(page, columns.size(), y, who, sure.minus(rest), all.minus(rest), all.minus(rest));
    boolean byRoute = exposure.tellingWays().stream().anyMatch(Way::byRoute);
    if (byRoute) {
      boolean certain =
          exposure.tellingWays().stream()
              .anyMatch(way -> way.byRoute() && !way.sources().isEmpty());
      draw(page, columns.size() + 1, y, certain ? Mark.ALL : Mark.PERHAPS, who);
    }
  }

  private void mark(
      Html page,
      int column,
      int y,
      String who,
      AddressSet sure,
      AddressSet all,
      AddressSet wanted) {
    if (all.intersect(wanted).isEmpty()) {
      return;
    }
    Mark mark =
        wanted.minus(sure).isEmpty()
            ? Mark.ALL
            : sure.intersect(wanted).isEmpty() ? Mark.PERHAPS : Mark.PART;
    draw(page, column, y, mark, who);
  }

  private void draw(Html page, int column, int y, Mark mark, String who) {
    int x = NAMES + column * CELL + 3;
    int top = y + 3;
    int size = CELL - 6;
    String shape =
        switch (mark) {
          case ALL ->
              "<rect class=\"all\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">"
                  .formatted(x, top, size, size);
          case PART ->
              "<path class=\"part\" d=\"M%d %dh%dl-%d %dz\">".formatted(x, top, size, size, size);
          case PERHAPS ->
              "<circle class=\"perhaps\" cx=\"%d\" cy=\"%d\" r=\"%d\">"
                  .formatted(x + size / 2, top + size / 2, size / 2 - 1);
        };
    String name = shape.substring(1, shape.indexOf(' '));
    page.markup(shape)
        .markup("<title>")
        .text(who + ", " + title(column) + ": " + mark.words)
        .markup("</title></" + name + ">\n");
  }
}
