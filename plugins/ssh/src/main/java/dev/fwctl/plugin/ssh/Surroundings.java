package dev.fwctl.plugin.ssh;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What ssh takes from the user who runs it when nothing else is said.
 *
 * @param folder {@code ~/.ssh}
 * @param systemKnownHosts the files of host keys for all users
 * @param agent the socket of ssh-agent, when one is set
 * @param user the user's own name
 */
record Surroundings(Path folder, List<Path> systemKnownHosts, Optional<Path> agent, String user) {
  Surroundings {
    requireNonNull(folder, "folder is null");
    systemKnownHosts = List.copyOf(systemKnownHosts);
    requireNonNull(agent, "agent is null");
    requireNonNull(user, "user is null");
  }

  /** Returns those of this process. Source: ssh(1), FILES and ENVIRONMENT. */
  static Surroundings ofThisProcess() {
    return new Surroundings(
        Path.of(System.getProperty("user.home", "/"), ".ssh"),
        List.of(Path.of("/etc/ssh/ssh_known_hosts"), Path.of("/etc/ssh/ssh_known_hosts2")),
        Optional.ofNullable(System.getenv("SSH_AUTH_SOCK"))
            .filter(path -> !path.isEmpty())
            .map(Path::of),
        System.getProperty("user.name", "root"));
  }

  /** Returns the files of host keys to look at when the inventory names none. */
  List<Path> knownHosts() {
    List<Path> files = new ArrayList<>();
    files.add(folder.resolve("known_hosts"));
    files.add(folder.resolve("known_hosts2"));
    files.addAll(systemKnownHosts);
    return List.copyOf(files);
  }

  /** Returns the private keys to try when the inventory names none. */
  List<Path> privateKeys() {
    return List.of(
        folder.resolve("id_ed25519"), folder.resolve("id_ecdsa"), folder.resolve("id_rsa"));
  }
}
