/**
 * The values that flow through fwctl: hosts, facts, policies, intents, rules and plans.
 *
 * <p>Immutable records and sealed interfaces only; every other module speaks in these types.
 */
@NullMarked
package dev.fwctl.model;

import org.jspecify.annotations.NullMarked;
