package dev.fwctl.core.facts;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.UnderWay;
import dev.fwctl.spi.ProbeAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a host tells what is going on on it; the files that are read are those of a transaction. */
final class UnderWayFormat {
  /** The name of this fact among those of a host. */
  static final String NAME = "under-way";

  /** Starts no process, so that a host on which nothing goes on pays nothing. */
  static final String PROBE =
      """
      cd /run/fwctl 2>/dev/null || exit 0
      read -r fwctl_up fwctl_rest </proc/uptime
      read -r fwctl_boot </proc/sys/kernel/random/boot_id
      echo "now ${fwctl_up%%.*} $fwctl_boot"
      if { read -r fwctl_id && read -r fwctl_end && read -r fwctl_boot && read -r fwctl_who \\
        && { read -r fwctl_begin || fwctl_begin=''; }; } 2>/dev/null <claim; then
        printf 'claim %s %s %s %s %s\\n' \\
          "$fwctl_id" "${fwctl_begin:-${fwctl_up%%.*}}" "$fwctl_end" "$fwctl_boot" "$fwctl_who"
      fi
      for fwctl_one in */backend; do
        fwctl_id=${fwctl_one%/backend} fwctl_end='' fwctl_backend='' fwctl_state=''
        [ -e "$fwctl_one" ] && read -r fwctl_backend <"$fwctl_one" || continue
        if [ -e "$fwctl_id/going-back" ]; then
          fwctl_state=going-back
        elif [ -e "$fwctl_id/pending" ]; then
          if [ -e "$fwctl_id/verified" ]; then fwctl_state=verified; else fwctl_state=pending; fi
        fi
        { read -r fwctl_end <"$fwctl_id/deadline"; } 2>/dev/null || continue
        [ -z "$fwctl_state" ] || echo "change $fwctl_id $fwctl_state $fwctl_end $fwctl_backend"
      done
      if { read -r fwctl_id fwctl_how <ended; } 2>/dev/null; then
        echo "ended $fwctl_id $fwctl_how"
      fi
      """;

  private static final Pattern NOW = Pattern.compile("now (\\d{1,18}) (\\S+)");
  private static final Pattern CLAIM =
      Pattern.compile("claim (\\S+) (\\d{1,18}) (\\d{1,18}) (\\S+) ?(.*)");
  private static final Pattern CHANGE =
      Pattern.compile("change (\\S+) (going-back|verified|pending) (\\d{1,18}) (\\S+)");
  private static final Pattern ENDED = Pattern.compile("ended (\\S+) (kept|back)");

  private UnderWayFormat() {}

  /**
   * Reads an answer.
   *
   * @throws FwctlException with code ANSWER_MALFORMED
   */
  static UnderWay read(ProbeAnswer answer) {
    List<String> lines = answer.output().lines().toList();
    if (lines.isEmpty()) {
      return UnderWay.NOTHING;
    }
    Matcher now = NOW.matcher(lines.getFirst());
    if (!now.matches()) {
      throw malformed(lines.getFirst());
    }
    long up = Long.parseLong(now.group(1));
    Optional<UnderWay.Claim> claim = Optional.empty();
    List<UnderWay.Change> changes = new ArrayList<>();
    Optional<UnderWay.Ended> last = Optional.empty();
    for (String line : lines.subList(1, lines.size())) {
      Matcher claimed = CLAIM.matcher(line);
      Matcher change = CHANGE.matcher(line);
      Matcher ended = ENDED.matcher(line);
      if (claimed.matches()) {
        // One that is over, or of another run of the kernel, counts no more.
        Duration left = left(claimed.group(3), up);
        if (claimed.group(4).equals(now.group(2)) && left.isPositive()) {
          Duration age = Duration.ofSeconds(Math.max(0, up - Long.parseLong(claimed.group(2))));
          claim = Optional.of(new UnderWay.Claim(claimed.group(1), claimed.group(5), age, left));
        }
      } else if (change.matches()) {
        changes.add(
            new UnderWay.Change(
                change.group(1),
                state(change.group(2)),
                left(change.group(3), up),
                change.group(4)));
      } else if (ended.matches()) {
        last = Optional.of(new UnderWay.Ended(ended.group(1), ended.group(2).equals("kept")));
      } else {
        throw malformed(line);
      }
    }
    return new UnderWay(claim, changes, last);
  }

  private static Duration left(String end, long up) {
    return Duration.ofSeconds(Math.max(0, Long.parseLong(end) - up));
  }

  private static UnderWay.Change.State state(String word) {
    return switch (word) {
      case "going-back" -> UnderWay.Change.State.GOING_BACK;
      case "verified" -> UnderWay.Change.State.TO_BE_CONFIRMED;
      default -> UnderWay.Change.State.PENDING;
    };
  }

  private static FwctlException malformed(String line) {
    return new FwctlException(
        Problem.of(
            ErrorCode.ANSWER_MALFORMED,
            "what is under way on the host, in /run/fwctl, can't be read: " + line,
            "if nobody is changing the host, run 'fwctl unlock'"));
  }

  /** Returns what somebody should know who is about to change the host. */
  static List<Problem> warnings(UnderWay underWay) {
    List<Problem> warnings = new ArrayList<>();
    String who = underWay.claim().map(UnderWay.Claim::who).orElse("somebody");
    for (UnderWay.Change change : underWay.changes()) {
      warnings.add(
          switch (change.state()) {
            case PENDING ->
                Problem.of(
                    ErrorCode.LOCKED,
                    "a change by %s is under way here; the host goes back in %d s unless it is kept"
                        .formatted(who, change.left().toSeconds()),
                    "wait; what is shown of this host is not yet for good");
            case TO_BE_CONFIRMED ->
                Problem.of(
                    ErrorCode.LOCKED,
                    "a change by %s waits to be confirmed; the host goes back in %d s"
                        .formatted(who, change.left().toSeconds()),
                    "run 'fwctl confirm' to keep it, 'fwctl unlock' to take it back");
            case GOING_BACK ->
                Problem.of(
                    ErrorCode.LOCKED,
                    "a change by %s is being taken back on this host".formatted(who),
                    "wait; what is shown of this host is not yet for good");
          });
    }
    if (warnings.isEmpty() && underWay.claim().isPresent()) {
      warnings.add(
          Problem.of(
              ErrorCode.LOCKED,
              "somebody is about to change this host: " + who,
              "see 'fwctl locks'"));
    }
    if (warnings.isEmpty() && underWay.last().filter(last -> !last.kept()).isPresent()) {
      warnings.add(
          Problem.of(
              ErrorCode.APPLY_FAILED,
              "the last change of this host was not kept: it went back to what it was before"));
    }
    return List.copyOf(warnings);
  }
}
