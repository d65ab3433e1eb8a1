/**
 * The waist of the engine.
 *
 * <p>Policies, a host and its facts flow in; one intent for that host flows out: who may reach
 * what, and why.
 */
@NullMarked
package dev.fwctl.core.intent;

import org.jspecify.annotations.NullMarked;
