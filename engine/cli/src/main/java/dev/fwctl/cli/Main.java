package dev.fwctl.cli;

import picocli.CommandLine;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /**
   * Runs the command line and ends the process with its exit code.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FwctlCommand()).execute(arguments));
  }
}
