/**
 * Carrying a plan out: changes go to hosts in parallel, an outcome a host comes back.
 *
 * <p>A change is one script on one connection: it claims the host, sees that the host still is as
 * the plan saw it, makes sure that it can leave a receipt, changes the rules all or nothing, and
 * prints what the kernel now holds. Only what was read back counts as applied.
 */
@NullMarked
package dev.fwctl.core.converge;

import org.jspecify.annotations.NullMarked;
