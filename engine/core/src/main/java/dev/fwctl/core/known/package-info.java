/**
 * What is known of a host whose packets are to be followed: live facts or files come in, a {@link
 * dev.fwctl.core.known.KnownHost} goes out.
 *
 * <p>The files are what iptables-save printed and what {@code fwctl facts --json} printed.
 */
@NullMarked
package dev.fwctl.core.known;

import org.jspecify.annotations.NullMarked;
