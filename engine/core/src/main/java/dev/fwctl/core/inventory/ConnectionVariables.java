package dev.fwctl.core.inventory;

import dev.fwctl.core.document.Problems;
import dev.fwctl.core.inventory.SshOptions.Option;
import dev.fwctl.model.Become;
import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import dev.fwctl.model.Problem;
import dev.fwctl.model.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Turns Ansible's connection variables of one host into its connection settings.
 *
 * <p>Where a setting has several names the last of them that is set counts, whatever each is set
 * by. Source: Ansible's documentation of the plugins ssh and sudo.
 */
final class ConnectionVariables {
  private static final String ROOT = "root";

  /** Hosts that refuse for load are tried again this often where the inventory does not say. */
  private static final int DEFAULT_RETRIES = 3;

  private static final int MOST_RETRIES = 100;

  private final String host;
  private final Place hostPlace;
  private final HostVariables variables;
  private final LocalSide localSide;
  private final Problems problems;
  private final Map<String, Place> places = new HashMap<>();

  /**
   * A variable that is set.
   *
   * @param name its name
   * @param text its value, with references filled in
   * @param place where it is set
   */
  private record Setting(String name, String text, Place place) {
    Option option(String keyword) {
      return new Option(keyword, text, name, place);
    }
  }

  private ConnectionVariables(
      String host,
      Place hostPlace,
      HostVariables variables,
      LocalSide localSide,
      Problems problems) {
    this.host = host;
    this.hostPlace = hostPlace;
    this.variables = variables;
    this.localSide = localSide;
    this.problems = problems;
  }

  /**
   * Returns how a host is reached.
   *
   * @param host its name, which is its address where the inventory names no other
   * @param hostPlace where it is named
   * @throws FwctlException with everything that is wrong with the variables that matter
   */
  static ConnectionSettings settings(
      String host, Place hostPlace, HostVariables variables, LocalSide localSide) {
    Problems problems = new Problems();
    Optional<ConnectionSettings> settings = Optional.empty();
    try {
      settings =
          Optional.of(
              new ConnectionVariables(host, hostPlace, variables, localSide, problems).settings());
    } catch (FwctlException problem) {
      problems.addAll(problem.problems());
    }
    problems.throwIfAny();
    return settings.orElseThrow();
  }

  private ConnectionSettings settings() {
    String type = type();
    Optional<Setting> address = setting("ansible_host", "ansible_ssh_host");
    address.ifPresent(
        set -> {
          remember("ansible_host", set);
          check(() -> SshRoute.requireAddress(set.text(), set.option("hostname")));
        });
    int retries = retries();
    SshRoute route =
        type.equals("local")
            ? SshRoute.of(List.of(), retries, localSide)
            : SshRoute.of(sshOptions(), retries, localSide);
    Optional<Setting> password =
        type.equals("local")
            ? Optional.empty()
            : setting("ansible_password", "ansible_ssh_pass", "ansible_ssh_password");
    password.ifPresent(set -> remember("ansible_password", set));
    String user = route.user().orElse(localSide.user());
    Optional<Become> become = become(type.equals("local") ? localSide.user() : user);
    route.places().forEach(places::putIfAbsent);
    return new ConnectionSettings(
        type,
        address.map(Setting::text).orElse(host),
        route.port().orElse(SshRoute.DEFAULT_PORT),
        route.user(),
        route.privateKeys(),
        password.map(Setting::text).filter(text -> !text.isEmpty()).map(Secret::new),
        route.knownHosts(),
        route.jump(),
        route.timeout(),
        retries,
        become,
        places);
  }

  private String type() {
    Optional<Setting> set = setting("ansible_connection");
    if (set.isEmpty()) {
      return "ssh";
    }
    remember("ansible_connection", set.get());
    String text = set.get().text();
    String type =
        switch (text) {
          case "smart", "ansible.builtin.ssh" -> "ssh";
          case "ansible.builtin.local" -> "local";
          default -> text;
        };
    if (!localSide.connectionTypes().contains(type)) {
      throw new FwctlException(
          Problem.at(
              set.get().place(),
              ErrorCode.UNSUPPORTED,
              "ansible_connection is '" + text + "', which fwctl can't do",
              "it can do "
                  + String.join(", ", localSide.connectionTypes().stream().sorted().toList())
                  + "; leave such hosts out with --exclude"));
    }
    return type;
  }

  private int retries() {
    Optional<Setting> set = setting("ansible_ssh_retries");
    if (set.isEmpty()) {
      return DEFAULT_RETRIES;
    }
    remember("ansible_ssh_retries", set.get());
    try {
      int retries = Integer.parseInt(set.get().text());
      if (retries >= 0 && retries <= MOST_RETRIES) {
        return retries;
      }
    } catch (NumberFormatException _) {
      // Reported below, as a number out of range is.
    }
    problems.add(
        set.get().place(),
        ErrorCode.DOCUMENT_INVALID,
        "ansible_ssh_retries is '" + set.get().text() + "'",
        "write a number from 0 to " + MOST_RETRIES);
    return DEFAULT_RETRIES;
  }

  /** Returns the options in the order in which Ansible puts them on ssh's command line. */
  private List<Option> sshOptions() {
    List<Option> options = new ArrayList<>(arguments("ansible_ssh_args"));
    setting("ansible_host_key_checking", "ansible_ssh_host_key_checking")
        .ifPresent(this::requireHostKeyChecking);
    option(options, SshOptions.PORT, "ansible_port", "ansible_ssh_port");
    option(
        options,
        SshOptions.IDENTITY_FILE,
        "ansible_private_key_file",
        "ansible_ssh_private_key_file");
    option(options, SshOptions.USER, "ansible_user", "ansible_ssh_user");
    Optional<Setting> timeout = setting("ansible_ssh_timeout");
    options.add(
        timeout
            .map(set -> set.option(SshOptions.CONNECT_TIMEOUT))
            .orElseGet(
                () ->
                    new Option(
                        SshOptions.CONNECT_TIMEOUT,
                        Integer.toString(SshRoute.DEFAULT_TIMEOUT),
                        "ansible_ssh_timeout",
                        hostPlace)));
    timeout.ifPresent(set -> remember("ansible_ssh_timeout", set));
    options.addAll(arguments("ansible_ssh_common_args"));
    options.addAll(arguments("ansible_ssh_extra_args"));
    refuse("ansible_ssh_pkcs11_provider", "use a key file or an agent");
    setting("ansible_ssh_executable")
        .filter(set -> !set.text().equals("ssh") && !set.text().endsWith("/ssh"))
        .ifPresent(
            set -> unsupported(set, "names a program other than ssh", "fwctl logs in without one"));
    return options;
  }

  private List<Option> arguments(String name) {
    List<Option> options = new ArrayList<>();
    setting(name)
        .ifPresent(
            set ->
                check(() -> options.addAll(SshOptions.inVariable(name, set.text(), set.place()))));
    return options;
  }

  private void option(List<Option> options, String keyword, String... names) {
    setting(names)
        .filter(set -> !set.text().isEmpty())
        .ifPresent(
            set -> {
              remember(names[0], set);
              options.add(set.option(keyword));
            });
  }

  private void requireHostKeyChecking(Setting set) {
    if (!truth(set).orElse(true)) {
      unsupported(
          set,
          "would let anyone pose as the host",
          "fwctl always checks host keys: remove the setting and collect the keys once, with"
              + " ssh-keyscan HOST >> ~/.ssh/known_hosts, then compare them");
    }
  }

  /**
   * Returns how to become root; needed always but for root, unless the inventory forbids it.
   *
   * <p>Playbooks, not inventories, are where most people say {@code become: true}, so an inventory
   * that says nothing does not mean no.
   */
  private Optional<Become> become(String user) {
    Optional<Setting> become = setting("ansible_become");
    become.ifPresent(set -> remember("ansible_become", set));
    if (!become.flatMap(this::truth).orElse(!user.equals(ROOT))) {
      return Optional.empty();
    }
    setting("ansible_become_method")
        .filter(set -> !set.text().equals("sudo") && !set.text().equals("ansible.builtin.sudo"))
        .ifPresent(
            set -> unsupported(set, "is '" + set.text() + "'", "fwctl becomes root by sudo only"));
    setting("ansible_become_user", "ansible_sudo_user")
        .filter(set -> !set.text().isEmpty() && !set.text().equals(ROOT))
        .ifPresent(
            set ->
                unsupported(set, "is '" + set.text() + "'", "only root can set a host's firewall"));
    setting("ansible_become_exe", "ansible_sudo_exe")
        .filter(set -> !set.text().equals("sudo") && !set.text().endsWith("/sudo"))
        .ifPresent(
            set -> unsupported(set, "is '" + set.text() + "'", "fwctl becomes root by sudo only"));
    Optional<Setting> password =
        setting("ansible_become_password", "ansible_become_pass", "ansible_sudo_pass");
    password.ifPresent(set -> remember("ansible_become_password", set));
    return Optional.of(
        new Become(password.map(Setting::text).filter(text -> !text.isEmpty()).map(Secret::new)));
  }

  private Optional<Boolean> truth(Setting set) {
    switch (set.text().toLowerCase(Locale.ROOT)) {
      case "y", "yes", "on", "1", "true", "t", "1.0" -> {
        return Optional.of(true);
      }
      case "n", "no", "off", "0", "false", "f", "0.0" -> {
        return Optional.of(false);
      }
      default -> {
        problems.add(
            set.place(),
            ErrorCode.DOCUMENT_INVALID,
            set.name() + " is '" + set.text() + "'",
            "write true or false");
        return Optional.empty();
      }
    }
  }

  /** Returns the last of a setting's names that has a value. */
  private Optional<Setting> setting(String... names) {
    Optional<Setting> found = Optional.empty();
    for (String name : names) {
      Optional<Variable> variable = variables.find(name);
      if (variable.isEmpty()) {
        continue;
      }
      try {
        Optional<String> text = new Templates(variables).value(name, variable.get());
        if (text.isPresent()) {
          found = Optional.of(new Setting(name, text.get(), variable.get().place()));
        }
      } catch (FwctlException problem) {
        problems.addAll(problem.problems());
      }
    }
    return found;
  }

  private void remember(String name, Setting set) {
    places.put(name, set.place());
    places.put(set.name(), set.place());
  }

  private void refuse(String name, String hint) {
    setting(name)
        .filter(set -> !set.text().isEmpty())
        .ifPresent(set -> unsupported(set, "is not supported", hint));
  }

  private void unsupported(Setting set, String what, String hint) {
    problems.add(set.place(), ErrorCode.UNSUPPORTED, set.name() + " " + what, hint);
  }

  /** Goes on after a problem, so that a user sees all of them at once. */
  private void check(Runnable step) {
    try {
      step.run();
    } catch (FwctlException problem) {
      problems.addAll(problem.problems());
    }
  }
}
