/**
 * Facts of hosts.
 *
 * <p>Hosts flow in; all probes are joined into one script and one round trip, and what they printed
 * flows out as facts.
 */
@NullMarked
package dev.fwctl.core.facts;

import org.jspecify.annotations.NullMarked;
