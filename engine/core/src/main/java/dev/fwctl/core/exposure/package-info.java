/**
 * Who can reach what on hosts today: what is known of hosts comes in, a {@link
 * dev.fwctl.core.exposure.HostExposure} for each goes out.
 *
 * <p>All packets by which somebody outside could open a connection are taken through the host at
 * once; where they arrive, facts tell who is there.
 */
@NullMarked
package dev.fwctl.core.exposure;

import org.jspecify.annotations.NullMarked;
