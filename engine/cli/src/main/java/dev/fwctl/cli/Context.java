package dev.fwctl.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What a command is given besides its options.
 *
 * @param terminal where it prints
 * @param base the folder that it runs in
 * @param output where its events go
 */
record Context(Terminal terminal, Path base, Output output) {
  Context {
    requireNonNull(terminal, "terminal is null");
    requireNonNull(base, "base is null");
    requireNonNull(output, "output is null");
  }
}
