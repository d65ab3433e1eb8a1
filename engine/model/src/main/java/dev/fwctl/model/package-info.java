/**
 * The values that flow through fwctl.
 *
 * <p>A {@link dev.fwctl.model.Host} comes out of an inventory, a {@link dev.fwctl.model.Policy} out
 * of a policy document, {@link dev.fwctl.model.HostFacts} out of one round trip to a host. The
 * three narrow to a {@link dev.fwctl.model.HostIntent}, which a firewall backend widens to {@link
 * dev.fwctl.model.OwnedRules}. Everything here is immutable and depends on the JDK alone.
 */
@NullMarked
package dev.fwctl.model;

import org.jspecify.annotations.NullMarked;
