/**
 * Facts about Docker.
 *
 * <p>What the probe printed flows in; containers, networks and settings flow out as facts.
 */
@NullMarked
package dev.fwctl.plugin.docker;

import org.jspecify.annotations.NullMarked;
