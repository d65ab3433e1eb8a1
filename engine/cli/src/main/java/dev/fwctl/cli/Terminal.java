package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command prints, and what that place can show.
 *
 * @param out what was asked for
 * @param err problems and progress
 * @param outShowsColour whether {@code out} is a terminal that shows colours
 * @param errIsTerminal whether lines on {@code err} can be rewritten
 * @param canAsk whether a person can be asked: both ends are a terminal
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean outShowsColour,
    boolean errIsTerminal,
    boolean canAsk) {
  /** The launcher knows which of its streams are terminals; the JDK can't tell for each. */
  private static final String PROPERTY = "fwctl.terminal";

  Terminal {
    requireNonNull(out, "out is null");
    requireNonNull(err, "err is null");
  }

  /** Returns the process's own terminal; the property lists which of {@code in,out,err} are one. */
  static Terminal ofProcess(Map<String, String> environment) {
    String streams = System.getProperty(PROPERTY, "");
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        new PrintStream(System.out, false, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8),
        streams.contains("out") && !dumb && !plain,
        streams.contains("err") && !dumb,
        streams.contains("in") && streams.contains("out"));
  }

  Terminal withoutColour() {
    return new Terminal(out, err, false, errIsTerminal, canAsk);
  }

  String green(String text) {
    return styled("32", text);
  }

  String yellow(String text) {
    return styled("33", text);
  }

  String red(String text) {
    return styled("31", text);
  }

  String bold(String text) {
    return styled("1", text);
  }

  private String styled(String code, String text) {
    return outShowsColour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
