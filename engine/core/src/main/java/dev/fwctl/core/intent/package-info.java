/**
 * The waist of the engine.
 *
 * <p>Policies, a host and its facts flow in; one intent for that host flows out: who may reach
 * what, and why. Which hosts are under which policies is worked out once for the fleet; hosts of
 * one kind share one resolution.
 */
@NullMarked
package dev.fwctl.core.intent;

import org.jspecify.annotations.NullMarked;
