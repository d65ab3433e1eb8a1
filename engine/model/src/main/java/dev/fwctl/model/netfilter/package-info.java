/**
 * Rulesets of the Linux packet filter as iptables shows them, ours and everybody else's.
 *
 * <p>Text that a host printed becomes a {@link dev.fwctl.model.netfilter.Ruleset}; a backend makes
 * {@link dev.fwctl.model.netfilter.OwnedRules} of an intent. What a parser does not know stays word
 * for word in an unknown match or target, never dropped, never guessed.
 */
@NullMarked
package dev.fwctl.model.netfilter;

import org.jspecify.annotations.NullMarked;
