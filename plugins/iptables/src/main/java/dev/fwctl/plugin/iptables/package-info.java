/**
 * Facts about iptables and ip6tables, and the backend that writes their rules.
 *
 * <p>Saved rulesets and intents flow in; facts and rules flow out.
 */
@NullMarked
package dev.fwctl.plugin.iptables;

import org.jspecify.annotations.NullMarked;
