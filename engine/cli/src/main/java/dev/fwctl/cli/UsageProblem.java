package dev.fwctl.cli;

import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line as any other error is said, not by a page of help. */
final class UsageProblem {
  private UsageProblem() {}

  static FwctlException of(ParameterException exception) {
    CommandLine command = exception.getCommandLine();
    String help =
        "'%s --help' tells how to use it".formatted(command.getCommandSpec().qualifiedName());
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      // What follows the first may have belonged to it.
      String word = unmatched.getUnmatched().getFirst();
      boolean option = word.startsWith("-");
      Set<String> known =
          option
              ? command.getCommandSpec().optionsMap().keySet()
              : command.getSubcommands().keySet();
      String kind = option ? "option" : known.isEmpty() ? "argument" : "command";
      return problem(
          (known.isEmpty() ? "there is no place for the " : "unknown ") + kind + " '" + word + "'",
          Suggestions.closest(word, known)
              .map(closest -> "did you mean '" + closest + "'? " + help)
              .orElse(help),
          exception);
    }
    return problem(
        Optional.ofNullable(exception.getMessage()).orElse("wrong usage"), help, exception);
  }

  private static FwctlException problem(String message, String hint, ParameterException cause) {
    return new FwctlException(Problem.of(ErrorCode.USAGE, message, hint), cause);
  }
}
