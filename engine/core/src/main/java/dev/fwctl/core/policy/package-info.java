/**
 * Policy documents.
 *
 * <p>Documents flow in; checked policies and all their diagnostics flow out.
 */
@NullMarked
package dev.fwctl.core.policy;

import org.jspecify.annotations.NullMarked;
