/**
 * What becomes of one packet: a question and what is known of a host come in, an {@link
 * dev.fwctl.core.explain.Explanation} goes out.
 */
@NullMarked
package dev.fwctl.core.explain;

import org.jspecify.annotations.NullMarked;
