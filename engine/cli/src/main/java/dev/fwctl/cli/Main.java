package dev.fwctl.cli;

import dev.fwctl.core.report.ProblemText;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Where the program starts. */
public final class Main {
  private static final int USAGE = ErrorCode.USAGE.exitCode();

  private Main() {}

  /**
   * Runs the command line and ends the process with its exit code.
   *
   * @param arguments as typed
   */
  public static void main(String[] arguments) {
    Interruption.endsTheProgram();
    System.exit(run(Terminal.ofProcess(System.getenv()), Path.of(""), arguments));
  }

  /** Runs a command in a folder and returns its exit code. */
  static int run(Terminal terminal, Path base, String... arguments) {
    Commands commands = new Commands(terminal, base);
    Output output = commands.output();
    CommandLine commandLine = new CommandLine(new FwctlCommand(), commands);
    commandLine.setOut(new PrintWriter(terminal.out(), true));
    commandLine.setErr(new PrintWriter(terminal.err(), true));
    commandLine.setColorScheme(
        CommandLine.Help.defaultColorScheme(terminal.outIsColoured() ? Ansi.ON : Ansi.OFF));
    commandLine.setExitCodeExceptionMapper(
        exception -> exception instanceof CommandLine.ParameterException ? USAGE : 1);
    commandLine.setParameterExceptionHandler(
        (exception, typed) ->
            report(terminal, base, output, List.of(typed), UsageProblem.of(exception)));
    commandLine.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          terminal.out().flush();
          if (!(exception instanceof FwctlException failure)) {
            throw exception;
          }
          return report(terminal, base, output, List.of(arguments), failure);
        });
    int exitCode = commandLine.execute(arguments);
    terminal.out().flush();
    return exitCode;
  }

  private static int report(
      Terminal terminal, Path base, Output output, List<String> arguments, FwctlException failure) {
    if (arguments.contains("--json")) {
      output.events().version(VersionProvider.version());
      failure.problems().forEach(problem -> output.events().error(problem, Optional.empty()));
    } else {
      terminal.err().print(new ProblemText(base).errors(failure));
    }
    if (arguments.contains("--debug")) {
      failure.printStackTrace(terminal.err());
    }
    return failure.exitCode();
  }
}
