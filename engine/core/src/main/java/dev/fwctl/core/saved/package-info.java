/**
 * Plans as files: a {@link dev.fwctl.core.plan.Plan} goes into one, is shown, and is carried out
 * later on the hosts that still are as it saw them.
 *
 * <p>The format is described in {@code PLAN-FORMAT.md} beside this module's sources.
 */
@NullMarked
package dev.fwctl.core.saved;

import org.jspecify.annotations.NullMarked;
