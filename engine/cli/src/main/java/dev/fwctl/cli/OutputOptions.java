package dev.fwctl.cli;

import picocli.CommandLine.Option;

/** How a command prints. */
final class OutputOptions {
  @Option(names = "--json", description = "Print one JSON event a line.")
  private boolean json;

  @Option(names = "--no-color", description = "Print without colours; so does NO_COLOR=1.")
  private boolean noColor;

  @Option(names = "--debug", description = "Print the stack trace of an error, too.")
  private boolean debug;

  boolean json() {
    return json;
  }

  boolean noColor() {
    return noColor;
  }

  boolean debug() {
    return debug;
  }
}
