package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a host is reached.
 *
 * @param type the name of a connection plugin: {@code ssh} or {@code local}
 * @param address the name or address to connect to
 * @param port the TCP port, 1 to 65535
 * @param user the user to log in as; by default the one who runs fwctl
 * @param privateKeys files of private keys, tried in order; by default those in {@code ~/.ssh}
 * @param password the password to log in with
 * @param knownHosts files of host keys; by default {@code ~/.ssh/known_hosts} and {@code
 *     /etc/ssh/ssh_known_hosts}
 * @param jump the host to go through, when there is one
 * @param timeout the longest wait for a connection and for each answer while logging in
 * @param retries how often a refused or broken log-in is tried again
 * @param become how to become root when the user is not root
 * @param places where each setting was made, by variable name, for messages
 */
public record ConnectionSettings(
    String type,
    String address,
    int port,
    Optional<String> user,
    List<Path> privateKeys,
    Optional<Secret> password,
    List<Path> knownHosts,
    Optional<ConnectionSettings> jump,
    Duration timeout,
    int retries,
    Optional<Become> become,
    Map<String, Place> places) {
  public ConnectionSettings {
    requireNonNull(type, "type is null");
    requireNonNull(address, "address is null");
    requireNonNull(user, "user is null");
    privateKeys = List.copyOf(privateKeys);
    requireNonNull(password, "password is null");
    knownHosts = List.copyOf(knownHosts);
    requireNonNull(jump, "jump is null");
    requireNonNull(timeout, "timeout is null");
    requireNonNull(become, "become is null");
    places = Map.copyOf(places);
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
    if (retries < 0) {
      throw new IllegalArgumentException("retries is negative: " + retries);
    }
  }
}
