package dev.fwctl.plugin.ssh;

import static java.util.Objects.requireNonNull;

import dev.fwctl.model.ConnectionSettings;
import dev.fwctl.model.Place;
import dev.fwctl.plugin.ssh.Identities.Credentials;
import java.util.Optional;

/**
 * A server to log in to, with all that is needed from this side.
 *
 * @param settings where and how
 * @param place where the inventory speaks of it
 * @param credentials what to log in with
 * @param knownHosts the keys to hold its key against
 * @param jump the server to go through
 */
record Destination(
    ConnectionSettings settings,
    Place place,
    Credentials credentials,
    KnownHosts knownHosts,
    Optional<Destination> jump) {
  Destination {
    requireNonNull(settings, "settings is null");
    requireNonNull(place, "place is null");
    requireNonNull(credentials, "credentials is null");
    requireNonNull(knownHosts, "knownHosts is null");
    requireNonNull(jump, "jump is null");
  }

  /** Returns what to call it in a message. */
  String name() {
    return settings.address() + " port " + settings.port();
  }
}
