/**
 * What must hold before a plan may be carried out.
 *
 * <p>The facts of a host and the rules that a plan gives it come in; out go refusals and warnings.
 * Everything is proved on what the host will do after the plan, everybody's rules included.
 */
@NullMarked
package dev.fwctl.core.proof;

import org.jspecify.annotations.NullMarked;
