package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How to become root on a host, by sudo.
 *
 * @param password the password that sudo asks for; without one sudo must not ask
 */
public record Become(Optional<Secret> password) {
  public Become {
    requireNonNull(password, "password is null");
  }
}
