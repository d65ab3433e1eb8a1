package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What a command is given besides its options.
 *
 * @param terminal where it prints
 * @param base the folder that it runs in
 */
record Context(Terminal terminal, Path base) {
  Context {
    requireNonNull(terminal, "terminal is null");
    requireNonNull(base, "base is null");
  }
}
