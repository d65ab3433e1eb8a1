package dev.fwctl.core.facts;

import dev.fwctl.model.BootFacts;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.ProbeAnswer;
import java.util.Optional;

/** How a host tells whether it will load our rules when it, or a firewalld, starts. */
final class BootFormat {
  /** The name of this fact among those of a host. */
  static final String NAME = "boot";

  /**
   * Says nothing where nothing was applied, or where no systemd would load it; starts no process.
   */
  static final String PROBE =
      """
      [ -d /run/systemd/system ] && [ -e %s ] || exit 0
      cd /etc/systemd/system || exit 0
      if [ -e fwctl.service ] && [ -h sysinit.target.wants/fwctl.service ] \
        && [ -e fwctl-firewalld.service ] && [ -h firewalld.service.wants/fwctl-firewalld.service ]; then
        echo loads
      else
        echo forgets
      fi
      """
          .formatted(AppliedFile.PATH);

  private BootFormat() {}

  /**
   * Reads an answer.
   *
   * @throws FwctlException with code ANSWER_MALFORMED
   */
  static Optional<BootFacts> read(ProbeAnswer answer) {
    return switch (answer.output().strip()) {
      case "" -> Optional.empty();
      case "loads" -> Optional.of(new BootFacts(true));
      case "forgets" -> Optional.of(new BootFacts(false));
      default ->
          throw new FwctlException(
              Problem.of(
                  ErrorCode.ANSWER_MALFORMED,
                  "whether the rules are loaded at boot can't be read: "
                      + answer.output().strip()));
    };
  }
}
