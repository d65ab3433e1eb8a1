/**
 * Facts about interfaces, addresses, routes and sshd.
 *
 * <p>What the probe printed flows in; facts flow out.
 */
@NullMarked
package dev.fwctl.plugin.interfaces;

import org.jspecify.annotations.NullMarked;
