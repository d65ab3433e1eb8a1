/**
 * Holds what the analysis says of packets against what a kernel does with them.
 *
 * <p>A {@link Topology}, a ruleset and packets are drawn from a seed. A {@link Site} is a lab host
 * that is set up so, and on whose {@link Wire} the packets are put. {@link Differential} compares.
 */
@NullMarked
package dev.fwctl.acceptance.differential;

import org.jspecify.annotations.NullMarked;
