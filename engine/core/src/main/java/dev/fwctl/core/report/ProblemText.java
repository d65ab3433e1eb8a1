package dev.fwctl.core.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes problems for a person: what is wrong, where, with the line, and what to do.
 *
 * <pre>
 * policies/shop.yml:14:17: error: unknown source 'ofice' [FW005]
 *   14 |           from: ofice
 *      |                 ^
 *      hint: did you mean 'office'?
 * </pre>
 *
 * <p>The lines are read again from the files, which are kept for the next problem; used by one
 * thread at a time. Whatever a file or a message holds, only printable characters come out.
 */
public final class ProblemText {
  /**
   * A file beyond this is shown without its line; the address lists of a repository are below it.
   */
  private static final long SIZE_LIMIT = 16 << 20;

  private static final String CUT = "…";

  private final Path base;
  private final Map<String, List<String>> lines = new HashMap<>();

  /**
   * Creates a writer.
   *
   * @param base the folder that the places of problems are relative to
   */
  public ProblemText(Path base) {
    this.base = requireNonNull(base, "base is null");
  }

  /**
   * Returns all problems of an exception as errors, each a block of lines, with an empty line
   * between.
   */
  public String errors(FwctlException exception) {
    return exception.problems().stream().map(this::error).collect(Collectors.joining("\n"));
  }

  /** Returns a problem as an error; every line ends with a line feed. */
  public String error(Problem problem) {
    return render(problem, "error");
  }

  /** Returns a problem as a warning; every line ends with a line feed. */
  public String warning(Problem problem) {
    return render(problem, "warning");
  }

  private String render(Problem problem, String severity) {
    String head =
        problem.place().map(place -> Printable.text(place.toString()) + ": ").orElse("")
            + severity
            + ": "
            + Printable.text(problem.message())
            // Bound to the last word, so that it never stands on a line of its own.
            + Paragraph.GLUE
            + "["
            + problem.code().label()
            + "]";
    StringBuilder text = new StringBuilder();
    Paragraph.append(text, "", head, "  ");
    Optional<String> line = problem.place().flatMap(this::line);
    String gutter =
        line.isPresent()
            ? " ".repeat(2 + Integer.toString(problem.place().orElseThrow().line()).length() + 1)
            : "  ";
    line.ifPresent(content -> appendExcerpt(text, content, problem.place().orElseThrow(), gutter));
    problem
        .hint()
        .ifPresent(
            hint ->
                Paragraph.append(text, gutter + "hint: ", Printable.text(hint), gutter + "      "));
    return text.toString();
  }

  private record Cell(String shown, int width) {}

  private static void appendExcerpt(
      StringBuilder text, String content, Place place, String gutter) {
    List<Cell> cells = cells(content);
    int caret = Math.min(place.column() - 1, cells.size());
    int room = Paragraph.WIDTH - gutter.length() - 3;
    int from = 0;
    int to = cells.size();
    boolean cutBefore = false;
    boolean cutAfter = false;
    if (width(cells, 0, to) >= room) {
      // What leads to the caret tells more than what follows.
      while (from < caret && width(cells, from, caret) > room * 2 / 3) {
        from++;
      }
      to = from;
      while (to < cells.size() && width(cells, from, to + 1) < room - 2) {
        to++;
      }
      cutBefore = from > 0;
      cutAfter = to < cells.size();
    }
    text.append("  ").append(place.line()).append(" | ").append(cutBefore ? CUT : "");
    cells.subList(from, to).forEach(cell -> text.append(cell.shown()));
    text.append(cutAfter ? CUT : "");
    text.setLength(stripped(text));
    text.append('\n').append(gutter).append("| ");
    text.append(" ".repeat((cutBefore ? 1 : 0) + width(cells, from, Math.max(from, caret))));
    text.append("^\n");
  }

  private static int stripped(StringBuilder text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == ' ') {
      end--;
    }
    return end;
  }

  private static List<Cell> cells(String content) {
    List<Cell> cells = new ArrayList<>();
    content
        .codePoints()
        .forEach(
            character -> {
              String shown = character == '\t' ? " " : Printable.character(character);
              int width =
                  shown.codePointCount(0, shown.length()) == 1
                      ? Printable.width(shown.codePointAt(0))
                      : shown.length();
              cells.add(new Cell(shown, width));
            });
    return cells;
  }

  private static int width(List<Cell> cells, int from, int to) {
    return cells.subList(from, to).stream().mapToInt(Cell::width).sum();
  }

  private Optional<String> line(Place place) {
    List<String> all = lines.computeIfAbsent(place.file(), this::read);
    return place.line() <= all.size() ? Optional.of(all.get(place.line() - 1)) : Optional.empty();
  }

  private List<String> read(String file) {
    try {
      Path path = base.resolve(file);
      if (!Files.isRegularFile(path) || Files.size(path) > SIZE_LIMIT) {
        return List.of();
      }
      String content = new String(Files.readAllBytes(path), UTF_8);
      return (content.startsWith("\ufeff") ? content.substring(1) : content).lines().toList();
    } catch (IOException | InvalidPathException _) {
      // The problem stands without its line; that the file can't be read is a problem of its own
      // elsewhere.
      return List.of();
    }
  }
}
