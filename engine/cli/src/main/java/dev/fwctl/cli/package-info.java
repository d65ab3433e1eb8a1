/**
 * The command line: parse, call the engine, print.
 *
 * <p>Arguments flow in; text and an exit code flow out. No decision is taken here.
 */
@NullMarked
package dev.fwctl.cli;

import org.jspecify.annotations.NullMarked;
