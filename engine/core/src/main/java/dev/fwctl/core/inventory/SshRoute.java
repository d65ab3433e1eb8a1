package dev.fwctl.core.inventory;

import dev.fwctl.core.inventory.SshOptions.CommandLine;
import dev.fwctl.core.inventory.SshOptions.Option;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where and as whom a list of ssh options logs in.
 *
 * <p>As for ssh, the first of several values for the same option counts, and all identity files do.
 *
 * @param port the port, when an option sets it
 * @param user the user, when an option sets it
 * @param privateKeys the files of keys, in order
 * @param knownHosts the files of host keys; empty for ssh's own
 * @param jump the host to go through
 * @param timeout the longest wait for a connection
 * @param places where each of these was set, by the name of Ansible's variable for it
 */
record SshRoute(
    Optional<Integer> port,
    Optional<String> user,
    List<Path> privateKeys,
    List<Path> knownHosts,
    Optional<ConnectionSettings> jump,
    Duration timeout,
    Map<String, Place> places) {
  /** Ansible's own default, in seconds. */
  static final int DEFAULT_TIMEOUT = 10;

  static final int DEFAULT_PORT = 22;

  private static final int LONGEST_TIMEOUT = 3600;
  private static final Path GLOBAL_KNOWN_HOSTS = Path.of("/etc/ssh/ssh_known_hosts");
  private static final Pattern DESTINATION =
      Pattern.compile(
          "(?:ssh://)?(?:(?<user>[^@/]+)@)?(?:\\[(?<bracketed>[^\\]]+)]|(?<host>[^:/@\\[\\]]+))"
              + "(?::(?<port>[0-9]+))?/?");
  private static final Pattern FORWARD = Pattern.compile("%h:%p|\\[%h]:%p");
  private static final Pattern SHELL_SYNTAX = Pattern.compile("[|&;<>()$`\\n]");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  SshRoute {
    privateKeys = List.copyOf(privateKeys);
    knownHosts = List.copyOf(knownHosts);
    places = Map.copyOf(places);
  }

  /**
   * Returns what a list of options comes to.
   *
   * @throws FwctlException when one is wrong, or would have host keys not checked
   */
  static SshRoute of(List<Option> options, int retries, LocalSide localSide) {
    return new Resolving(options, retries, localSide).route();
  }

  /** Returns a port number. */
  static int port(Option option) {
    int port = NUMBER.matcher(option.value()).matches() ? Integer.parseInt(option.value()) : 0;
    if (port < 1 || port > 65535) {
      throw option.problem(
          ErrorCode.DOCUMENT_INVALID,
          "'" + option.value() + "' is not a port",
          "a port is a number from 1 to 65535");
    }
    return port;
  }

  /** Finds the values among the options. */
  private static final class Resolving {
    private final List<Option> options;
    private final int retries;
    private final LocalSide localSide;
    private final Map<String, Place> places = new HashMap<>();

    Resolving(List<Option> options, int retries, LocalSide localSide) {
      this.options = options;
      this.retries = retries;
      this.localSide = localSide;
    }

    SshRoute route() {
      first(SshOptions.STRICT_HOST_KEY_CHECKING).ifPresent(Resolving::requireStrict);
      Duration timeout =
          first(SshOptions.CONNECT_TIMEOUT)
              .map(Resolving::timeout)
              .orElse(Duration.ofSeconds(DEFAULT_TIMEOUT));
      Optional<Option> port = first(SshOptions.PORT);
      port.ifPresent(option -> remember("ansible_port", option));
      Optional<Option> user = first(SshOptions.USER);
      user.ifPresent(
          option -> {
            requirePrintable(option, option.value());
            remember("ansible_user", option);
          });
      return new SshRoute(
          port.map(SshRoute::port),
          user.map(Option::value),
          privateKeys(),
          knownHosts(),
          jump(timeout),
          timeout,
          places);
    }

    private Optional<Option> first(String keyword) {
      return options.stream().filter(option -> option.keyword().equals(keyword)).findFirst();
    }

    private void remember(String variable, Option option) {
      places.putIfAbsent(variable, option.place());
      places.putIfAbsent(option.variable(), option.place());
    }

    private static void requireStrict(Option option) {
      switch (option.value().toLowerCase(Locale.ROOT)) {
        case "yes", "true", "ask" -> {}
        default ->
            throw option.problem(
                ErrorCode.UNSUPPORTED,
                "StrictHostKeyChecking=" + option.value() + " would let anyone pose as the host",
                "fwctl always checks host keys: remove the setting and collect the keys once, with"
                    + " ssh-keyscan HOST >> ~/.ssh/known_hosts, then compare them");
      }
    }

    private static Duration timeout(Option option) {
      int seconds = NUMBER.matcher(option.value()).matches() ? Integer.parseInt(option.value()) : 0;
      if (seconds < 1 || seconds > LONGEST_TIMEOUT) {
        throw option.problem(
            ErrorCode.DOCUMENT_INVALID,
            "'" + option.value() + "' is not a time limit",
            "write a number of seconds from 1 to " + LONGEST_TIMEOUT);
      }
      return Duration.ofSeconds(seconds);
    }

    private List<Path> privateKeys() {
      List<Path> keys = new ArrayList<>();
      for (Option option : options) {
        if (option.keyword().equals(SshOptions.IDENTITY_FILE) && !option.value().equals("none")) {
          keys.add(path(option, option.value()));
          remember("ansible_private_key_file", option);
        }
      }
      return keys.stream().distinct().toList();
    }

    private List<Path> knownHosts() {
      Optional<Option> user = first(SshOptions.USER_KNOWN_HOSTS);
      Optional<Option> global = first(SshOptions.GLOBAL_KNOWN_HOSTS);
      if (user.isEmpty() && global.isEmpty()) {
        return List.of();
      }
      List<Path> found = new ArrayList<>();
      if (user.isPresent()) {
        found.addAll(files(user.get()));
        if (found.isEmpty() && global.isEmpty()) {
          throw user.get()
              .problem(
                  ErrorCode.UNSUPPORTED,
                  "UserKnownHostsFile=" + user.get().value() + " would know no host's key",
                  "fwctl always checks host keys: name a file that holds them, or remove the"
                      + " setting to use ~/.ssh/known_hosts");
        }
      } else {
        found.add(localSide.home().resolve(".ssh").resolve("known_hosts"));
      }
      if (global.isPresent()) {
        found.addAll(files(global.get()));
      } else {
        found.add(GLOBAL_KNOWN_HOSTS);
      }
      if (found.isEmpty()) {
        throw global
            .orElseThrow()
            .problem(
                ErrorCode.UNSUPPORTED,
                "the files of known hosts are switched off",
                "fwctl always checks host keys: name a file that holds them");
      }
      return found;
    }

    private List<Path> files(Option option) {
      remember("UserKnownHostsFile", option);
      return SshOptions.words(option).stream()
          .filter(file -> !file.equals("none") && !file.equals("/dev/null"))
          .map(file -> path(option, file))
          .toList();
    }

    /** What a message may show must not reach a terminal as a command to it. */
    private static void requirePrintable(Option option, String text) {
      if (text.chars().anyMatch(Character::isISOControl)) {
        throw option.problem(
            ErrorCode.DOCUMENT_INVALID, "the value holds control characters", "remove them");
      }
    }

    private Path path(Option option, String text) {
      requirePrintable(option, text);
      if (text.indexOf('%') >= 0 || text.indexOf('$') >= 0) {
        throw option.problem(
            ErrorCode.UNSUPPORTED, "'" + text + "' has parts to fill in", "write the path out");
      }
      return localSide.resolve(text, option.variable(), option.place());
    }

    private Optional<ConnectionSettings> jump(Duration timeout) {
      Optional<Option> proxy =
          options.stream()
              .filter(
                  option ->
                      option.keyword().equals(SshOptions.PROXY_JUMP)
                          || option.keyword().equals(SshOptions.PROXY_COMMAND))
              .findFirst()
              .filter(option -> !option.value().equalsIgnoreCase("none"));
      if (proxy.isEmpty()) {
        return Optional.empty();
      }
      remember("ansible_ssh_common_args", proxy.get());
      return proxy.get().keyword().equals(SshOptions.PROXY_JUMP)
          ? Optional.of(proxyJump(proxy.get(), timeout))
          : Optional.of(proxyCommand(proxy.get(), timeout));
    }

    /** The last of several hosts is the nearest to the target, and reached through the others. */
    private ConnectionSettings proxyJump(Option option, Duration timeout) {
      Optional<ConnectionSettings> reached = Optional.empty();
      for (String hop : option.value().split(",", -1)) {
        SshRoute route =
            new SshRoute(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                reached,
                timeout,
                Map.of(option.variable(), option.place()));
        reached = Optional.of(settings(option, hop.strip(), route));
      }
      return reached.orElseThrow();
    }

    private ConnectionSettings proxyCommand(Option option, Duration timeout) {
      List<String> words = SshOptions.words(option);
      String program = words.isEmpty() ? "" : words.getFirst();
      if (SHELL_SYNTAX.matcher(option.value()).find()
          || !(program.equals("ssh") || program.endsWith("/ssh"))) {
        throw unsupportedCommand(option);
      }
      CommandLine line =
          SshOptions.commandLine(option.variable(), words.subList(1, words.size()), option.place());
      if (!FORWARD.matcher(line.forward()).matches() || line.operands().size() != 1) {
        throw unsupportedCommand(option);
      }
      List<Option> inner = new ArrayList<>(line.options());
      // Where the command sets none, the wait is the target's.
      inner.add(
          new Option(
              SshOptions.CONNECT_TIMEOUT,
              Long.toString(timeout.toSeconds()),
              option.variable(),
              option.place()));
      SshRoute route = SshRoute.of(inner, retries, localSide);
      return settings(option, line.operands().getFirst(), route);
    }

    private static FwctlException unsupportedCommand(Option option) {
      return option.problem(
          ErrorCode.UNSUPPORTED,
          "this ProxyCommand is not supported",
          "write -o ProxyJump=USER@HOST, or a ProxyCommand of the form ssh -W %h:%p USER@HOST");
    }

    /** Returns the settings of a jump host; the user and port of options go before its own. */
    private ConnectionSettings settings(Option option, String destination, SshRoute route) {
      Matcher matcher = DESTINATION.matcher(destination);
      if (!matcher.matches() || destination.indexOf('%') >= 0) {
        throw option.problem(
            ErrorCode.DOCUMENT_INVALID,
            "'" + destination + "' is not a host to go through",
            "write USER@HOST:PORT; user and port may be left out");
      }
      String address =
          Optional.ofNullable(matcher.group("bracketed")).orElseGet(() -> matcher.group("host"));
      requireAddress(address, option);
      Optional<Integer> ownPort =
          Optional.ofNullable(matcher.group("port"))
              .map(
                  port ->
                      SshRoute.port(
                          new Option(SshOptions.PORT, port, option.variable(), option.place())));
      Map<String, Place> where = new HashMap<>(route.places());
      where.put("ansible_host", option.place());
      where.put(option.variable(), option.place());
      return new ConnectionSettings(
          "ssh",
          address,
          route.port().or(() -> ownPort).orElse(DEFAULT_PORT),
          route.user().or(() -> Optional.ofNullable(matcher.group("user"))),
          route.privateKeys(),
          Optional.empty(),
          route.knownHosts(),
          route.jump(),
          route.timeout(),
          retries,
          Optional.empty(),
          where);
    }
  }

  /** Requires that a text names a host, so that it can't pass for anything else further on. */
  static void requireAddress(String address, Option option) {
    int zone = address.indexOf('%');
    String host = zone > 0 && address.indexOf(':') >= 0 ? address.substring(0, zone) : address;
    if (!HostName.isValid(host)) {
      throw option.problem(
          ErrorCode.DOCUMENT_INVALID,
          "'" + address + "' is neither a host name nor an address",
          address.indexOf('@') > 0
              ? "set the user with ansible_user"
              : "write the name or address alone; the port goes in ansible_port");
    }
  }
}
