/**
 * What is known of a host whose packets are to be followed: live facts or files come in, a {@link
 * dev.fwctl.core.known.KnownHost} goes out.
 *
 * <p>The files are what iptables-save printed and what {@code fwctl facts --json} printed. Here is
 * told, too, whose rules are and whom sets of addresses hold.
 */
@NullMarked
package dev.fwctl.core.known;

import org.jspecify.annotations.NullMarked;
