package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import dev.fwctl.core.report.Style;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command prints, and what that place can show.
 *
 * @param out takes what was asked for
 * @param err takes problems and progress
 * @param outIsColoured whether {@code out} shows colours
 * @param errIsRewritable whether lines on {@code err} can be rewritten
 * @param canAsk whether a person can be asked
 */
record Terminal(
    PrintStream out,
    PrintStream err,
    boolean outIsColoured,
    boolean errIsRewritable,
    boolean canAsk) {
  /** The launcher tells which streams are a terminal: the JDK can't tell one from another. */
  private static final String PROPERTY = "fwctl.terminal";

  private static final int BUFFER = 1 << 16;

  Terminal {
    requireNonNull(out, "out is null");
    requireNonNull(err, "err is null");
  }

  /** Returns the terminal of this process. */
  static Terminal ofProcess(Map<String, String> environment) {
    String streams = System.getProperty(PROPERTY, "");
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER),
            false,
            StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        streams.contains("out") && !dumb && !plain,
        streams.contains("err") && !dumb,
        streams.contains("in") && streams.contains("out"));
  }

  Style style(OutputOptions options) {
    return outIsColoured && !options.noColor() ? Style.COLOURED : Style.PLAIN;
  }
}
