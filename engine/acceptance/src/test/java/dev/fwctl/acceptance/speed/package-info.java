/**
 * Measures how fast fwctl is.
 *
 * <p>These are programs, not tests: what they print depends on the machine.
 */
@NullMarked
package dev.fwctl.acceptance.speed;

import org.jspecify.annotations.NullMarked;
