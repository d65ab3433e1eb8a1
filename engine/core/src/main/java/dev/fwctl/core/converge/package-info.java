/**
 * Carrying out a plan.
 *
 * <p>Plans flow in; changed and verified hosts, and what happened on each, flow out.
 */
@NullMarked
package dev.fwctl.core.converge;

import org.jspecify.annotations.NullMarked;
