/**
 * What a ruleset does with packets.
 *
 * <p>Rulesets of {@code dev.fwctl.model} flow in; the packets they admit, and why, flow out.
 */
@NullMarked
package dev.fwctl.analysis;

import org.jspecify.annotations.NullMarked;
