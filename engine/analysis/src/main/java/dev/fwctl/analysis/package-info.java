/**
 * What a ruleset does with packets.
 *
 * <p>Rulesets of {@code dev.fwctl.model} flow in; the packets they admit, and why, flow out. {@link
 * dev.fwctl.analysis.Traversal} takes one packet through a host, {@link
 * dev.fwctl.analysis.SymbolicTraversal} all packets at once, the same way.
 */
@NullMarked
package dev.fwctl.analysis;

import org.jspecify.annotations.NullMarked;
