package dev.fwctl.core.inventory;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Understands the arguments that an inventory would give to OpenSSH's {@code ssh}.
 *
 * <p>Those that say where and as whom to log in become options; those that only tune what fwctl
 * does its own way are passed over; every other is refused, because a setting that is silently lost
 * may be the one that mattered. Source: the manual pages ssh(1) and ssh_config(5).
 */
final class SshOptions {
  static final String USER = "user";
  static final String PORT = "port";
  static final String IDENTITY_FILE = "identityfile";
  static final String USER_KNOWN_HOSTS = "userknownhostsfile";
  static final String GLOBAL_KNOWN_HOSTS = "globalknownhostsfile";
  static final String PROXY_JUMP = "proxyjump";
  static final String PROXY_COMMAND = "proxycommand";
  static final String STRICT_HOST_KEY_CHECKING = "stricthostkeychecking";
  static final String CONNECT_TIMEOUT = "connecttimeout";

  private static final Set<String> UNDERSTOOD =
      Set.of(
          USER,
          PORT,
          IDENTITY_FILE,
          USER_KNOWN_HOSTS,
          GLOBAL_KNOWN_HOSTS,
          PROXY_JUMP,
          PROXY_COMMAND,
          STRICT_HOST_KEY_CHECKING,
          CONNECT_TIMEOUT);

  /** What changes nothing in what fwctl does: sharing, keeping alive, logging, terminals. */
  private static final Set<String> PASSED_OVER =
      Set.of(
          "addkeystoagent",
          "batchmode",
          "challengeresponseauthentication",
          "checkhostip",
          "compression",
          "connectionattempts",
          "controlmaster",
          "controlpath",
          "controlpersist",
          "escapechar",
          "exitonforwardfailure",
          "forwardagent",
          "forwardx11",
          "forwardx11trusted",
          "gssapiauthentication",
          "gssapidelegatecredentials",
          "hashknownhosts",
          "hostbasedauthentication",
          "identitiesonly",
          "ipqos",
          "kbdinteractiveauthentication",
          "loglevel",
          "numberofpasswordprompts",
          "passwordauthentication",
          "preferredauthentications",
          "pubkeyauthentication",
          "requesttty",
          "sendenv",
          "serveralivecountmax",
          "serveraliveinterval",
          "setenv",
          "tcpkeepalive",
          "updatehostkeys",
          "verifyhostkeydns",
          "visualhostkey");

  private static final String FLAGS_PASSED_OVER = "aCkMqTtvXxY";
  private static final String FLAGS_WITH_VALUE = "BbcDEeFIiJLlmOopPQRSWw";
  private static final Pattern ASSIGNMENT =
      Pattern.compile("\\s*(?<keyword>[A-Za-z0-9]+)(?:\\s*=\\s*|\\s+)(?<value>.*\\S)\\s*");
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

  /**
   * One option.
   *
   * @param keyword its name in ssh_config, in small letters
   * @param value its value
   * @param variable the variable of the inventory that it is from
   * @param place where that is set
   */
  record Option(String keyword, String value, String variable, Place place) {
    Option {
      requireNonNull(keyword, "keyword is null");
      requireNonNull(value, "value is null");
      requireNonNull(variable, "variable is null");
      requireNonNull(place, "place is null");
    }

    /** Returns an error about this option. */
    FwctlException problem(ErrorCode code, String message, String hint) {
      return new FwctlException(Problem.at(place, code, variable + ": " + message, hint));
    }
  }

  /**
   * A command line of ssh.
   *
   * @param options its options, in order
   * @param operands what is not an option: a destination and a command
   * @param forward what {@code -W} says; empty without it
   */
  record CommandLine(List<Option> options, List<String> operands, String forward) {
    CommandLine {
      options = List.copyOf(options);
      operands = List.copyOf(operands);
    }
  }

  private final String variable;
  private final Place place;
  private final List<Option> options = new ArrayList<>();
  private final List<String> operands = new ArrayList<>();
  private String forward = "";

  private SshOptions(String variable, Place place) {
    this.variable = variable;
    this.place = place;
  }

  /**
   * Returns the options in a variable that holds arguments for ssh.
   *
   * @throws FwctlException for one that is not understood
   */
  static List<Option> inVariable(String variable, String text, Place place) {
    CommandLine line = commandLine(variable, words(variable, text, place), place);
    if (!line.operands().isEmpty() || !line.forward().isEmpty()) {
      String word = line.operands().isEmpty() ? "-W" : line.operands().getFirst();
      throw new SshOptions(variable, place).unsupported("'" + word + "'");
    }
    return line.options();
  }

  /**
   * Returns what follows the word {@code ssh} on a command line.
   *
   * @throws FwctlException for an option that is not understood
   */
  static CommandLine commandLine(String variable, List<String> words, Place place) {
    SshOptions reading = new SshOptions(variable, place);
    reading.read(words);
    return new CommandLine(reading.options, reading.operands, reading.forward);
  }

  private static List<String> words(String variable, String text, Place place) {
    try {
      return ShellWords.split(text, false).stream().map(ShellWords.Word::text).toList();
    } catch (ShellWords.UnfinishedException unfinished) {
      throw new FwctlException(
          Problem.at(
              place,
              ErrorCode.DOCUMENT_INVALID,
              variable + ": " + unfinished.what(),
              "quote it as you would in a shell"));
    }
  }

  private void read(List<String> words) {
    int at = 0;
    while (at < words.size()) {
      String word = words.get(at++);
      // Options may follow the destination; after the command's first word nothing is one.
      if (operands.size() > 1 || !word.startsWith("-") || word.equals("-")) {
        operands.add(word);
        continue;
      }
      for (int i = 1; i < word.length(); i++) {
        char flag = word.charAt(i);
        if (FLAGS_PASSED_OVER.indexOf(flag) >= 0) {
          continue;
        }
        if (FLAGS_WITH_VALUE.indexOf(flag) < 0) {
          throw unsupported("-" + flag);
        }
        String value = word.substring(i + 1);
        if (value.isEmpty()) {
          if (at == words.size()) {
            throw new FwctlException(
                Problem.at(
                    place,
                    ErrorCode.DOCUMENT_INVALID,
                    variable + ": nothing follows -" + flag,
                    "write its value after it"));
          }
          value = words.get(at++);
        }
        flag(flag, value);
        break;
      }
    }
  }

  private void flag(char flag, String value) {
    switch (flag) {
      case 'o' -> option(value);
      case 'i' -> add(IDENTITY_FILE, value);
      case 'J' -> add(PROXY_JUMP, value);
      case 'l' -> add(USER, value);
      case 'p' -> add(PORT, value);
      case 'W' -> forward = value;
      // Where to share a connection, and what escapes a terminal: fwctl has neither.
      case 'S', 'e' -> {}
      default -> throw unsupported("-" + flag);
    }
  }

  private void option(String assignment) {
    Matcher matcher = ASSIGNMENT.matcher(assignment);
    if (!matcher.matches()) {
      throw new FwctlException(
          Problem.at(
              place,
              ErrorCode.DOCUMENT_INVALID,
              variable + ": '-o " + assignment + "' sets nothing",
              "write -o KEYWORD=VALUE"));
    }
    String keyword = matcher.group("keyword").toLowerCase(Locale.ROOT);
    if (UNDERSTOOD.contains(keyword)) {
      add(keyword, matcher.group("value"));
    } else if (!PASSED_OVER.contains(keyword)) {
      throw unsupported("-o " + matcher.group("keyword"));
    }
  }

  private void add(String keyword, String value) {
    Matcher quoted = QUOTED.matcher(value);
    options.add(new Option(keyword, quoted.matches() ? quoted.group(1) : value, variable, place));
  }

  private FwctlException unsupported(String argument) {
    return new FwctlException(
        Problem.at(
            place,
            ErrorCode.UNSUPPORTED,
            variable + ": the ssh argument " + argument + " is not supported",
            "understood are -i, -J, -l, -p, -o User, Port, IdentityFile, UserKnownHostsFile,"
                + " GlobalKnownHostsFile, ProxyJump, ProxyCommand and ConnectTimeout"));
  }

  /** Returns the words of an option's value, such as several files. */
  static List<String> words(Option option) {
    return words(option.variable(), option.value(), option.place());
  }
}
