package dev.fwctl.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;

/**
 * The user's word before anything is changed.
 *
 * @param command the command that wants it
 * @param automatic whether it was given on the command line
 * @param json whether only programs read what is printed
 */
record Approval(Terminal terminal, String command, boolean automatic, boolean json) {
  /**
   * Sees before anything is done that somebody can be asked.
   *
   * @param hint what to do when nobody can
   */
  void requireAsker(String hint) {
    if (!automatic && (json || !terminal.canAsk())) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.USAGE,
              json
                  ? "'fwctl " + command + " --json' can't ask"
                  : "'fwctl "
                      + command
                      + "' asks before it changes anything, and nobody is there to ask",
              hint));
    }
  }

  /** Asks, unless the word was given already. */
  boolean given(String question) {
    if (automatic) {
      return true;
    }
    terminal.out().print("\n" + question + " Only 'yes' is taken for a yes: ");
    terminal.out().flush();
    try {
      return "yes".equals(new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
