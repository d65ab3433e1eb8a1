/**
 * Changing one host without losing it: an order goes in, an outcome comes out.
 *
 * <p>A transaction claims the host, sees that it still is as the plan saw it, puts a way back on
 * the host that needs nobody, changes the rules for the time being, and reads them back. Over a new
 * connection, which came by the new rules, it lets them stay. Whatever goes wrong in between, the
 * host goes back by itself. What happens on the host stands in the scripts beside this package;
 * {@code files.sh} says which files they keep there.
 */
@NullMarked
package dev.fwctl.core.transaction;

import org.jspecify.annotations.NullMarked;
