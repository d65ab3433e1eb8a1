/**
 * How a script runs as root, whatever way leads to the host.
 *
 * <p>A connection plugin starts the {@linkplain dev.fwctl.spi.shell.RootShell#command() command} of
 * a {@link dev.fwctl.spi.shell.RootShell} in its own way and hands over the {@link
 * dev.fwctl.spi.shell.ShellProcess}. What flows through: the script to the shell's standard input,
 * whole before any of it runs; a password to sudo when sudo asks for one, and at no other time;
 * bounded output back.
 */
@NullMarked
package dev.fwctl.spi.shell;

import org.jspecify.annotations.NullMarked;
