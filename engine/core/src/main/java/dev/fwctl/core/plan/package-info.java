/**
 * What would change.
 *
 * <p>Intents and facts flow in; plans flow out, equal changes grouped.
 */
@NullMarked
package dev.fwctl.core.plan;

import org.jspecify.annotations.NullMarked;
