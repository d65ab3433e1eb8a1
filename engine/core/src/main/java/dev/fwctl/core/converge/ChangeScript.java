package dev.fwctl.core.converge;

import dev.fwctl.core.plan.Change;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.Problem;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.ProbeAnswer;
import java.util.Optional;

/**
 * The script that changes one host, and what its answer means.
 *
 * <p>Everything that can fail without harm comes before the change: the lock, the fingerprint, the
 * receipt that is to be left. Nothing that a host told us stands in the script.
 */
final class ChangeScript {
  /**
   * Where on a host fwctl keeps what is its own.
   *
   * @param run the folder of the lock, on a memory file system, so that a reboot frees it
   * @param state the folder of the receipt
   */
  record Folders(String run, String state) {
    static final Folders ON_HOSTS = new Folders("/run/fwctl", "/var/lib/fwctl");
  }

  private static final int NO_LOCK_FOLDER = 81;
  private static final int LOCKED = 82;
  private static final int NO_FINGERPRINT = 83;
  private static final int STALE = 84;
  private static final int NO_RECEIPT = 85;
  private static final int REFUSED_BY_KERNEL = 86;
  private static final int HALF_CHANGED = 87;

  private final FirewallBackend backend;
  private final FactGatherer readBack;
  private final String token;
  private final Folders folders;

  /**
   * Creates a script.
   *
   * @param readBack reads what the backend writes
   * @param token a word that nothing on the host can know before
   */
  ChangeScript(FirewallBackend backend, FactGatherer readBack, String token, Folders folders) {
    this.backend = backend;
    this.readBack = readBack;
    this.token = token;
    this.folders = folders;
  }

  /**
   * Returns the script.
   *
   * @param holder who we are, for whoever finds the host locked
   * @param fingerprint what the plan saw
   * @param receipt what to leave; ends with a line end
   */
  String text(Change change, String holder, String fingerprint, String receipt) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        set -u
        umask 077
        fingerprint() (
        %s
        )
        mkdir -p %s || exit %d
        exec 9>>%s/lock || exit %d
        if command -v flock >/dev/null 2>&1; then
          flock -n 9 || { cat %s/holder 2>/dev/null; exit %d; }
        fi
        cat >%s/holder <<'%s'
        %s
        %s
        seen=$(fingerprint) || exit %d
        [ "$seen" = '%s' ] || exit %d
        """
            .formatted(
                backend.fingerprint(),
                folders.run(),
                NO_LOCK_FOLDER,
                folders.run(),
                NO_LOCK_FOLDER,
                folders.run(),
                LOCKED,
                folders.run(),
                token,
                holder,
                token,
                NO_FINGERPRINT,
                fingerprint,
                STALE));
    if (!change.removesEverything()) {
      script.append(
          """
          mkdir -p %s || exit %d
          if ! { cat >%s/receipt.json.new <<'%s'
          %s%s
          }; then
            rm -f %s/receipt.json.new
            rmdir %s 2>/dev/null
            exit %d
          fi
          sync %s/receipt.json.new 2>/dev/null || sync
          """
              .formatted(
                  folders.state(),
                  NO_RECEIPT,
                  folders.state(),
                  token,
                  receipt,
                  token,
                  folders.state(),
                  folders.state(),
                  NO_RECEIPT,
                  folders.state()));
    }
    script.append(
        """
        ( exec </dev/null
        %s
        ) 9>&-
        status=$?
        if [ $status -ne 0 ]; then
          rm -f %s/receipt.json.new
          rmdir %s 2>/dev/null
          now=$(fingerprint) && [ "$now" = "$seen" ] && exit %d
          exit %d
        fi
        """
            .formatted(
                change.script(),
                folders.state(),
                folders.state(),
                REFUSED_BY_KERNEL,
                HALF_CHANGED));
    script.append(
        change.removesEverything()
            ? """
              rm -f %s/receipt.json %s/receipt.json.previous
              rmdir %s 2>/dev/null
              rm -rf %s
              """
                .formatted(folders.state(), folders.state(), folders.state(), folders.run())
            : """
              cd %s || exit %d
              rm -f receipt.json.previous
              if [ -e receipt.json ]; then ln receipt.json receipt.json.previous; fi
              mv -f receipt.json.new receipt.json && sync . 2>/dev/null
              cd /
              rm -f %s/holder
              """
                .formatted(folders.state(), HALF_CHANGED, folders.run()));
    script.append(readBackText());
    return script.toString();
  }

  /**
   * Returns a script that takes a host back after a change that turned out wrong.
   *
   * @param change leads from what the host holds to what it held before
   */
  String putBackText(String change) {
    return """
    ( exec </dev/null
    %s
    ) || exit 1
    if [ -e %s/receipt.json.previous ]; then
      mv -f %s/receipt.json.previous %s/receipt.json
    else
      rm -f %s/receipt.json
      rmdir %s 2>/dev/null
    fi
    %s"""
        .formatted(
            change,
            folders.state(),
            folders.state(),
            folders.state(),
            folders.state(),
            folders.state(),
            readBackText());
  }

  /**
   * Returns the part that only prints what the kernel holds, which is a script of its own as well.
   */
  String readBackText() {
    return """
    printf '\\n%s\\n'
    (
    %s
    )
    status=$?
    printf '\\n%s %%d\\n' $status
    exit 0
    """
        .formatted(token, readBack.probe(), token);
  }

  /** Returns what went wrong when the script says so, or nothing when it came to its end. */
  Optional<Failure> failure(Execution execution) {
    String words = lastLine(execution.errors());
    return switch (execution.exitStatus()) {
      case 0 -> Optional.empty();
      case NO_LOCK_FOLDER ->
          asBefore(ErrorCode.HOST_UNSUITABLE, "can't write " + folders.run() + ": " + words);
      case LOCKED ->
          asBefore(
              ErrorCode.LOCKED,
              "somebody else is changing this host: " + lastLine(execution.output()),
              "wait until they are done and try again");
      case NO_FINGERPRINT ->
          asBefore(ErrorCode.HOST_UNSUITABLE, "can't read the rules in force: " + words);
      case STALE ->
          asBefore(
              ErrorCode.STALE,
              "the rules of this host changed after they were looked at",
              "plan again");
      case NO_RECEIPT ->
          asBefore(
              ErrorCode.APPLY_FAILED,
              "can't leave a receipt in " + folders.state() + ": " + words,
              "make room on its disk, or make it writable, and try again");
      case REFUSED_BY_KERNEL ->
          asBefore(ErrorCode.APPLY_FAILED, "the host did not take the rules: " + words);
      case HALF_CHANGED ->
          Optional.of(
              new Failure(
                  Problem.of(
                      ErrorCode.HOST_LOST,
                      "the change failed half-way and is not known to be undone: " + words,
                      "look at the host; 'fwctl plan' tells what it holds"),
                  false));
      default ->
          Optional.of(
              new Failure(
                  Problem.of(
                      ErrorCode.HOST_LOST,
                      "the change ended with status " + execution.exitStatus() + ": " + words),
                  false));
    };
  }

  /**
   * A change that did not come to its end.
   *
   * @param problem why
   * @param asBefore whether the script itself knows that the host is as it was
   */
  record Failure(Problem problem, boolean asBefore) {}

  private static Optional<Failure> asBefore(ErrorCode code, String message) {
    return Optional.of(new Failure(Problem.of(code, message), true));
  }

  private static Optional<Failure> asBefore(ErrorCode code, String message, String hint) {
    return Optional.of(new Failure(Problem.of(code, message, hint), true));
  }

  private static String lastLine(String text) {
    String stripped = text.strip();
    return stripped.isEmpty()
        ? "no reason given"
        : stripped.substring(stripped.lastIndexOf('\n') + 1);
  }

  /** Returns what the read-back printed, or nothing when it was cut off. */
  Optional<ProbeAnswer> answer(Execution execution) {
    String output = execution.output();
    int begin = output.lastIndexOf("\n" + token + "\n");
    int end = output.lastIndexOf("\n" + token + " ");
    if (begin < 0 || end < begin) {
      return Optional.empty();
    }
    String status = output.substring(end + token.length() + 2).strip();
    if (!status.matches("[0-9]{1,3}")) {
      return Optional.empty();
    }
    int from = begin + token.length() + 2;
    return Optional.of(
        new ProbeAnswer(
            Integer.parseInt(status),
            from > end ? "" : output.substring(from, end),
            execution.errors()));
  }
}
