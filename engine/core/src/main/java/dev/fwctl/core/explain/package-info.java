/**
 * What becomes of one packet: a question and what is known of a host come in, an {@link
 * dev.fwctl.core.explain.Explanation} goes out.
 *
 * <p>A host is known by its live facts or by files: what iptables-save printed, what {@code fwctl
 * facts --json} printed.
 */
@NullMarked
package dev.fwctl.core.explain;

import org.jspecify.annotations.NullMarked;
