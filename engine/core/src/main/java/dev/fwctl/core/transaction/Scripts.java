package dev.fwctl.core.transaction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.core.facts.AppliedFile;
import dev.fwctl.core.facts.ProbeScript;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Receipt;
import dev.fwctl.spi.FactGatherer;
import dev.fwctl.spi.FirewallBackend;
import dev.fwctl.spi.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Puts together the scripts of one transaction from the pieces beside this class.
 *
 * <p>Nothing that a host told us stands in them as code: what is not our own text is a word of
 * them, by {@link Script#word}.
 */
final class Scripts {
  private static final String FILES = piece("files.sh");
  private static final String BEGIN = piece("begin.sh");
  private static final String GUARD = piece("guard.sh");
  private static final String PENDING = piece("pending.sh");
  private static final String SOAK = piece("soak.sh");
  private static final String KEEP = piece("keep.sh");
  private static final String BACK = piece("back.sh");
  private static final String LOOK = piece("look.sh");
  private static final String UNLOCK = piece("unlock.sh");
  private static final String UNIT = piece("fwctl.service");
  private static final String FIREWALLD_UNIT = piece("fwctl-firewalld.service");

  private final HostFolders folders;
  private final String id;
  private final String token;

  /**
   * Creates the scripts.
   *
   * @param id names the transaction on the host; letters, digits and hyphens
   * @param token frames answers; a word that nothing on the host can know
   */
  Scripts(HostFolders folders, String id, String token) {
    if (!id.matches("[0-9A-Za-z-]{1,64}")) {
      throw new IllegalArgumentException("not a word: " + id);
    }
    this.folders = folders;
    this.id = id;
    this.token = token;
  }

  /**
   * Returns the script that changes a host for the time being, and prints what it holds then.
   *
   * @param holder who we are, on one line
   * @param receipt what is to be left when the change is kept
   */
  String begin(Order order, FactGatherer readBack, String holder, Receipt receipt, Duration timer) {
    return top(order.backend())
        + "seconds="
        + timer.toSeconds()
        + "\n"
        + "backend='"
        + order.backend().name()
        + "'\n"
        + "removes="
        + (order.removes() ? "yes" : "")
        + "\n"
        + expects(order.facts().firewall().ownDigest())
        + prints("holder", holder + "\n")
        // What is run is what is kept: the receipt in it is a comment.
        + prints("forth", new AppliedFile(receipt, order.forth()).text())
        + prints("back", order.back())
        + prints("guard", guard())
        + BEGIN
        + readBack(readBack);
  }

  private String guard() {
    return "set -u\n" + ProbeScript.prelude() + places() + FILES + GUARD;
  }

  /**
   * Returns the script that lets a change stay.
   *
   * @param expected a fingerprint of what was read back
   */
  String keep(FirewallBackend backend, String expected) {
    return pending(backend, required(expected)) + units() + KEEP;
  }

  /** Returns the script that lets a change wait until somebody confirms it. */
  String soak(FirewallBackend backend, String expected, Duration soak) {
    return pending(backend, required(expected)) + "seconds=" + soak.toSeconds() + "\n" + SOAK;
  }

  /** Returns the script that lets a change stay which was seen to be right before. */
  String confirm(FirewallBackend backend) {
    return pending(backend, "") + units() + KEEP;
  }

  private static String required(String fingerprint) {
    if (fingerprint.isBlank()) {
      throw new IllegalArgumentException("no fingerprint");
    }
    return fingerprint;
  }

  private String pending(FirewallBackend backend, String expected) {
    return top(backend) + expects(expected) + PENDING;
  }

  /** A fingerprint comes from the host, so it is looked at before it becomes a part of a script. */
  private static String expects(String fingerprint) {
    if (!fingerprint.matches("[0-9A-Za-z ]*")) {
      throw new FwctlException(
          Problem.of(
              ErrorCode.ANSWER_MALFORMED, "the host's fingerprint of its rules makes no sense"));
    }
    return "expected='" + fingerprint + "'\n";
  }

  private String units() {
    return prints("unit", inOurFolders(UNIT))
        + prints("firewalld_unit", inOurFolders(FIREWALLD_UNIT));
  }

  private String inOurFolders(String unit) {
    return unit.replace(HostFolders.ON_HOSTS.state(), folders.state());
  }

  /** Returns the script that takes a change back at once, and prints what the host holds then. */
  String back(FactGatherer readBack) {
    return Status.definitions() + places() + FILES + BACK + readBack(readBack);
  }

  /** Returns the script that tells what became of a change, and what the host holds. */
  String look(FactGatherer readBack) {
    return Status.definitions() + places() + FILES + LOOK + readBack(readBack);
  }

  /** Returns the script that ends whatever is under way on a host. */
  static String unlock(HostFolders folders) {
    return Status.definitions() + places(folders) + FILES + UNLOCK;
  }

  private String top(FirewallBackend backend) {
    return "set -u\numask 077\n"
        + Status.definitions()
        + places()
        + "fingerprint() (\n"
        + backend.fingerprint()
        + "\n)\n"
        + FILES;
  }

  private String places() {
    return places(folders) + "id='" + id + "'\n";
  }

  private static String places(HostFolders folders) {
    return "run='%s'\nstate='%s'\nunits='%s'\n"
        .formatted(folders.run(), folders.state(), folders.units());
  }

  /** Returns a function that prints a text. */
  private static String prints(String name, String text) {
    return name + "() {\nprintf '%s' " + Script.word(text) + "\n}\n";
  }

  private String readBack(FactGatherer gatherer) {
    return """
    printf '\\n%s\\n'
    (
    %s
    ) </dev/null
    status=$?
    printf '\\n%s %%d\\n' $status
    exit 0
    """
        .formatted(token, gatherer.probe(), token);
  }

  private static String piece(String name) {
    try (InputStream stream = Scripts.class.getResourceAsStream(name)) {
      return new String(requireNonNull(stream, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
