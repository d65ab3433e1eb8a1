/**
 * What a plugin implements.
 *
 * <p>Each interface is one thing that differs from fleet to fleet: how a host is reached, what is
 * asked of it, where inventories and address lists come from, which firewall it runs. A plugin sees
 * this package and {@link dev.fwctl.model} and nothing else of fwctl.
 */
@NullMarked
package dev.fwctl.spi;

import org.jspecify.annotations.NullMarked;
