/**
 * Carrying a plan out on a fleet: orders go to hosts, an outcome a host comes back.
 *
 * <p>Hosts are changed in waves, and in parallel within a wave, each by a transaction of its own. A
 * run stops, and begins no further host, when too many have failed or when one is lost.
 */
@NullMarked
package dev.fwctl.core.converge;

import org.jspecify.annotations.NullMarked;
