package dev.fwctl.spi.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Host;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Secret;
import dev.fwctl.spi.Execution;
import dev.fwctl.spi.Script;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A {@code /bin/sh} of root on one host, by sudo where the user is not root.
 *
 * <p>The command line is fixed text: a script and a password travel on standard input only. The
 * script goes as one compound command, so that a connection that is cut while it is sent runs none
 * of it. A password is sent when sudo has printed our prompt, and the script when the shell of root
 * has announced itself: so it is right whether or not sudo asks (NOPASSWD, a ticket that is still
 * good), and a wrong password never makes sudo read lines of the script as further passwords.
 */
public final class RootShell {
  /** What the shell of root prints on both outputs before it reads the script. */
  static final String BEGIN = "fwctl-begin";

  /** What sudo prints when it asks for a password. */
  static final String PROMPT = "fwctl-sudo-password:";

  /** What our command prints first, so that what a login shell says is not taken for sudo's. */
  private static final String HERE = "fwctl-here";

  private static final String NOT_ROOT = "fwctl-not-root";
  private static final String NO_SUDO = "fwctl-no-sudo";

  /** Where Debian, Red Hat and others keep what an administrator runs; also snaps, as Docker is. */
  private static final String PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";

  private static final List<String> BECOME_VARIABLES =
      List.of(
          "ansible_become_password",
          "ansible_become_pass",
          "ansible_become",
          "ansible_user",
          "ansible_ssh_user");

  private final Host host;
  private final ConnectionSettings settings;

  public RootShell(Host host) {
    this.host = requireNonNull(host, "host is null");
    this.settings = host.connection();
  }

  /**
   * Returns the command to start, for whatever shell the user logs in to.
   *
   * <p>It is one line and holds nothing inside its single quotes that Bourne shells, csh or fish
   * would read in different ways: no single quote, no exclamation mark. Where the user is root it
   * starts no process but the shell itself: the kernel tells who we are (proc(5)), and {@code id}
   * is asked when it does not say root.
   */
  public String command() {
    String otherwise =
        settings.become().isEmpty()
            ? "echo " + NOT_ROOT + " >&2;exit 1"
            : "command -v sudo >/dev/null||{ echo "
                + NO_SUDO
                + " >&2;exit 1;};exec sudo "
                + (password().isPresent() ? "-S -p " + PROMPT : "-n")
                + " -- /bin/sh -c \"$s\" sh \"$SSH_CONNECTION\"";
    return "/bin/sh -c 'echo "
        + HERE
        + " >&2;"
        + ("PATH=$PATH:" + PATH + ";LC_ALL=C;export PATH LC_ALL;")
        + ("s=\"echo " + BEGIN + ";echo " + BEGIN + " >&2;exec /bin/sh -s \\\"\\$@\\\"\";")
        + ("u=;while read -r k v u r;do if [ \"$k\" = Uid: ];then break;fi;u=;done"
            + " 2>/dev/null </proc/self/status;")
        + "if [ \"$u\" = 0 ]||[ \"$(id -u)\" = 0 ];then set -- \"$SSH_CONNECTION\";eval \"$s\";fi;"
        + otherwise
        + "'";
  }

  /**
   * Runs a script in the started command and waits for its end.
   *
   * <p>Whatever goes wrong, the process has been killed when this throws.
   *
   * @throws FwctlException with code UNREACHABLE when the connection broke, PRIVILEGE when there
   *     was no becoming root, LIMIT_EXCEEDED when the script took or printed too much, INTERRUPTED
   *     when this thread was interrupted
   */
  public Execution execute(ShellProcess process, Script script) {
    return new ShellRun(this, process, script).await();
  }

  /** Returns the password for sudo, with the end of line that sends it. */
  Optional<byte[]> passwordLine() {
    return password().map(secret -> (secret.value() + "\n").getBytes(UTF_8));
  }

  /** Returns why sudo can't be given the password, when it can't. */
  Optional<Problem> unusablePassword() {
    return password()
        .filter(secret -> secret.value().chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0))
        .map(
            _ ->
                problem(
                    ErrorCode.PRIVILEGE,
                    "the password for sudo has a line end in it",
                    "write it on one line; a YAML block (|) keeps the line end, |- does not"));
  }

  private Optional<Secret> password() {
    return settings.become().flatMap(Become::password);
  }

  /**
   * Returns what goes to the standard input of root's shell.
   *
   * <p>A shell reads a compound command to its end before it runs any of it, so nothing runs of a
   * text that was cut. The script's own standard input is empty.
   */
  static byte[] frame(String script) {
    String lines =
        """
        {
        LC_ALL=C PATH=%s SSH_CONNECTION=$1
        export LC_ALL PATH SSH_CONNECTION
        test -n "$1" || unset SSH_CONNECTION
        umask 022
        cd /
        set --
        %s
        } </dev/null
        """;
    return lines.formatted(PATH, script).getBytes(UTF_8);
  }

  /** Returns what was wrong when the shell of root never announced itself. */
  Problem refusal(int exitStatus, String output, String errors) {
    String said = errors.replace(PROMPT, "\n").replace(HERE + "\n", "");
    String words = HostWords.of(said.isBlank() ? output : said);
    String because = words.isEmpty() ? " (exit status " + exitStatus + ")" : ": " + words;
    if (said.contains(NOT_ROOT)) {
      return problem(
          ErrorCode.PRIVILEGE,
          "the user "
              + user()
              + " is not root there, and the inventory does not say how to become root",
          "set ansible_become: true to use sudo, or ansible_user: root");
    }
    if (said.contains(NO_SUDO)) {
      return problem(
          ErrorCode.PRIVILEGE,
          "the user " + user() + " is not root there, and sudo is not installed",
          "install sudo there, or set ansible_user: root");
    }
    if (settings.become().isEmpty() || !errors.contains(HERE)) {
      return problem(
          ErrorCode.UNREACHABLE,
          "the host did not run /bin/sh" + because,
          "the user " + user() + " needs a login shell, and no forced command for its key");
    }
    if (said.contains("must have a tty")) {
      return problem(
          ErrorCode.PRIVILEGE,
          "sudo wants a terminal" + because,
          "in its sudoers, set Defaults:" + user() + " !requiretty");
    }
    if (said.contains("incorrect password")
        || said.contains("incorrect authentication")
        || said.contains("Sorry, try again")
        || said.contains("no password was provided")) {
      return wrongPassword();
    }
    if (said.contains("a password is required") || said.contains("authentication is required")) {
      return problem(
          ErrorCode.PRIVILEGE,
          "sudo asks the user " + user() + " for a password" + because,
          "set ansible_become_password, or allow the user NOPASSWD in the sudoers of the host");
    }
    return problem(
        ErrorCode.PRIVILEGE,
        "sudo refused the user " + user() + because,
        "allow the user to run /bin/sh as root in the sudoers of the host");
  }

  Problem wrongPassword() {
    return problem(
        ErrorCode.PRIVILEGE,
        "sudo did not accept the password of the user " + user(),
        "check ansible_become_password; sudo asks for the user's password, not for root's");
  }

  Problem problem(ErrorCode code, String message, String hint) {
    return Problem.at(place(), code, message, hint);
  }

  private Place place() {
    return BECOME_VARIABLES.stream()
        .flatMap(variable -> Stream.ofNullable(settings.places().get(variable)))
        .findFirst()
        .orElse(host.place());
  }

  private String user() {
    return settings.user().orElseGet(() -> System.getProperty("user.name", "(unknown)"));
  }
}
