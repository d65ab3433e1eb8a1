/**
 * What is to be done: intents and facts come in, a {@link dev.fwctl.core.plan.Plan} goes out.
 *
 * <p>A firewall backend says what should be on a host and what is; the difference is told first as
 * reach (who can newly reach what), then as rules. Hosts with equal changes share them.
 */
@NullMarked
package dev.fwctl.core.plan;

import org.jspecify.annotations.NullMarked;
